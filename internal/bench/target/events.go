package target

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxEvent bounds one event.
const maxEvent = 1 << 20

var errEventTooLong = errors.New("an event of more than 1 MiB")

// eventReader reads the data of server-sent events (WHATWG HTML, section 9.2.6): lines end with LF, CR LF or CR, data lines
// of one event are joined by LF, an empty line ends it, and one that the stream breaks off in is no event. Other
// fields and comments are passed over.
type eventReader struct {
	r       *bufio.Reader
	data    []byte
	hasData bool
	line    []byte
	skipLF  bool // the last line ended with CR
}

func newEventReader(r io.Reader) *eventReader { return &eventReader{r: bufio.NewReader(r)} }

// next returns the data of the next event, valid until the next call; io.EOF at the end of the stream.
func (e *eventReader) next() ([]byte, error) {
	e.data, e.hasData = e.data[:0], false
	for {
		line, err := e.readLine()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			if e.hasData {
				return e.data, nil
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if string(name) != "data" {
			continue
		}
		value = bytes.TrimPrefix(value, []byte(" "))
		if e.hasData {
			e.data = append(e.data, '\n')
		}
		e.data, e.hasData = append(e.data, value...), true
		if len(e.data) > maxEvent {
			return nil, errEventTooLong
		}
	}
}

// readLine returns a line without its end. What follows the last end of a line is not one.
func (e *eventReader) readLine() ([]byte, error) {
	e.line = e.line[:0]
	for {
		b, err := e.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if b == '\n' && e.skipLF {
			e.skipLF = false
			continue
		}
		e.skipLF = b == '\r'
		if b == '\n' || b == '\r' {
			return e.line, nil
		}
		if e.line = append(e.line, b); len(e.line) > maxEvent {
			return nil, errEventTooLong
		}
	}
}
