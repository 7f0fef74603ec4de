package container

import (
	"testing"
	"time"
)

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		config   time.Duration
		starts   int
		starting time.Duration
		want     time.Duration
	}{
		{0, 0, 0, 10 * time.Second},
		{0, 2, 4 * time.Second, 10 * time.Second},
		{0, 2, 20 * time.Second, 35 * time.Second},
		{time.Second, 2, 20 * time.Second, time.Second},
	} {
		r := &revision{service: New(Config{QueueTimeout: c.config}), starts: c.starts, starting: c.starting}
		if got := r.patience(); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}
