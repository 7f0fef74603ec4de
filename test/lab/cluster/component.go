package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Time limits of a component.
const (
	readyLimit = 90 * time.Second // on a machine that is busy with other things
	stopLimit  = 10 * time.Second // between being asked to end and being killed
	readyPoll  = 25 * time.Millisecond
)

// logTail is how much of a log comes with an error, in bytes.
const logTail = 4000

// component is a process of the control plane.
type component struct {
	name, binary string
	flags        []string
	log          string
	memoryLimit  int64
	readiness    string
	client       *http.Client
	died         chan<- error // gets the error if the process ends without having been asked to

	asked atomic.Bool // to end
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
	err   error         // how it ended; to be read after that
}

// start starts the process; a log of an earlier one is continued.
func (p *component) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	p.cmd = exec.Command(p.binary, append([]string{p.name}, p.flags...)...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", p.memoryLimit), "GOGC=70")
	// Not in the group of the program that started it: Ctrl-C is for that alone, which ends this one in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.name, err)
	}
	p.ended = make(chan struct{})
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
		if !p.asked.Load() {
			select {
			case p.died <- p.failure(p.ending()):
			default: // the first one is told
			}
		}
	}()
	return nil
}

func (p *component) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// awaitReady waits until the process says that it is ready.
func (p *component) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyLimit, fmt.Errorf("not ready within %s", readyLimit))
	defer cancel()
	ticker := time.NewTicker(readyPoll)
	defer ticker.Stop()
	for {
		answer := p.ask(ctx)
		if answer == nil {
			return nil
		}
		select {
		case <-p.ended:
			return p.failure(p.ending())
		case <-ctx.Done():
			return p.failure(fmt.Errorf("%w; its last answer: %w", context.Cause(ctx), answer))
		case <-ticker.C:
		}
	}
}

// ask returns nil if the process is ready, else its answer.
func (p *component) ask(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.readiness, nil)
	if err != nil {
		return err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// ending says how the process ended; to be called after it did.
func (p *component) ending() error {
	if p.err == nil {
		return errors.New("ended with exit status 0")
	}
	return fmt.Errorf("ended: %w", p.err)
}

// failure adds the end of the log.
func (p *component) failure(err error) error {
	content, rerr := os.ReadFile(p.log)
	if rerr != nil {
		return errors.Join(fmt.Errorf("%s: %w", p.name, err), rerr)
	}
	tail := string(content[max(0, len(content)-logTail):])
	return fmt.Errorf("%s: %w; the end of its log:\n%s", p.name, err, strings.TrimSpace(tail))
}

// stop ends the process, by force if it does not do so itself, and waits for it.
func (p *component) stop() error {
	if !p.running() {
		return nil
	}
	p.asked.Store(true)
	// It may be stopped by a fault, and would not see the other signal.
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGCONT} {
		if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("ending %s: %w", p.name, err)
		}
	}
	timer := time.NewTimer(stopLimit)
	defer timer.Stop()
	select {
	case <-p.ended:
		return nil
	case <-timer.C:
		return p.kill()
	}
}

// kill ends the process by force and waits for it.
func (p *component) kill() error {
	p.asked.Store(true)
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing %s: %w", p.name, err)
	}
	<-p.ended
	return nil
}
