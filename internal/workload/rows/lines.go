package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// maxLine bounds the length of a line, and with it the memory of a reader.
const maxLine = 1 << 20

// Opener opens a file of the user's by the name in the model file.
type Opener func(name string) (io.ReadCloser, error)

// File is a file of the user's that can be read several times.
type File struct {
	Open Opener
	Name string
}

// Lines opens the file and returns its lines.
func (f File) Lines() (*Lines, error) {
	if f.Open == nil {
		return nil, f.Fail(errors.New("no files can be opened here"))
	}
	file, err := f.Open(f.Name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the name stands in front already
		}
		return nil, f.Fail(err)
	}
	plain, packed, err := unpack(file)
	if err != nil {
		file.Close()
		return nil, f.Fail(err)
	}
	return &Lines{File: f, closer: file, packed: packed, in: bufio.NewReaderSize(plain, maxLine+2)}, nil
}

// Fail puts the name of the file before an error.
func (f File) Fail(err error) error { return fmt.Errorf("trace %s: %w", f.Name, err) }

// Lines reads lines of bounded length and knows their numbers. Its errors
// name the file and the line.
type Lines struct {
	File   File
	closer io.Closer
	packed compression
	in     *bufio.Reader

	first, number int    // numbers of the first and the last line of what was read last
	joined        []byte // a record of several lines
	ended         bool
}

var byteOrderMark = []byte("\ufeff")

// Next returns the next line without its end; it is valid until the next call.
// At the end it returns io.EOF.
func (l *Lines) Next() ([]byte, error) {
	if l.ended {
		return nil, io.EOF
	}
	line, err := l.in.ReadSlice('\n')
	switch {
	case err == nil:
		line = line[:len(line)-1]
	case err == io.EOF && len(line) > 0:
	case err == io.EOF:
		l.Close()
		return nil, io.EOF
	default:
		l.number++
		l.first = l.number
		l.Close()
		return nil, l.Fail(l.explain(err))
	}
	l.number++
	l.first = l.number
	if len(line) > maxLine {
		l.Close()
		return nil, l.Fail(errLongLine)
	}
	if l.number == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

var errLongLine = fmt.Errorf("longer than %d MiB: expected one request a line", maxLine>>20)

func (l *Lines) explain(err error) error {
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return errLongLine
	case l.packed != plainText:
		return brokenArchive(err, l.packed)
	}
	return err
}

// Record returns the next csv record: a line, or several where a quoted field spans them.
func (l *Lines) Record() ([]byte, error) {
	line, err := l.Next()
	if err != nil || bytes.IndexByte(line, '"') < 0 || bytes.Count(line, []byte{'"'})%2 == 0 {
		return line, err
	}
	first := l.number
	l.joined = append(l.joined[:0], line...)
	for {
		line, err = l.Next()
		if err == io.EOF {
			l.first = first
			return nil, l.failAt(first, errors.New("a quoted field that begins here is never closed"))
		}
		if err != nil {
			return nil, err
		}
		l.joined = append(append(l.joined, '\n'), line...)
		l.first = first
		if len(l.joined) > maxLine {
			l.Close()
			return nil, l.failAt(first, fmt.Errorf("a quoted field that begins here is not closed within %d MiB", maxLine>>20))
		}
		if bytes.Count(line, []byte{'"'})%2 == 1 {
			return l.joined, nil
		}
	}
}

// Content returns the first line that is not blank, and io.EOF when there is none.
func (l *Lines) Content() ([]byte, error) {
	for {
		line, err := l.Next()
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, err
		}
	}
}

// Fail puts the file and the line reached before an error.
func (l *Lines) Fail(err error) error { return l.failAt(l.number, err) }

func (l *Lines) failAt(number int, err error) error {
	return l.File.Fail(fmt.Errorf("line %d: %w", number, err))
}

// Close ends the reading; there is nothing to lose by an error of closing a file that was only read.
func (l *Lines) Close() {
	l.ended = true
	if l.closer != nil {
		l.closer.Close()
		l.closer = nil
	}
}
