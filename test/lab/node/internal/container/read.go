package container

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// ReadOptions are those of the Kubernetes API (PodLogOptions).
type ReadOptions struct {
	// Tail is the number of lines before the end to begin at; negative means from the beginning.
	Tail int64
	// Since leaves out what was written before.
	Since time.Time
	// Timestamps puts the time before each line.
	Timestamps bool
	// LimitBytes ends after so many bytes; 0 means no limit.
	LimitBytes int64
	// Follow waits for more until the log is closed.
	Follow bool
	// Stream is stdout or stderr; empty means both.
	Stream string
}

// errLimit ends a read that has all that was asked for.
var errLimit = errors.New("limit reached")

// Read writes what the log holds. It ends without an error when there is no more, or with the context.
func (l *Log) Read(ctx context.Context, options ReadOptions, w io.Writer) error {
	r := &logReader{options: options, w: w, left: options.LimitBytes}
	err := r.read(ctx, l)
	if errors.Is(err, errLimit) {
		return nil
	}
	return err
}

type logReader struct {
	options ReadOptions
	w       io.Writer
	left    int64
	tail    [][]byte // the last lines, until the first end is reached
	live    bool     // the first end was reached
}

func (r *logReader) read(ctx context.Context, l *Log) error {
	if err := r.older(l.path + ".1"); err != nil {
		return err
	}
	for {
		turn, _, _ := l.state()
		file, err := os.Open(l.path)
		if err != nil {
			return err
		}
		again, err := r.current(ctx, l, file, turn)
		_ = file.Close() // only read
		if err != nil || !again {
			return err
		}
	}
}

func (r *logReader) older(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = r.lines(bufio.NewReader(file), nil)
	return err
}

// current reads the file to its end, and on while it grows. It says whether another file came after it.
func (r *logReader) current(ctx context.Context, l *Log, file io.Reader, turn int) (again bool, err error) {
	var (
		reader = bufio.NewReader(file)
		rest   []byte
	)
	for {
		now, open, changed := l.state() // before reading, so that nothing written meanwhile is missed
		if rest, err = r.lines(reader, rest); err != nil {
			return false, err
		}
		if now != turn {
			return true, nil
		}
		if err := r.flushTail(); err != nil {
			return false, err
		}
		if !r.options.Follow || !open {
			return false, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false, nil
		}
	}
}

// lines passes on whole lines and returns what is left of one that is not yet whole.
func (r *logReader) lines(reader *bufio.Reader, rest []byte) ([]byte, error) {
	for {
		part, err := reader.ReadBytes('\n')
		rest = append(rest, part...)
		if errors.Is(err, io.EOF) {
			return rest, nil
		}
		if err != nil {
			return nil, err
		}
		if err := r.line(rest); err != nil {
			return nil, err
		}
		rest = nil
	}
}

func (r *logReader) line(line []byte) error {
	fields := bytes.SplitN(line, []byte{' '}, 4)
	if len(fields) < 4 {
		return nil // cut by a full disk
	}
	stamp, stream, tag, text := fields[0], fields[1], fields[2], fields[3]
	if r.options.Stream != "" && r.options.Stream != string(stream) {
		return nil
	}
	if !r.options.Since.IsZero() {
		if t, err := time.Parse(time.RFC3339Nano, string(stamp)); err != nil || t.Before(r.options.Since) {
			return nil
		}
	}
	if string(tag) == "P" {
		text = text[:len(text)-1]
	}
	if r.options.Timestamps {
		text = append(append(bytes.Clone(stamp), ' '), text...)
	}
	if r.options.Tail < 0 || r.live {
		return r.emit(text)
	}
	r.tail = append(r.tail, bytes.Clone(text))
	if int64(len(r.tail)) > r.options.Tail {
		r.tail = r.tail[1:]
	}
	return nil
}

func (r *logReader) flushTail() error {
	r.live = true
	for _, text := range r.tail {
		if err := r.emit(text); err != nil {
			return err
		}
	}
	r.tail = nil
	return nil
}

func (r *logReader) emit(text []byte) error {
	if r.options.LimitBytes > 0 {
		text = text[:min(int64(len(text)), r.left)]
		r.left -= int64(len(text))
	}
	if _, err := r.w.Write(text); err != nil {
		return err
	}
	if r.options.LimitBytes > 0 && r.left == 0 {
		return errLimit
	}
	if f, ok := r.w.(interface{ Flush() }); ok && r.live {
		f.Flush()
	}
	return nil
}
