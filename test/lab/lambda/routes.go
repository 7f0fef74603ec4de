package lambda

import (
	"errors"
	"io"
	"net/http"
	"time"
)

func (h *Host) routes() http.Handler {
	mux := http.NewServeMux()
	control := func(pattern string, serve controlHandler) { mux.Handle(pattern, h.control(serve)) }
	const functions, function = "/2015-03-31/functions", "/2015-03-31/functions/{name}"
	control("POST "+functions, h.createFunction)
	control("GET "+functions, h.listFunctions)
	control("GET "+functions+"/{$}", h.listFunctions)
	control("GET "+function, about(h, h.getFunction))
	control("DELETE "+function, about(h, h.deleteFunction))
	control("GET "+function+"/configuration", about(h, h.getConfiguration))
	control("PUT "+function+"/configuration", about(h, h.updateConfiguration))
	control("POST "+function+"/versions", about(h, h.publishVersion))
	control("POST "+function+"/aliases", about(h, h.createAlias))
	control("GET "+function+"/aliases/{alias}", about(h, h.getAlias))
	control("PUT "+function+"/aliases/{alias}", about(h, h.updateAlias))
	control("GET /2016-08-19/account-settings", h.accountSettings)
	control("PUT /2017-10-31/functions/{name}/concurrency", about(h, h.putConcurrency))
	control("DELETE /2017-10-31/functions/{name}/concurrency", about(h, h.deleteConcurrency))
	control("GET /2019-09-30/functions/{name}/concurrency", about(h, h.getConcurrency))
	control("PUT /2019-09-30/functions/{name}/provisioned-concurrency", about(h, h.putProvisioned))
	control("GET /2019-09-30/functions/{name}/provisioned-concurrency", about(h, h.getProvisioned))
	control("DELETE /2019-09-30/functions/{name}/provisioned-concurrency", about(h, h.deleteProvisioned))
	control("PUT /2019-09-25/functions/{name}/event-invoke-config", about(h, h.putEventConfig))
	control("GET /2019-09-25/functions/{name}/event-invoke-config", about(h, h.getEventConfig))
	mux.HandleFunc("POST "+function+"/invocations", h.serveInvoke)
	mux.HandleFunc("POST /2021-11-15/functions/{name}/response-streaming-invocations", h.serveStream)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		(&apiError{status: http.StatusNotFound, code: "UnknownOperationException", message: "The laboratory's Lambda host has no " + r.Method + " " + r.URL.Path}).write(w)
	})
	return mux
}

// controlHandler answers a request of the control API whose signature is right; a nil answer is an empty body.
type controlHandler func(r *http.Request, body []byte) (status int, answer any, err error)

func (h *Host) control(serve controlHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", newRequestID())
		body, err := h.authentic(r, maxControlBody, "control")
		if err != nil {
			fail(w, err)
			return
		}
		status, answer, err := serve(r, body)
		switch {
		case err != nil:
			fail(w, err)
		case answer == nil:
			w.WriteHeader(status)
		default:
			writeJSON(w, status, answer)
		}
	})
}

// authentic reads a body of at most limit bytes and checks the signature.
func (h *Host) authentic(r *http.Request, limit int, operation string) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		return nil, &apiError{status: http.StatusBadRequest, code: "InvalidRequestContentException", message: "Could not read the request body: " + err.Error()}
	}
	if len(body) > limit {
		return nil, tooLarge(limit, operation)
	}
	return body, h.verify(r, body, time.Now())
}

func fail(w http.ResponseWriter, err error) {
	var known *apiError
	if !errors.As(err, &known) {
		known = internal(err)
	}
	known.write(w)
}
