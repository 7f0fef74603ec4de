package workload

import (
	"math"
	"time"
)

// The lengths of the windows that are always described.
const (
	peakSecond = time.Second
	peakMinute = time.Minute
	peakHour   = time.Hour
)

// windowCounts collects the counts of windows of one length, in constant memory.
type windowCounts struct {
	length  time.Duration
	current int64 // the window that is being counted
	end     time.Duration
	count   float64 // in it
	busy    int64   // windows with a request, but for the current one
	sum     float64
	squares float64
	peak    float64
}

func newWindowCounts(length time.Duration) *windowCounts {
	return &windowCounts{length: length, end: length}
}

// add counts requests at a time that is not before the last one.
func (c *windowCounts) add(at time.Duration, count float64) {
	if at >= c.end {
		c.advance(at)
	}
	c.count += count
}

func (c *windowCounts) advance(at time.Duration) {
	c.close()
	c.current = int64(at / c.length)
	c.end = time.Duration(c.current+1) * c.length
}

// close ends the current window. Windows without requests are known by their absence.
func (c *windowCounts) close() {
	if c.count == 0 {
		return
	}
	c.busy++
	c.sum += c.count
	c.squares += c.count * c.count
	c.peak = math.Max(c.peak, c.count)
	c.count = 0
}

// peakToMean returns the largest over the mean count of n windows.
func (c *windowCounts) peakToMean(n int64) *float64 {
	if c.sum == 0 || n == 0 {
		return nil
	}
	return new(c.peak / (c.sum / float64(n)))
}

// dispersion returns the variance over the mean of the counts of n windows.
func (c *windowCounts) dispersion(n int64) *float64 {
	if c.sum == 0 || n == 0 {
		return nil
	}
	mean := c.sum / float64(n)
	return new(math.Max(0, c.squares/float64(n)-mean*mean) / mean)
}

// idle returns the share of n windows without requests.
func (c *windowCounts) idle(n int64) *float64 {
	if n == 0 {
		return nil
	}
	return new(float64(n-c.busy) / float64(n))
}
