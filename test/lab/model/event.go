package model

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Event is the payload by which a model server behind Lambda answers an HTTP request with a JSON body.
func Event(method, path string, body []byte) ([]byte, error) {
	event := map[string]any{
		"version": "2.0", "rawPath": path, "rawQueryString": "", "headers": map[string]string{"content-type": "application/json"},
		"requestContext": map[string]any{"http": map[string]string{"method": method, "path": path}}, "body": string(body), "isBase64Encoded": false,
	}
	text, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("making an event for %s %s: %w", method, path, err)
	}
	return text, nil
}

// Response reads what a model server behind Lambda answers to an Event: status and body.
func Response(payload []byte) (status int, body []byte, err error) {
	var r struct {
		StatusCode      int
		Body            string
		IsBase64Encoded bool
	}
	if err := json.Unmarshal(payload, &r); err != nil || r.StatusCode == 0 {
		return 0, nil, fmt.Errorf("reading a function's answer: no HTTP response with a statusCode: %.200s", payload)
	}
	if !r.IsBase64Encoded {
		return r.StatusCode, []byte(r.Body), nil
	}
	body, err = base64.StdEncoding.DecodeString(r.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("reading a function's answer: its body is not base64: %w", err)
	}
	return r.StatusCode, body, nil
}
