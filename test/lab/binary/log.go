package binary

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// tailLines is how much of a failed build is shown.
const tailLines = 30

// log reads what `go build -v` writes: the import path of each package that it compiles, and everything else.
type log struct {
	mu       sync.Mutex
	rest     []byte // of a line that is not complete
	packages int
	last     string
	others   []string
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, b...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte{'\n'})
		if !found {
			return len(b), nil
		}
		l.rest = rest
		l.add(string(line))
	}
}

func (l *log) add(line string) {
	if line != "" && !strings.ContainsAny(line, " \t#:") {
		l.packages++
		l.last = line
		return
	}
	l.others = append(l.others, line)
	if len(l.others) > tailLines {
		l.others = l.others[1:]
	}
}

// progress is in words how far the build is.
func (l *log) progress() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.packages == 0 && len(l.others) > 0 {
		return l.others[len(l.others)-1] // a download
	}
	return fmt.Sprintf("%d packages compiled, the last one %s", l.packages, l.last)
}

// tail is the end of what is not progress.
func (l *log) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.others
	if len(l.rest) > 0 {
		lines = append(lines, string(l.rest))
	}
	return strings.Join(lines, "\n")
}
