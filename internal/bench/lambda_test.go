package bench

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

var testKey = aws.CredentialsProviderFunc(func(_ context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret", SessionToken: "session"}, nil
})

// checkSignature signs a request again, as it arrived, and compares.
func checkSignature(r *http.Request, body []byte, service, region string) error {
	given := r.Header.Get("Authorization")
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return err
	}
	again := &http.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: http.Header{}}
	_, signed, _ := strings.Cut(given, "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	for name := range strings.SplitSeq(signed, ";") {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	key, _ := testKey.Retrieve(r.Context())
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(r.Context(), key, again, hex.EncodeToString(sum[:]), service, region, at); err != nil {
		return err
	}
	if want := again.Header.Get("Authorization"); want != given {
		return fmt.Errorf("signed with\n%s\nwant\n%s", given, want)
	}
	return nil
}

// invokeAPI is the two operations, answered by functions.
type invokeAPI struct {
	invoke func(w http.ResponseWriter, payload []byte)
	stream func(s *eventWriter, payload []byte)
}

func (a invokeAPI) serve(t *testing.T) string {
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err == nil {
			err = checkSignature(r, payload, "lambda", "eu-west-1")
		}
		if err != nil {
			t.Error(err)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		switch {
		case r.Method == "POST" && r.URL.Path == "/2015-03-31/functions/infer/invocations" && r.URL.RawQuery == "Qualifier=live" && a.invoke != nil:
			a.invoke(w, payload)
		case r.Method == "POST" && r.URL.Path == "/2021-11-15/functions/infer/response-streaming-invocations" && a.stream != nil:
			w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
			a.stream(&eventWriter{w, eventstream.NewEncoder()}, payload)
		default:
			t.Errorf("%s %s was asked", r.Method, r.URL)
			w.WriteHeader(http.StatusNotFound)
		}
	})
	return s.URL
}

type eventWriter struct {
	w       http.ResponseWriter
	encoder *eventstream.Encoder
}

func (e *eventWriter) send(kind, payload string) {
	m := eventstream.Message{Payload: []byte(payload)}
	m.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(eventstreamapi.EventMessageType))
	m.Headers.Set(eventstreamapi.EventTypeHeader, eventstream.StringValue(kind))
	_ = e.encoder.Encode(e.w, m)
	e.w.(http.Flusher).Flush()
}

// invoked asks a function a few times and returns the records.
func invoked(t *testing.T, a invokeAPI, path string, spec v1alpha1.Target) []record.Record {
	t.Helper()
	spec.Name, spec.URL = "fn", "lambda://infer"+path+"?region=eu-west-1&qualifier=live&endpoint="+a.serve(t)
	return runOf(t, suiteOf(50, 0.1, spec), map[string]target.Access{"fn": {AWS: testKey}}).Records
}

const (
	coldLog = "START\nREPORT RequestId: a\tDuration: 3.00 ms\tBilled Duration: 300 ms\tInit Duration: 250.00 ms\t\n"
	warmLog = "REPORT RequestId: Init Duration\tDuration: 3.00 ms\tBilled Duration: 3 ms\n"
)

// TestInvoke: payload in, payload out, and what the log says of the start.
func TestInvoke(t *testing.T) {
	var calls atomic.Int64
	api := invokeAPI{invoke: func(w http.ResponseWriter, payload []byte) {
		log := warmLog
		if calls.Add(1) == 1 {
			log = coldLog
		}
		w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(log)))
		fmt.Fprintf(w, `{"echo": %s}`, payload)
	}}
	records := invoked(t, api, "", v1alpha1.Target{
		HTTP:   &v1alpha1.HTTPRequest{Body: `{"n": {{.Sequence}}}`},
		Expect: v1alpha1.Expect{JSON: map[string]string{"echo.n": "*"}},
	})
	cold := 0
	for i, r := range records {
		if r.Kind != record.OK || r.Status != 200 || r.FirstByte < r.Connected || r.LastByte < r.FirstByte || r.BytesIn == 0 || r.BytesOut != 8 {
			t.Errorf("request %d: %+v", i, r)
		}
		if r.Cold {
			cold++
		}
	}
	if len(records) < 4 || cold != 1 {
		t.Errorf("%d of %d starts were cold, want 1", cold, len(records))
	}
}

