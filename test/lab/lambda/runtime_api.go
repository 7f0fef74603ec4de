package lambda

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Headers of the Runtime API, as its documentation of version 2018-06-01 names them.
const (
	headerErrorType = "Lambda-Runtime-Function-Error-Type" // also a trailer of a streamed response
	headerErrorBody = "Lambda-Runtime-Function-Error-Body" // a trailer, base64
)

func (b *sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", b.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", b.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", b.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", b.initFailure)
	return mux
}

// refuse is an error answer of the Runtime API.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	writeJSON(w, status, map[string]string{"errorType": kind, "errorMessage": message})
}

func accept(w http.ResponseWriter) {
	writeJSON(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

// next ends the current call and waits for another, however long that takes.
func (b *sandbox) next(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	if b.current != nil && !b.current.answered {
		b.mu.Unlock()
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "The current invocation has no response yet")
		return
	}
	b.current = nil
	b.mu.Unlock()
	select {
	case b.asked <- struct{}{}:
	default:
	}
	select {
	case <-r.Context().Done():
	case c := <-b.calls:
		b.mu.Lock()
		b.current = c
		b.mu.Unlock()
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", c.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(c.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", c.arn)
		header.Set("Lambda-Runtime-Trace-Id", c.trace)
		if c.clientContext != "" {
			header.Set("Lambda-Runtime-Client-Context", c.clientContext)
		}
		_, _ = w.Write(c.payload) // a runtime that is gone is found by its exit
	}
}

// claim finds the call that a runtime answers, once.
func (b *sandbox) claim(w http.ResponseWriter, r *http.Request) (*call, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.current == nil || b.current.id != r.PathValue("id"):
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return nil, false
	case b.current.claimed:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "The invocation has a response already")
		return nil, false
	}
	b.current.claimed = true
	return b.current, true
}

// settle passes the answer on. Only then may the runtime ask for the next call.
func (b *sandbox) settle(c *call, a answer) {
	c.answers <- a
	b.mu.Lock()
	c.answered = true
	b.mu.Unlock()
}

// response takes the answer, and passes it on while it comes if the caller wants a stream.
func (b *sandbox) response(w http.ResponseWriter, r *http.Request) {
	c, ok := b.claim(w, r)
	if !ok {
		return
	}
	limit := maxResponse
	if c.emit != nil {
		limit = maxStream
	}
	payload, size, err := c.receive(r.Body, limit)
	switch {
	case err != nil:
		b.settle(c, answer{failure: exited(err)})
		refuse(w, http.StatusBadRequest, "Runtime.TruncatedResponse", err.Error())
	case size > limit:
		message := fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", limit)
		b.settle(c, answer{failure: &fault{kind: faultResponse, message: message}})
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size.")
	case r.Trailer.Get(headerErrorType) != "":
		body, err := base64.StdEncoding.DecodeString(r.Trailer.Get(headerErrorBody))
		if err != nil {
			body = nil
		}
		b.settle(c, answer{failure: posted(r.Trailer.Get(headerErrorType), body)})
		accept(w)
	default:
		b.settle(c, answer{payload: payload})
		accept(w)
	}
}

// failure takes an error that the function or its runtime reports.
func (b *sandbox) failure(w http.ResponseWriter, r *http.Request) {
	c, ok := b.claim(w, r)
	if !ok {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxFunctionError)) // what came is reported
	b.settle(c, answer{failure: posted(r.Header.Get(headerErrorType), body)})
	accept(w)
}

func (b *sandbox) initFailure(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxFunctionError))
	select {
	case b.initFault <- posted(r.Header.Get(headerErrorType), body):
		accept(w)
	default:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "An initialisation error was reported already")
	}
}
