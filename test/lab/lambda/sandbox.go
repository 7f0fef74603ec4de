package lambda

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"fulcrum.dev/fulcrum/test/lab/process"
)

// sandbox is one process of a function with the Runtime API that it speaks.
type sandbox struct {
	process *process.Process
	server  *http.Server
	serving sync.WaitGroup
	peak    atomic.Int64 // bytes

	calls     chan *call    // to the runtime's next request
	asked     chan struct{} // the runtime asks for its next call; holds one
	initFault chan *fault   // posted by the runtime; holds one

	mu      sync.Mutex
	current *call // between the runtime's getting it and asking for the next
}

// startSandbox starts the function's command. Everything it writes goes to log.
func startSandbox(s settings, variables []string, log *os.File) (*sandbox, *fault) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, exited(fmt.Errorf("no port for the Runtime API: %w", err))
	}
	b := &sandbox{calls: make(chan *call), asked: make(chan struct{}, 1), initFault: make(chan *fault, 1)}
	b.server = &http.Server{Handler: b.routes(), ReadHeaderTimeout: 10 * time.Second}
	b.process, err = process.Start(process.Command{
		Args: s.argv(), Dir: s.directory, Env: append(variables, "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String()), Stdout: log, Stderr: log,
	})
	if err != nil {
		_ = listener.Close()
		return nil, &fault{kind: faultEntry, message: err.Error()}
	}
	b.serving.Go(func() { _ = b.server.Serve(listener) }) // ends with ErrServerClosed
	return b, nil
}

// await waits until the runtime asks for its first call.
func (b *sandbox) await(deadline time.Time) *fault {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-b.asked:
		return nil
	case f := <-b.initFault:
		return f
	case <-b.process.Done():
		select {
		case f := <-b.initFault: // says more than the exit
			return f
		default:
			return exited(b.process.Err())
		}
	case <-timer.C:
		return &fault{kind: faultTimeout}
	}
}

// serve hands the call to the runtime and waits until that asks for the next one. If it does not, alive is false and the
// process is gone.
func (b *sandbox) serve(c *call) (a answer, f *fault, alive bool) {
	defer close(c.over)
	timer := time.NewTimer(time.Until(c.deadline))
	defer timer.Stop()
	select {
	case <-b.asked: // a runtime that asked twice, since its first connection broke
	default:
	}
	b.thaw()
	calls := b.calls
	for {
		select {
		case calls <- c:
			calls = nil
		case chunk := <-c.chunks:
			c.emit(chunk)
		case <-b.asked:
			if calls != nil {
				continue // asked again before it got this call
			}
			b.freeze()
			return <-c.answers, nil, true
		case <-b.process.Done():
			a, f = c.left(b.process.Err())
			return a, f, false
		case <-timer.C:
			b.remember()
			b.process.Kill()
			return answer{}, &fault{kind: faultTimeout}, false
		}
	}
}

// freeze stops the processes between calls, as Lambda does: nothing runs that nobody pays for.
func (b *sandbox) freeze() {
	b.remember()
	_ = b.process.Signal(syscall.SIGSTOP) // an ended process is found at the next call
}

func (b *sandbox) thaw() { _ = b.process.Signal(syscall.SIGCONT) }

// remember notes the memory while the process can still be asked.
func (b *sandbox) remember() {
	if n, err := b.process.PeakMemory(); err == nil {
		b.peak.Store(n)
	}
}

// used is the most memory seen, in bytes.
func (b *sandbox) used() int64 { return b.peak.Load() }

func (b *sandbox) close() {
	b.process.Kill()
	_ = b.server.Close()
	b.serving.Wait()
}
