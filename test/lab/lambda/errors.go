package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// apiError is an error as the Lambda API words it, so that an SDK maps it to its own type.
type apiError struct {
	status  int
	code    string // the exception's name
	message string
	reason  string // of a throttle
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func invalid(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidParameterValueException", message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *apiError {
	return &apiError{status: http.StatusNotFound, code: "ResourceNotFoundException", message: fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) *apiError {
	return &apiError{status: http.StatusConflict, code: "ResourceConflictException", message: fmt.Sprintf(format, args...)}
}

func tooLarge(limit int, operation string) *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, code: "RequestTooLargeException",
		message: fmt.Sprintf("Request must be smaller than %d bytes for the %s operation", limit, operation),
	}
}

func internal(err error) *apiError {
	return &apiError{status: http.StatusInternalServerError, code: "ServiceException", message: err.Error()}
}

func throttled(reason string) *apiError {
	return &apiError{status: http.StatusTooManyRequests, code: "TooManyRequestsException", message: "Rate Exceeded.", reason: reason}
}

// write answers a request with the error. Which exceptions spell Message with a capital is part of the API.
func (e *apiError) write(w http.ResponseWriter) {
	kind, key := "User", "message"
	switch e.code {
	case "ResourceNotFoundException":
		key = "Message"
	case "ServiceException":
		kind, key = "Service", "Message"
	}
	body := map[string]string{"Type": kind, key: e.message}
	if e.reason != "" {
		body["Reason"] = e.reason
	}
	w.Header().Set("X-Amzn-Errortype", e.code)
	writeJSON(w, e.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // every body is made of strings and numbers
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the caller may be gone
}
