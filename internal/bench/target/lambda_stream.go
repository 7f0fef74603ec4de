package target

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/internal/record"
)

const (
	// maxMessage bounds a message of an event stream: 16 MiB of payload and 128 KiB of headers is what SDKs take.
	maxMessage = 16<<20 + 128<<10 + 16
	// maxMetadata bounds what may stand before the body of a streamed HTTP response.
	maxMetadata = 64 << 10
)

// metadataEnd stands between status and headers, which are JSON, and the body of a streamed HTTP response.
var metadataEnd = make([]byte, 8)

// invocation reads the answer out of the event stream of InvokeWithResponseStream.
type invocation struct {
	from    *bufio.Reader
	source  *rememberingReader
	decoder *eventstream.Decoder
	r       *record.Record
	buffer  []byte
	rest    []byte // of the part that is being read
	done    bool
}

func newInvocation(from io.Reader, r *record.Record) *invocation {
	source := &rememberingReader{r: from}
	return &invocation{from: bufio.NewReader(source), source: source, decoder: eventstream.NewDecoder(), r: r}
}

func (s *invocation) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// next reads one event. At the end of a complete answer it is io.EOF; of one that broke off, or of a function that failed,
// it is another error.
func (s *invocation) next() error {
	if s.done {
		return io.EOF
	}
	m, err := s.message()
	if err != nil {
		return err
	}
	if kind := headerOf(m, eventstreamapi.MessageTypeHeader); kind != eventstreamapi.EventMessageType {
		name := headerOf(m, eventstreamapi.ExceptionTypeHeader) + headerOf(m, eventstreamapi.ErrorCodeHeader)
		return fmt.Errorf("the stream breaks off with %s: %s", name, Shorten(string(m.Payload)))
	}
	switch headerOf(m, eventstreamapi.EventTypeHeader) {
	case "PayloadChunk":
		s.rest = m.Payload
		return nil
	case "InvokeComplete":
		return s.complete(m.Payload)
	}
	return nil // of a later version of the API
}

// message reads one message, and tells a stream that ends or fails from one that breaks its format.
func (s *invocation) message() (eventstream.Message, error) {
	size, err := s.from.Peek(4)
	if err == nil && binary.BigEndian.Uint32(size) > maxMessage {
		return eventstream.Message{}, fmt.Errorf("%w: a message of %d bytes", errBadStream, binary.BigEndian.Uint32(size))
	}
	m, err := s.decoder.Decode(s.from, s.buffer)
	switch {
	case err == nil:
		s.buffer = m.Payload
		return m, nil
	case s.source.err == io.EOF:
		return m, io.ErrUnexpectedEOF
	case s.source.err != nil:
		return m, s.source.err
	}
	return m, fmt.Errorf("%w: %v", errBadStream, err)
}

func (s *invocation) complete(payload []byte) error {
	s.done = true
	end := gjson.ParseBytes(payload)
	takeReport(end.Get("LogResult").String(), s.r)
	if code := end.Get("ErrorCode").String(); code != "" {
		return &functionError{code, end.Get("ErrorDetails").String()}
	}
	_, _ = io.CopyN(io.Discard, s.from, maxWrong) // to the end, so that the connection can be kept; the answer is complete
	return io.EOF
}

func headerOf(m eventstream.Message, name string) string {
	if v := m.Headers.Get(name); v != nil {
		return v.String()
	}
	return ""
}

// rememberingReader remembers why it could not be read, which a decoder may hide.
type rememberingReader struct {
	r   io.Reader
	err error
}

func (r *rememberingReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil {
		r.err = err
	}
	return n, err
}

// takeMetadata reads status and headers, if the answer begins with them, and returns what was read of the body.
func takeMetadata(res *http.Response, s *invocation) (body []byte, err error) {
	res.StatusCode, res.Header = http.StatusOK, http.Header{"Content-Type": {"application/octet-stream"}}
	var read []byte
	for {
		read, s.rest = append(read, s.rest...), nil
		if metadata, body, ok := bytes.Cut(read, metadataEnd); ok {
			setMetadata(res, metadata)
			return body, nil
		}
		if len(read) > maxMetadata || len(read) > 0 && read[0] != '{' {
			return read, nil
		}
		if err := s.next(); errors.Is(err, io.EOF) {
			return read, nil
		} else if err != nil {
			return nil, err
		}
	}
}
