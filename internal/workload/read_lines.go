package workload

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

// traceFile is a file of the user's that can be read several times.
type traceFile struct {
	open Opener
	name string
}

// lines opens the file and returns its lines.
func (f traceFile) lines() (*lineReader, error) {
	if f.open == nil {
		return nil, f.fail(errors.New("no files can be opened here"))
	}
	file, err := f.open(f.name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the name stands in front already
		}
		return nil, f.fail(err)
	}
	plain, packed, err := unpack(file)
	if err != nil {
		file.Close()
		return nil, f.fail(err)
	}
	return &lineReader{file: f, closer: file, packed: packed, in: bufio.NewReaderSize(plain, maxLine+2)}, nil
}

// fail puts the name of the file before an error.
func (f traceFile) fail(err error) error { return fmt.Errorf("trace %s: %w", f.name, err) }

// lineReader reads lines of bounded length and knows their numbers. Its errors
// name the file and the line.
type lineReader struct {
	file   traceFile
	closer io.Closer
	packed compression
	in     *bufio.Reader

	first, number int    // numbers of the first and the last line of what was read last
	joined        []byte // a record of several lines
	ended         bool
}

var byteOrderMark = []byte("\ufeff")

// next returns the next line without its end; it is valid until the next call.
// At the end it returns io.EOF.
func (l *lineReader) next() ([]byte, error) {
	if l.ended {
		return nil, io.EOF
	}
	line, err := l.in.ReadSlice('\n')
	switch {
	case err == nil:
		line = line[:len(line)-1]
	case err == io.EOF && len(line) > 0:
	case err == io.EOF:
		l.close()
		return nil, io.EOF
	default:
		l.number++
		l.first = l.number
		l.close()
		return nil, l.fail(l.explain(err))
	}
	l.number++
	l.first = l.number
	if len(line) > maxLine {
		l.close()
		return nil, l.fail(errLongLine)
	}
	if l.number == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

var errLongLine = fmt.Errorf("longer than %d MiB: expected one request a line", maxLine>>20)

func (l *lineReader) explain(err error) error {
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return errLongLine
	case l.packed != plainText:
		return brokenArchive(err, l.packed)
	}
	return err
}

// record returns the next csv record: a line, or several where a quoted field spans them.
func (l *lineReader) record() ([]byte, error) {
	line, err := l.next()
	if err != nil || bytes.IndexByte(line, '"') < 0 || bytes.Count(line, []byte{'"'})%2 == 0 {
		return line, err
	}
	first := l.number
	l.joined = append(l.joined[:0], line...)
	for {
		line, err = l.next()
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
			l.close()
			return nil, l.failAt(first, fmt.Errorf("a quoted field that begins here is not closed within %d MiB", maxLine>>20))
		}
		if bytes.Count(line, []byte{'"'})%2 == 1 {
			return l.joined, nil
		}
	}
}

// content returns the first line that is not blank, and io.EOF when there is none.
func (l *lineReader) content() ([]byte, error) {
	for {
		line, err := l.next()
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, err
		}
	}
}

// fail puts the file and the line reached before an error.
func (l *lineReader) fail(err error) error { return l.failAt(l.number, err) }

func (l *lineReader) failAt(number int, err error) error {
	return l.file.fail(fmt.Errorf("line %d: %w", number, err))
}

// close ends the reading; there is nothing to lose by an error of closing a file that was only read.
func (l *lineReader) close() {
	l.ended = true
	if l.closer != nil {
		l.closer.Close()
		l.closer = nil
	}
}
