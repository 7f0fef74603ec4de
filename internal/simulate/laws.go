package simulate

import (
	"fmt"
	"math"
)

// CheckLaws reports the first conservation law that an outcome breaks:
// every arrival is accounted for, no more of them waited for a start, and Little's law holds (mean in system =
// throughput x mean time, J. D. C. Little, Operations Research 9, 1961).
// A run that was stopped early is not checked for the last.
func (o Outcome) CheckLaws() error {
	if sum := o.Served + o.Rejected + o.TimedOut + o.InFlight; sum != o.Arrivals {
		return fmt.Errorf("law broken in %s: %d arrivals, but %d served, rejected, timed out or in flight", o.Home, o.Arrivals, sum)
	}
	if o.ColdStarts > o.Arrivals {
		return fmt.Errorf("law broken in %s: %d requests waited for a start, of %d arrivals", o.Home, o.ColdStarts, o.Arrivals)
	}
	if o.Stopped {
		return nil
	}
	if o.InFlight != 0 {
		return fmt.Errorf("law broken in %s: %d requests never left", o.Home, o.InFlight)
	}
	window := o.MeanInSystem * littleWindow(o)
	timeInside := o.Latency.Mean*float64(o.Served) + o.TimeUnanswered
	if math.Abs(window-timeInside) > 1e-6*math.Max(window, timeInside)+1e-6 {
		return fmt.Errorf("law broken in %s: requests were inside for %g s by Little's law, %g s by their own times", o.Home, window, timeInside)
	}
	return nil
}

// littleWindow is the time over which MeanInSystem was averaged, in seconds.
func littleWindow(o Outcome) float64 { return (o.End - o.FirstArrival).Seconds() }
