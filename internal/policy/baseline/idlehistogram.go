package baseline

import (
	"fmt"
	"math"
	"time"
)

// The histogram of the paper (see IdleHistogram), and when it is not representative. The paper
// leaves the first two thresholds open; the third is its choice.
const (
	idleBin            = time.Minute
	idleBins           = 240 // 4 h
	idleMinSamples     = 10
	idleMaxOutOfBounds = 0.5 // share of idle times beyond the last bin
	idleMinCV          = 2.0 // coefficient of variation of the bins' counts
)

// IdleWindows say what to do with an instance after its last request: unload
// it, load it again at Prewarm, and unload it at Keep if it was not needed.
// With a Prewarm of 0 it stays loaded. Both are since the end of the last request.
type IdleWindows struct{ Prewarm, Keep time.Duration }

// IdleHistogram learns when the next request comes (Shahrad et al., "Serverless
// in the Wild: Characterizing and Optimizing the Serverless Workload at a Large
// Cloud Provider", USENIX ATC 2020): it loads 10 % before the 5th percentile of the idle times and keeps
// to 10 % after the 99th, with one-minute bins up to 4 h. While the
// histogram is not representative (under 10 idle times, over half of them beyond 4 h,
// or the bins too even), a fixed window holds. The paper's forecast for times
// beyond the histogram is left out.
type IdleHistogram struct {
	fixed   time.Duration
	counts  [idleBins]int
	inside  int // idle times in the bins
	beyond  int // idle times beyond the last bin
	squares int // sum of the squares of the counts
}

// NewIdleHistogram returns an empty histogram; fixed is the keep-alive while it
// is not representative. The error says that fixed is negative.
func NewIdleHistogram(fixed time.Duration) (*IdleHistogram, error) {
	if fixed < 0 {
		return nil, fmt.Errorf("fixed window of %v: expected 0 or more", fixed)
	}
	return &IdleHistogram{fixed: fixed}, nil
}

// Record takes the time from the end of one request to the arrival of the next, 0 or more.
func (h *IdleHistogram) Record(idle time.Duration) {
	bin := idle / idleBin
	if bin >= idleBins {
		h.beyond++
		return
	}
	h.inside++
	h.squares += 2*h.counts[bin] + 1 // (n+1)^2 - n^2
	h.counts[bin]++
}

// Windows returns what to do after a request, in time proportional to the
// bins outside the percentiles.
func (h *IdleHistogram) Windows() IdleWindows {
	if !h.representative() {
		return IdleWindows{Keep: h.fixed}
	}
	return IdleWindows{
		Prewarm: time.Duration(h.head()) * idleBin * 9 / 10,
		Keep:    time.Duration(h.tail()+1) * idleBin * 11 / 10,
	}
}

func (h *IdleHistogram) representative() bool {
	total := h.inside + h.beyond
	if total < idleMinSamples || float64(h.beyond) > idleMaxOutOfBounds*float64(total) {
		return false
	}
	mean := float64(h.inside) / idleBins
	variance := float64(h.squares)/idleBins - mean*mean
	return math.Sqrt(variance) >= idleMinCV*mean
}

// head is the bin of the 5th percentile by the nearest rank.
func (h *IdleHistogram) head() int {
	rank := (5*h.inside + 99) / 100
	bin := 0
	for seen := h.counts[0]; seen < rank; seen += h.counts[bin] {
		bin++
	}
	return bin
}

// tail is the bin of the 99th percentile by the nearest rank.
func (h *IdleHistogram) tail() int {
	above := h.inside / 100 // idle times after the percentile
	bin := idleBins - 1
	for seen := h.counts[bin]; seen <= above; seen += h.counts[bin] {
		bin--
	}
	return bin
}
