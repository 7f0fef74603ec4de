package record

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Log is a log that was read.
type Log struct {
	Header  Header
	Records []Record
	// ColdStarts and KeepAlives are what was tried beside the load.
	ColdStarts []ColdStart
	KeepAlives []KeepAlive
	// End is how the run ended; nil when the log stops without saying so, as after a crash.
	End *End
	// Dropped is how many bytes at the end belong to no complete frame, and Damage says why.
	Dropped int64
	Damage  string
}

// ReadLog reads a log. A torn or damaged tail is no error: everything before it is returned, and Dropped says how much
// was not. ReadColumns keeps less.
//
// Errors: something that is no log, a version that this program does not know, no complete header, a failing reader.
func ReadLog(r io.Reader) (*Log, error) {
	var l Log
	tail, err := readLog(r, func(h Header) sink {
		l.Header = h
		return &l
	})
	if err != nil {
		return nil, err
	}
	l.End, l.Dropped, l.Damage = tail.end, tail.dropped, tail.damage
	return &l, nil
}

func (l *Log) record(r *Record)      { l.Records = append(l.Records, *r) }
func (l *Log) coldStart(c ColdStart) { l.ColdStarts = append(l.ColdStarts, c) }
func (l *Log) keepAlive(k KeepAlive) { l.KeepAlives = append(l.KeepAlives, k) }

// sink takes what a log holds, in the order of the file. A record is valid until the call returns; its chunks stay.
type sink interface {
	record(*Record)
	coldStart(ColdStart)
	keepAlive(KeepAlive)
}

// tail is how a log ends.
type tail struct {
	end     *End
	dropped int64
	damage  string
}

// readLog reads the header, and then hands all frames that are whole to what begin returns.
func readLog(r io.Reader, begin func(Header) sink) (tail, error) {
	in := &frameReader{r: bufio.NewReaderSize(r, fullFrame)}
	if err := in.preamble(); err != nil {
		return tail{}, err
	}
	typ, payload, err := in.next()
	switch {
	case errors.As(err, new(damage)) || err == io.EOF || err == nil && typ != frameHeader:
		return tail{}, errors.New("the log has no complete header: the run broke off before it began")
	case err != nil:
		return tail{}, err
	}
	var h Header
	if err := json.Unmarshal(payload, &h); err != nil {
		return tail{}, fmt.Errorf("the header of the log: %w", err)
	}
	frames := frames{targets: len(h.Targets), into: begin(h)}
	err = frames.read(in)
	return frames.tail, err
}

// damage is why a frame cannot be used.
type damage string

func (d damage) Error() string { return string(d) }

// frames hands on what the frames of a log hold.
type frames struct {
	targets int
	into    sink
	batch   []Record // of one frame
	tail    tail
}

func (f *frames) read(in *frameReader) error {
	for {
		typ, payload, err := in.next()
		if err == nil {
			err = f.take(typ, payload)
		}
		var why damage
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &why):
			f.tail.damage = string(why)
			rest, err := io.Copy(io.Discard, in.r)
			f.tail.dropped = in.pending + rest
			return err
		case err != nil:
			return err
		}
	}
}

// take hands on what one frame holds, all of it or nothing.
func (f *frames) take(typ byte, payload []byte) error {
	if f.tail.end != nil {
		return damage("there is something after the end of the run")
	}
	switch typ {
	case frameRecords:
		return f.records(payload)
	case frameColdStart:
		var c ColdStart
		if err := f.decode(payload, &c); err != nil {
			return err
		}
		f.into.coldStart(c)
		return nil
	case frameKeepAlive:
		var k KeepAlive
		if err := f.decode(payload, &k); err != nil {
			return err
		}
		f.into.keepAlive(k)
		return nil
	case frameEnd:
		var e End
		if err := json.Unmarshal(payload, &e); err != nil {
			return damage("the end of the run cannot be read")
		}
		f.tail.end = &e
		return nil
	}
	return damage(fmt.Sprintf("a frame of the unknown type %q", typ))
}

func (f *frames) records(payload []byte) error {
	f.batch = f.batch[:0]
	for d := (decoder{rest: payload}); len(d.rest) > 0; {
		r, err := d.record()
		if err == nil && r.Target >= f.targets {
			err = errRecord
		}
		if err != nil {
			return damage(err.Error())
		}
		f.batch = append(f.batch, r)
	}
	for i := range f.batch {
		f.into.record(&f.batch[i])
	}
	return nil
}

// decode reads a frame of JSON.
func (f *frames) decode(payload []byte, into interface{ check(targets int) error }) error {
	err := json.Unmarshal(payload, into)
	if err == nil {
		err = into.check(f.targets)
	}
	if err != nil {
		return damage(err.Error())
	}
	return nil
}

// frameReader reads frames; pending is how many bytes of the current one it has taken.
type frameReader struct {
	r       *bufio.Reader
	pending int64
	payload []byte
}

func (in *frameReader) preamble() error {
	var b [preambleSize]byte
	switch _, err := io.ReadFull(in.r, b[:]); {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errors.New("expected a log of requests, got a file that is too short for one")
	case err != nil:
		return err
	case string(b[:len(magic)]) != magic:
		return fmt.Errorf("expected a log of requests, which begins with %s", magic)
	}
	if v := binary.LittleEndian.Uint32(b[len(magic):]); v != logVersion {
		return fmt.Errorf("expected version %d of the log, got %d: it was written by another version of fulcrum", logVersion, v)
	}
	return nil
}

// next returns the next frame, whose payload is valid until the next call; io.EOF is the end of the file between two frames.
func (in *frameReader) next() (byte, []byte, error) {
	var head [frameSize]byte
	n, err := io.ReadFull(in.r, head[:])
	in.pending = int64(n)
	switch {
	case err == io.EOF:
		return 0, nil, io.EOF
	case err == io.ErrUnexpectedEOF:
		return 0, nil, damage("the file ends within a frame")
	case err != nil:
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint32(head[1:])
	if size > maxPayload {
		return 0, nil, damage(fmt.Sprintf("a frame of %d bytes, expected at most %d", size, maxPayload))
	}
	if int(size) > cap(in.payload) {
		in.payload = make([]byte, size)
	}
	payload := in.payload[:size]
	n, err = io.ReadFull(in.r, payload)
	in.pending += int64(n)
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return 0, nil, damage("the file ends within a frame")
	case err != nil:
		return 0, nil, err
	case checksum(head[0], payload) != binary.LittleEndian.Uint32(head[5:]):
		return 0, nil, damage("a frame whose checksum is wrong")
	}
	return head[0], payload, nil
}
