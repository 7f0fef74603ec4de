package lambda

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
)

// call is one attempt at an invocation, on its way to a runtime and back.
type call struct {
	id            string
	arn           string // as the caller named the function
	clientContext string // JSON
	trace         string
	payload       []byte
	deadline      time.Time

	emit    func([]byte) // takes a part of the response as soon as it comes; nil for a caller who waits for all of it
	chunks  chan []byte  // parts on their way to emit
	answers chan answer  // holds one
	over    chan struct{}

	claimed, answered bool // an answer is coming, is there; guarded by sandbox.mu
}

// answer is what the runtime says about a call.
type answer struct {
	payload []byte
	failure *fault // reported by the function; its environment lives on
}

// outcome is how a call ended.
type outcome struct {
	answer
	fault   *fault // found by the platform
	id      string
	version string
	log     []byte
}

// failed is what went wrong, or nil.
func (o outcome) failed() *fault {
	if o.fault != nil {
		return o.fault
	}
	return o.failure
}

// body is what the caller gets.
func (o outcome) body() []byte {
	if f := o.failed(); f != nil {
		return f.payload(o.id)
	}
	return o.payload
}

// functionError is the header X-Amz-Function-Error: Handled only for a runtime that says so itself.
func (o outcome) functionError() string {
	switch f := o.failed(); {
	case f == nil:
		return ""
	case f.kind == "Handled":
		return "Handled"
	default:
		return "Unhandled"
	}
}

func newRequestID() string { return uuid.NewString() }

func newCall(id, arn string, payload []byte) *call {
	return &call{
		id: id, arn: arn, payload: payload, trace: newTrace(),
		chunks: make(chan []byte), answers: make(chan answer, 1), over: make(chan struct{}),
	}
}

// newTrace is a trace header that asks for no sampling.
func newTrace() string {
	id := uuid.New()
	return "Root=1-" + time.Now().UTC().Format("20060102") + "-" + hex12(id) + ";Parent=" + hex12(id)[:16] + ";Sampled=0"
}

func hex12(id uuid.UUID) string {
	const digits = "0123456789abcdef"
	var b bytes.Buffer
	for _, x := range id[4:] {
		b.WriteByte(digits[x>>4])
		b.WriteByte(digits[x&15])
	}
	return b.String()
}

// receive reads a response of at most limit bytes. It gives the payload, or hands it on in parts, and says how much came.
func (c *call) receive(from io.Reader, limit int) (payload []byte, size int, err error) {
	from = io.LimitReader(from, int64(limit)+1)
	if c.emit == nil {
		payload, err = io.ReadAll(from)
		return payload, len(payload), err
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		size += n
		if n > 0 && size <= limit {
			select {
			case c.chunks <- bytes.Clone(buffer[:n]):
			case <-c.over:
				return nil, size, errors.New("the call is over")
			}
		}
		if errors.Is(err, io.EOF) {
			return nil, size, nil
		}
		if err != nil || size > limit {
			return nil, size, err
		}
	}
}

// left is how a call ends whose process has ended: with the answer that it still gave, if it did.
func (c *call) left(exit error) (answer, *fault) {
	select {
	case a := <-c.answers:
		return a, nil
	default:
		return answer{}, exited(exit)
	}
}
