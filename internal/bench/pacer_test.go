package bench

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// TestPacerEndsWithItsContext: a wait that has begun, and one that has not. On one processor it takes another one, for
// as long as it is there.
func TestPacerEndsWithItsContext(t *testing.T) {
	for _, processors := range []int{1, 4} {
		before := runtime.GOMAXPROCS(processors)
		ctx, cancel := context.WithCancel(t.Context())
		p, err := newPacer(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []time.Duration{-time.Second, 0, time.Microsecond, 5 * time.Millisecond} {
			begin := time.Now()
			if err := p.wait(d); err != nil || time.Since(begin) < d {
				t.Errorf("a wait of %v took %v, %v", d, time.Since(begin), err)
			}
		}
		ended := make(chan error, 1)
		go func() { ended <- p.wait(time.Hour) }()
		cancel()
		if err := <-ended; err == nil {
			t.Error("an hour has passed")
		}
		if err := p.wait(time.Hour); err == nil {
			t.Error("a wait after the end of the context took its time")
		}
		if err := p.close(); err != nil {
			t.Error(err)
		}
		if got := runtime.GOMAXPROCS(before); got != processors {
			t.Errorf("%d processors are left of %d", got, processors)
		}
	}
}
