package catalog

import (
	"fmt"
	"math/big"
)

// instanceUsage is that of nodes, and of instances that serve several requests.
func (a Ask) instanceUsage(o Offer, size Size) (Usage, error) {
	if err := a.checkInstances(o); err != nil {
		return nil, err
	}
	instances := int64(a.Instances)
	held := instances * monthUnless(a.Hours).Milliseconds()
	idle := instances * a.IdleHours.Std().Milliseconds()
	busy, err := a.busyTime(o)
	if err != nil {
		return nil, err
	}
	active := held
	switch {
	case a.Requests > 0 && a.Hours == nil && o.Billing.MinInstances == 0:
		active = busy // instances come and go with the requests
	case busy > held:
		return nil, wrongAsk("requests", "%d requests of %s take %s of instance time, more than the %s that %d instances are held: give more hours, instances or concurrency",
			a.Requests, a.Duration, hoursText(busy), hoursText(held), a.Instances)
	}
	usage, err := o.InstanceUsage(size, active, idle)
	if err == nil && a.Requests > 0 {
		usage[Requests] = a.Requests
	}
	return usage, err
}

func (a Ask) checkInstances(o Offer) error {
	limit := o.Limits.MaxConcurrency
	switch {
	case a.Instances < 1 || a.Instances > 1_000_000:
		return wrongAsk("instances", "expected at least 1 and at most 1,000,000, got %d", a.Instances)
	case a.Concurrency < 1:
		return wrongAsk("concurrency", "expected at least 1, got %d", a.Concurrency)
	case limit > 0 && a.Concurrency > limit:
		return wrongAsk("concurrency", "%s allows %d requests in one instance, got %d", o.ID, limit, a.Concurrency)
	}
	return nil
}

// busyTime is the instance time in ms that the requests take.
func (a Ask) busyTime(o Offer) (int64, error) {
	each := roundUp(a.Duration.Std(), o.Billing.Step.Std()).Milliseconds()
	busy, ok := product(a.Requests, each)
	if !ok {
		return 0, wrongAsk("requests", "%d requests of %s are beyond what a meter can hold", a.Requests, a.Duration)
	}
	n := int64(a.Concurrency)
	if busy%n == 0 {
		return busy / n, nil
	}
	return busy/n + 1, nil
}

func hoursText(ms int64) string { return fmt.Sprintf("%.1f h", float64(ms)/msPerHour) }

// fill sets each meter to the product of its factors, and leaves out those of 0.
func fill(u Usage, factors map[Meter][]int64) error {
	for m, f := range factors {
		n, ok := product(f...)
		if !ok {
			return fmt.Errorf("the usage of %s is beyond what a meter can hold", m)
		}
		if n > 0 {
			u[m] = n
		}
	}
	return nil
}

// product multiplies numbers, and says whether the result fits.
func product(factors ...int64) (int64, bool) {
	n := big.NewInt(1)
	for _, f := range factors {
		n.Mul(n, big.NewInt(f))
	}
	return n.Int64(), n.IsInt64()
}
