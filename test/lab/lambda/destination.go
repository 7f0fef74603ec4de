package lambda

import (
	"encoding/json"
	"time"
)

// record is what a destination gets to know of an asynchronous invocation, as Lambda's developer guide shows it.
type record struct {
	Version         string           `json:"version"`
	Timestamp       string           `json:"timestamp"`
	RequestContext  requestContext   `json:"requestContext"`
	RequestPayload  json.RawMessage  `json:"requestPayload"`
	ResponseContext *responseContext `json:"responseContext,omitempty"`
	ResponsePayload json.RawMessage  `json:"responsePayload,omitempty"`
}

type requestContext struct {
	RequestID              string `json:"requestId"`
	FunctionArn            string `json:"functionArn"`
	Condition              string `json:"condition"`
	ApproximateInvokeCount int    `json:"approximateInvokeCount"`
}

type responseContext struct {
	StatusCode      int    `json:"statusCode"`
	ExecutedVersion string `json:"executedVersion"`
	FunctionError   string `json:"functionError,omitempty"`
}

// end sends a record to the destination of the condition, if there is one. A nil outcome means that the last attempt did
// not run.
func (e *event) end(h *Host, condition string, o *outcome) {
	to := e.config.onFailure
	if condition == "Success" {
		to = e.config.onSuccess
	}
	if to == "" {
		return
	}
	r := record{
		Version: "1.0", Timestamp: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), RequestPayload: e.call.payload,
		RequestContext: requestContext{
			RequestID: e.call.id, FunctionArn: h.arn(e.target.version.function.name, e.target.qualifier),
			Condition: condition, ApproximateInvokeCount: e.attempts,
		},
	}
	if o != nil {
		r.ResponseContext = &responseContext{StatusCode: 200, ExecutedVersion: o.version, FunctionError: o.functionError()}
		r.ResponsePayload = o.body()
		if !json.Valid(r.ResponsePayload) { // a function may answer with anything
			r.ResponsePayload, _ = json.Marshal(string(o.body()))
		}
	}
	if err := h.deliver(to, r); err != nil {
		_, _ = h.logs.Write([]byte("lambda host: destination " + to + " of request " + e.call.id + ": " + err.Error() + "\n"))
	}
}

func (h *Host) deliver(to string, r record) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	t, err := h.find(to, "")
	if err != nil {
		return err
	}
	return h.enqueue(t, newCall(newRequestID(), t.arn, payload))
}
