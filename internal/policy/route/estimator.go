package route

import (
	"fmt"
	"math"
	"time"
)

// meanWeight is what one request counts in the moving average of service times.
const meanWeight = 1.0 / 64

// Estimator follows how long requests are in service at one home, and what they
// cost there, from what a gateway can know: it is told when a request is sent and
// when it ends. A request in flight counts at the expected cost, which is the
// recent mean; one that has ended at what its service cost. The zero value is a home that costs nothing.
type Estimator struct {
	rate  float64 // USD per ns in service
	mean  float64 // ns: the moving average
	spent float64 // USD, without those in flight
	open  int     // in flight
	known bool    // mean is more than a guess of 0
}

// NewEstimator returns an Estimator of a home where a second of a request in
// service costs rate USD. Expected is the service time to reckon with until one has
// been seen; 0 if nothing is known. The error says which of them is not a number of 0 or more.
func NewEstimator(rate float64, expected time.Duration) (Estimator, error) {
	if !(rate >= 0) || math.IsInf(rate, 1) || expected < 0 {
		return Estimator{}, fmt.Errorf("%g USD for a second in service, expected service time %v: expected 0 or more", rate, expected)
	}
	return Estimator{rate: rate / 1e9, mean: float64(expected), known: expected > 0}, nil
}

// Sent notes that a request is sent to the home. One of Served, Dropped and
// Lost must follow.
func (e *Estimator) Sent() { e.open++ }

// Served notes that a request has been answered after some time in service.
func (e *Estimator) Served(service time.Duration) {
	e.open--
	ns := float64(service)
	e.spent += e.rate * ns
	if !e.known {
		e.mean, e.known = ns, true
		return
	}
	e.mean += (ns - e.mean) * meanWeight
}

// Dropped notes that the home did not serve a request, which so costs nothing:
// it was refused, or left while it waited.
func (e *Estimator) Dropped() { e.open-- }

// Lost notes that a caller has left a request in service. The home may go on with
// it, unseen, so that it keeps its expected cost.
func (e *Estimator) Lost() {
	e.open--
	e.spent += e.rate * e.mean
}

// InFlight is the requests that were sent and have not ended.
func (e *Estimator) InFlight() int { return e.open }

// Service is the recent mean service time, or the expected one before any was seen.
func (e *Estimator) Service() time.Duration { return time.Duration(e.mean) }

// Spend is the cost in USD of the requests sent so far, of those in flight the
// expected one.
func (e *Estimator) Spend() float64 { return e.spent + float64(e.open)*e.rate*e.mean }