// TestInvokeHTTP: the request is an event and the answer is taken out of its payload, in each of its forms.
func TestInvokeHTTP(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		want   record.Kind
		status int
	}{
		"text":             {`{"statusCode": 201, "headers": {"content-type": "application/json"}, "body": "{\"score\": 1}"}`, record.OK, 201},
		"base64":           {`{"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": "eyJzY29yZSI6IDF9", "isBase64Encoded": true}`, record.OK, 200},
		"streamed":         {"{\"statusCode\": 200}\x00\x00\x00\x00\x00\x00\x00\x00{\"score\": 1}", record.OK, 200},
		"a body alone":     {`{"score": 1}`, record.OK, 200},
		"not found":        {`{"statusCode": 404, "body": ""}`, record.ClientError, 404},
		"busy":             {`{"statusCode": 429, "body": ""}`, record.TooMany, 429},
		"a status of text": {`{"statusCode": "x", "body": ""}`, record.WrongAnswer, 0},
		"no base64":        {`{"statusCode": 200, "body": "?", "isBase64Encoded": true}`, record.FunctionError, 200},
		"another score":    {`{"statusCode": 200, "body": "{\"score\": 2}"}`, record.WrongAnswer, 200},
	} {
		api := invokeAPI{invoke: func(w http.ResponseWriter, payload []byte) {
			e := gjson.ParseBytes(payload)
			if e.Get("rawPath").String() != "/predict" || e.Get("requestContext.http.method").String() != "POST" || e.Get("body").String() != `{"a":1}` ||
				e.Get("headers.x-team").String() != "search" || e.Get("headers.authorization").String() != "" || e.Get("isBase64Encoded").Bool() {
				t.Errorf("the event is %s", payload)
			}
			_, _ = io.WriteString(w, test.answer)
		}}
		for _, r := range invoked(t, api, "/predict", v1alpha1.Target{
			HTTP: &v1alpha1.HTTPRequest{Body: `{"a":1}`}, Headers: map[string]string{"X-Team": "search"},
			Expect: v1alpha1.Expect{JSON: map[string]string{"score": "1"}},
		}) {
			if r.Kind != test.want || r.Status != test.status {
				t.Errorf("%s: %s with status %d, want %s with %d", name, r.Kind, r.Status, test.want, test.status)
			}
		}
	}
}

// TestInvocationsThatFail: the API's refusal and the function's failure are different things.
func TestInvocationsThatFail(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, []byte) {
		return func(w http.ResponseWriter, _ []byte) { w.WriteHeader(code); _, _ = io.WriteString(w, `{"Reason":"a"}`) }
	}
	failed := func(w http.ResponseWriter, _ []byte) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_, _ = io.WriteString(w, `{"errorMessage":"out of memory"}`)
	}
	for name, test := range map[string]struct {
		invoke func(http.ResponseWriter, []byte)
		want   record.Kind
	}{
		"throttled": {status(429), record.TooMany}, "forbidden": {status(403), record.ClientError}, "down": {status(502), record.ServerError},
		"failed": {failed, record.FunctionError},
	} {
		for _, r := range invoked(t, invokeAPI{invoke: test.invoke}, "/predict", v1alpha1.Target{}) {
			if r.Kind != test.want {
				t.Errorf("%s: %s, want %s", name, r.Kind, test.want)
			}
		}
	}
}

// TestInvokeStream: tokens come in parts that break events anywhere.
func TestInvokeStream(t *testing.T) {
	text := "data: " + delta("Hel") + "\n\ndata: " + delta("lo") + "\n\ndata: [DONE]\n\n"
	metadata := `{"statusCode": 200, "headers": {"content-type": "text/event-stream"}}` + strings.Repeat("\x00", 8)
	done := fmt.Sprintf(`{"LogResult": %q}`, base64.StdEncoding.EncodeToString([]byte(coldLog)))
	for name, test := range map[string]struct {
		parts []string
		last  string
		raw   bool
		want  record.Kind
	}{
		"whole":                    {[]string{metadata + text}, done, false, record.OK},
		"in pieces":                {[]string{metadata[:5], metadata[5:72], metadata[72:], text[:20], "", text[20:50], text[50:]}, done, false, record.OK},
		"without metadata":         {[]string{text[:30], text[30:]}, done, true, record.OK},
		"no media type":            {[]string{text}, done, false, record.ContentType},
		"another status":           {[]string{`{"statusCode": 503}` + strings.Repeat("\x00", 8)}, done, false, record.ServerError},
		"half a stream":            {[]string{metadata, text[:60]}, done, false, record.HalfAnswer},
		"broken off":               {[]string{metadata, text}, "", false, record.HalfAnswer},
		"failed within":            {[]string{metadata, text[:60]}, `{"ErrorCode":"Unhandled","ErrorDetails":"timeout"}`, false, record.FunctionError},
		"failed before":            {nil, `{"ErrorCode":"Unhandled","ErrorDetails":"timeout"}`, false, record.FunctionError},
		"nothing":                  {nil, done, true, record.HalfAnswer},
		"metadata that never ends": {[]string{"{" + strings.Repeat(" ", 64<<10)}, done, false, record.ContentType},
	} {
		api := invokeAPI{stream: func(s *eventWriter, payload []byte) {
			ask := payload
			if !test.raw {
				ask = []byte(gjson.GetBytes(payload, "body").String())
			}
			if !gjson.GetBytes(ask, "stream").Bool() {
				t.Errorf("%s: asked for %s", name, payload)
			}
			for _, part := range test.parts {
				s.send("PayloadChunk", part)
			}
			if test.last != "" {
				s.send("InvokeComplete", test.last)
			}
		}}
		path := "/v1/chat/completions"
		if test.raw {
			path = ""
		}
		for _, r := range invoked(t, api, path, v1alpha1.Target{Protocol: "openai-chat", OpenAI: &v1alpha1.OpenAIRequest{Model: "m"}}) {
			if r.Kind != test.want {
				t.Errorf("%s: %s, want %s", name, r.Kind, test.want)
			}
			if r.Kind == record.OK && (r.ChunkCount != 2 || r.FirstToken < r.FirstByte || !r.Cold) {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}
