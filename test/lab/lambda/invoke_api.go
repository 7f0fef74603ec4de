package lambda

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// serveInvoke is the operation Invoke with its three invocation types.
func (h *Host) serveInvoke(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	w.Header().Set("X-Amzn-Requestid", id)
	kind := types.InvocationType(r.Header.Get("X-Amz-Invocation-Type"))
	limit := maxPayload
	if kind == types.InvocationTypeEvent {
		limit = maxAsyncPayload
	}
	payload, err := h.authentic(r, limit, "InvokeFunction")
	if err != nil {
		fail(w, err)
		return
	}
	t, c, err := h.prepare(r, id, payload)
	if err != nil {
		fail(w, err)
		return
	}
	switch kind {
	case types.InvocationTypeDryRun:
		w.WriteHeader(http.StatusNoContent)
	case types.InvocationTypeEvent:
		if err := h.enqueue(t, c); err != nil {
			fail(w, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	case types.InvocationTypeRequestResponse, "":
		h.answer(w, r, t, c)
	default:
		fail(w, invalid("1 validation error detected: Value '%s' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]", kind))
	}
}

// prepare makes the call that a request asks for.
func (h *Host) prepare(r *http.Request, id string, payload []byte) (target, *call, error) {
	t, err := h.find(r.PathValue("name"), r.URL.Query().Get("Qualifier"))
	if err != nil {
		return target{}, nil, err
	}
	if len(payload) == 0 {
		payload = []byte("{}") // what functions get for no payload
	}
	if !json.Valid(payload) {
		return target{}, nil, &apiError{
			status: http.StatusBadRequest, code: "InvalidRequestContentException", message: "Could not parse request body into json: expected one JSON value",
		}
	}
	c := newCall(id, t.arn, payload)
	if trace := r.Header.Get("X-Amzn-Trace-Id"); trace != "" {
		c.trace = trace
	}
	if text := r.Header.Get("X-Amz-Client-Context"); text != "" {
		context, err := base64.StdEncoding.DecodeString(text)
		if err != nil || !json.Valid(context) {
			return target{}, nil, &apiError{
				status: http.StatusBadRequest, code: "InvalidRequestContentException", message: "Client context must be a valid Base64-encoded JSON object.",
			}
		}
		c.clientContext = string(context)
	}
	return t, c, nil
}

// answer runs the call and waits for it. A caller who goes away does not end it.
func (h *Host) answer(w http.ResponseWriter, r *http.Request, t target, c *call) {
	o, err := h.invoke(t.version, c)
	if err != nil {
		fail(w, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Amz-Executed-Version", o.version)
	if o.functionError() != "" {
		header.Set("X-Amz-Function-Error", o.functionError())
	}
	if r.Header.Get("X-Amz-Log-Type") == string(types.LogTypeTail) {
		header.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(o.log))
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(o.body())
}
