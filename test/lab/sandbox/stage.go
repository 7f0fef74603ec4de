package sandbox

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// firstListener is the file descriptor of the first listening socket inside, after the standard streams.
const firstListener = 3

// stage is which of the three processes this one is, and what else the variable says.
func stage() (stage, rest string) {
	stage, rest, _ = strings.Cut(os.Getenv(stageVariable), ":")
	return stage, rest
}

// environment is that of this process at another stage; rest is the name of the sandbox until inside, then the process
// id that process 1 has outside.
func environment(stage, rest string) []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, stageVariable+"=") && !(stage == stageInside && strings.HasPrefix(v, "TMPDIR=")) {
			out = append(out, v)
		}
	}
	if stage == stageInside {
		out = append(out, "TMPDIR="+Scratch)
	}
	return append(out, stageVariable+"="+stage+":"+rest)
}

// Listeners are Options.Listeners sockets that listen on 127.0.0.1 outside. The caller closes them. They can be had
// once, inside, with the Options that Enter was called with.
func Listeners(o Options) ([]net.Listener, error) {
	var out []net.Listener
	for i := range o.Listeners {
		f := os.NewFile(uintptr(firstListener+i), fmt.Sprintf("listener %d", i))
		l, err := net.FileListener(f)
		f.Close() // FileListener has made a copy
		if err != nil {
			for _, l := range out {
				l.Close()
			}
			return nil, fmt.Errorf("listening socket %d from outside the sandbox: %w", i, err)
		}
		out = append(out, l)
	}
	return out, nil
}
