package container

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	// maxLog is the size at which a log file is put aside, as the kubelet's containerLogMaxSize.
	maxLog = 10 << 20
	// maxLine is the longest line; longer ones are cut into several, as container runtimes do.
	maxLine = 16 << 10
)

// A Log is the output of one run of a container: a file with a line "TIME STREAM TAG TEXT" for each line of output
// (the format of the container runtime interface; tag P says that the line goes on in the next), and at most one
// older file beside it.
type Log struct {
	path string

	mu      sync.Mutex
	file    *os.File
	size    int
	turn    int           // of the file, counted up when one is put aside
	changed chan struct{} // closed and replaced when there is more to read
	closed  bool
	err     error
}

// CreateLog makes an empty log.
func CreateLog(path string) (*Log, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &Log{path: path, file: file, changed: make(chan struct{})}, nil
}

// copy reads a stream to its end, line by line.
func (l *Log) copy(stream string, r io.Reader) {
	reader := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			tag := "F"
			if errors.Is(err, bufio.ErrBufferFull) {
				tag = "P"
			}
			l.write(stream, tag, line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return // the end: the process has closed its side
		}
	}
}

// write adds a line. A disk that is full loses output, not the container; Close says so.
func (l *Log) write(stream, tag string, line []byte) {
	if n := len(line); line[n-1] == '\n' {
		line = line[:n-1]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size >= maxLog {
		l.keep(l.rotate())
	}
	n, err := fmt.Fprintf(l.file, "%s %s %s %s\n", time.Now().UTC().Format(time.RFC3339Nano), stream, tag, line)
	l.size += n
	l.keep(err)
	l.wake()
}

func (l *Log) keep(err error) {
	if l.err == nil {
		l.err = err
	}
}

func (l *Log) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *Log) rotate() error {
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return err
	}
	file, err := os.Create(l.path)
	if err != nil {
		return err
	}
	old := l.file
	l.file, l.size = file, 0
	l.turn++
	return old.Close()
}

// Close ends the log; who follows it reads to its end. The error is the first of its life.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.err
	}
	l.closed = true
	l.keep(l.file.Close())
	l.wake()
	return l.err
}

// state returns the file's turn, whether more may come, and what is closed when it does.
func (l *Log) state() (turn int, open bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.turn, !l.closed, l.changed
}
