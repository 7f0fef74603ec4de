package container

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/test/lab/process"
)

// poll is the time between tries of the TCP probe.
const poll = 5 * time.Millisecond

// probe waits until the start-up probe succeeds.
func (i *instance) probe(address string) error {
	p := i.revision.spec.Startup
	ctx, cancel := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-i.process.Done():
			cancel()
		case <-ctx.Done():
		}
	})
	defer watch.Wait()
	defer cancel()
	err := p.tcp(ctx, address)
	if err == nil && p.Path != "" {
		err = p.http(ctx, i.proxy.Transport, "http://"+address+p.Path)
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("the process ended before it listened on PORT=%s: %w", address, exit(i.process))
	}
	return err
}

func exit(p *process.Process) error {
	if p.Err() == nil {
		return errors.New("exit status 0")
	}
	return p.Err()
}

func (p Probe) tcp(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, p.Limit)
	defer cancel()
	for tick := time.NewTicker(poll); ; {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			tick.Stop()
			return connection.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return fmt.Errorf("the start-up probe failed: nothing listens on PORT=%s within %v", address, p.Limit)
		}
	}
}

func (p Probe) http(ctx context.Context, transport http.RoundTripper, target string) error {
	var last error
	for failures := 0; failures < p.Failures; failures++ {
		if last = p.try(ctx, transport, target); last == nil {
			return nil
		}
		timer := time.NewTimer(p.Period)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return fmt.Errorf("the start-up probe failed %d times: %w", p.Failures, last)
}

func (p Probe) try(ctx context.Context, transport http.RoundTripper, target string) error {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 399 {
		return fmt.Errorf("GET %s: %s", target, response.Status)
	}
	return nil
}
