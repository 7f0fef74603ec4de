package record

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Writer appends records to a log. It is for one goroutine.
type Writer struct {
	w       io.Writer
	payload []byte
	frame   []byte // kept to be written into again
	written int64
	err     error
}

// NewWriter begins a log with its header.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	encoded, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("the header of the log: %w", err)
	}
	if len(encoded) > maxPayload {
		return nil, fmt.Errorf("expected a header of at most %d bytes, got %d", maxPayload, len(encoded))
	}
	begin := binary.LittleEndian.AppendUint32([]byte(magic), logVersion)
	if _, err := w.Write(appendFrame(begin, frameHeader, encoded)); err != nil {
		return nil, err
	}
	return &Writer{w: w}, nil
}

// Append adds a record; it reaches the underlying writer with the frame that it is part of. After an error, every call returns it.
func (l *Writer) Append(r *Record) error {
	if l.err != nil {
		return l.err
	}
	l.payload = appendRecord(l.payload, r)
	l.written++
	if len(l.payload) < fullFrame {
		return nil
	}
	return l.Flush()
}

// Flush hands over what has been appended.
func (l *Writer) Flush() error {
	if l.err != nil || len(l.payload) == 0 {
		return l.err
	}
	l.frame = appendFrame(l.frame[:0], frameRecords, l.payload)
	l.payload = l.payload[:0]
	_, l.err = l.w.Write(l.frame)
	return l.err
}

// Close flushes and marks the end of the run. It does not close the underlying writer.
func (l *Writer) Close(e End) error {
	if err := l.Flush(); err != nil {
		return err
	}
	e.Records = l.written
	encoded, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, l.err = l.w.Write(appendFrame(nil, frameEnd, encoded))
	return l.err
}
