package node

import "time"

// A backoff is the time to wait after failures in a row: none after the first, then doubling.
type backoff struct {
	first, limit time.Duration
	wait         time.Duration
}

func (n *Node) backoff() *backoff {
	return &backoff{first: n.spec.Timing.BackoffStart, limit: n.spec.Timing.BackoffLimit}
}

// restart returns the wait before a container that ran for so long is started again. One that ran for twice the
// limit begins anew, as the kubelet has it.
func (b *backoff) restart(ran time.Duration) time.Duration {
	if ran > 2*b.limit {
		b.wait = 0
	}
	wait := b.wait
	b.wait = min(max(b.first, 2*b.wait), b.limit)
	return wait
}

// next returns waits that double from first.
func (b *backoff) next(first time.Duration) time.Duration {
	b.wait = min(max(min(first, b.first), 2*b.wait), b.limit)
	return b.wait
}
