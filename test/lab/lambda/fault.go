package lambda

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kinds of faults that the platform itself finds, as it spells them.
const (
	faultTimeout  = "Sandbox.Timedout"
	faultExit     = "Runtime.ExitError"
	faultEntry    = "Runtime.InvalidEntrypoint"
	faultResponse = "Function.ResponseSizeTooLarge"
)

// fault is why a call or an init phase did not end well.
type fault struct {
	kind    string
	message string
	body    []byte // what the runtime posted; nil if the platform found it
}

// payload is what the caller of an invocation gets to see.
func (f *fault) payload(id string) []byte {
	if f.body != nil {
		return f.body
	}
	message := f.message
	if f.kind != faultResponse {
		message = "RequestId: " + id + " Error: " + message
	}
	text, _ := json.Marshal(map[string]string{"errorType": f.kind, "errorMessage": message}) // strings always marshal
	return text
}

func timedOut(timeout time.Duration) *fault {
	return &fault{kind: faultTimeout, message: fmt.Sprintf("Task timed out after %.2f seconds", timeout.Seconds())}
}

func exited(err error) *fault {
	if err == nil {
		return &fault{kind: faultExit, message: "Runtime exited without providing a reason"}
	}
	return &fault{kind: faultExit, message: "Runtime exited with error: " + err.Error()}
}

// posted is a fault that a runtime reports, with its own body.
func posted(header string, body []byte) *fault {
	var said struct{ ErrorType, ErrorMessage string }
	_ = json.Unmarshal(body, &said) // runtimes may post what they like; then only the header counts
	f := &fault{kind: header, message: said.ErrorMessage, body: body}
	if f.kind == "" {
		f.kind = said.ErrorType
	}
	if f.kind == "" {
		f.kind = "Runtime.Unknown"
	}
	return f
}
