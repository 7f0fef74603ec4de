package lambda

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
)

// logs is an environment's log: what its processes write, and the platform's own lines, in the order in which they were
// written. The processes hold the pipe's other end.
type logs struct {
	reader, writer *os.File
	sink           io.Writer
	done           chan struct{} // closed when nothing is read any more

	mu     sync.Mutex
	tail   []byte // the last of the current call
	line   []byte // not yet whole
	held   []byte // read, but may hold a part of the mark
	mark   []byte // what sync waits for; nil when nobody waits
	synced chan struct{}
}

func newLogs(sink io.Writer) (*logs, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a log pipe: %w", err)
	}
	l := &logs{reader: reader, writer: writer, sink: sink, done: make(chan struct{})}
	go l.read()
	return l, nil
}

// read runs until close. It never stops reading before, so that no process blocks on its log.
func (l *logs) read() {
	defer close(l.done)
	buffer := make([]byte, 32<<10)
	for {
		n, err := l.reader.Read(buffer)
		l.mu.Lock()
		l.held = append(l.held, buffer[:n]...)
		l.sort()
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// sort takes the mark out of what was read, and keeps the rest.
func (l *logs) sort() {
	if l.mark != nil {
		at := bytes.Index(l.held, l.mark)
		if at < 0 {
			return // it comes soon, and what was read before it is kept then
		}
		l.keep(l.held[:at])
		l.held = l.held[at+len(l.mark):]
		l.mark = nil
		close(l.synced)
	}
	l.keep(l.held)
	l.held = l.held[:0]
}

func (l *logs) keep(text []byte) {
	l.tail = append(l.tail, text...)
	if extra := len(l.tail) - maxLogTail; extra > 0 {
		l.tail = append(l.tail[:0], l.tail[extra:]...)
	}
	l.line = append(l.line, text...)
	if end := bytes.LastIndexByte(l.line, '\n'); end >= 0 {
		_, _ = l.sink.Write(l.line[:end+1]) // a log that cannot be written must not stop a function
		l.line = append(l.line[:0], l.line[end+1:]...)
	}
}

// sync waits until everything is kept that the processes have written so far: a pipe is in order, so that a mark which
// is written now comes after it.
func (l *logs) sync() {
	l.mu.Lock()
	mark, synced := []byte("\x00"+randomText()+"\x00"), make(chan struct{})
	l.mark, l.synced = mark, synced
	l.mu.Unlock()
	if _, err := l.writer.Write(mark); err != nil {
		return // closed meanwhile
	}
	select {
	case <-synced:
	case <-l.done:
	}
}

// print adds a line of the platform, on a line of its own.
func (l *logs) print(format string, args ...any) {
	l.sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.line) > 0 {
		l.keep([]byte("\n"))
	}
	l.keep(fmt.Appendf(nil, format+"\n", args...))
}

// begin forgets what belongs to earlier calls.
func (l *logs) begin() {
	l.sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = l.tail[:0]
}

// text is the last of the current call's log.
func (l *logs) text() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.tail)
}

func (l *logs) close() {
	_ = l.writer.Close()
	_ = l.reader.Close() // wakes read, even if a process that got away still holds the other end
	<-l.done
}
