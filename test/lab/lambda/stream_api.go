package lambda

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// serveStream is the operation InvokeWithResponseStream: what the runtime sends goes out as it comes.
func (h *Host) serveStream(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	w.Header().Set("X-Amzn-Requestid", id)
	payload, err := h.authentic(r, maxPayload, "InvokeWithResponseStream")
	if err != nil {
		fail(w, err)
		return
	}
	t, c, err := h.prepare(r, id, payload)
	if err != nil {
		fail(w, err)
		return
	}
	if r.Header.Get("X-Amz-Invocation-Type") == string(types.ResponseStreamingInvocationTypeDryRun) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s := &stream{w: w, control: http.NewResponseController(w), version: t.version}
	c.emit = s.chunk
	o, err := h.invoke(t.version, c)
	if err != nil {
		fail(w, err)
		return
	}
	s.complete(o, r.Header.Get("X-Amz-Log-Type") == string(types.LogTypeTail))
}

// stream writes the events of a response. It is used by one goroutine.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	version *version
	encoder *eventstream.Encoder
	started bool
	broken  bool // the caller is gone; the function goes on
}

func (s *stream) start() {
	if s.started {
		return
	}
	s.started = true
	s.encoder = eventstream.NewEncoder()
	// A caller who reads nothing must not keep the environment beyond the call's time-out.
	_ = s.control.SetWriteDeadline(time.Now().Add(s.version.settings.timeout + time.Second))
	s.w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	s.w.Header().Set("X-Amz-Executed-Version", s.version.number)
	s.w.WriteHeader(http.StatusOK)
}

func (s *stream) chunk(payload []byte) { s.send("PayloadChunk", "application/octet-stream", payload) }

// complete is the last event. A response that the runtime did not stream, such as an error before its first byte, has
// its text there.
func (s *stream) complete(o outcome, logs bool) {
	done := map[string]string{}
	if f := o.failed(); f != nil {
		done["ErrorCode"], done["ErrorDetails"] = f.kind, string(f.payload(o.id))
	}
	if logs {
		done["LogResult"] = base64.StdEncoding.EncodeToString(o.log)
	}
	text, _ := json.Marshal(done) // strings always marshal
	s.send("InvokeComplete", "application/json", text)
}

func (s *stream) send(event, contentType string, payload []byte) {
	s.start()
	if s.broken {
		return
	}
	m := eventstream.Message{Payload: payload}
	m.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(eventstreamapi.EventMessageType))
	m.Headers.Set(eventstreamapi.EventTypeHeader, eventstream.StringValue(event))
	m.Headers.Set(eventstreamapi.ContentTypeHeader, eventstream.StringValue(contentType))
	if err := s.encoder.Encode(s.w, m); err != nil {
		s.broken = true
		return
	}
	s.broken = s.control.Flush() != nil
}
