package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// hpaScaler runs an HPA in simulated time: at each sync its metrics are read, and
// it decides on what was read MetricLag ago, rounded up to whole sync periods.
// Each is an average over the period before, as a monitoring system gives it; a single reading of the requests
// inside would make the HPA follow every chance cluster of arrivals. Only those that wait are counted as they are then.
type hpaScaler struct {
	home.HPA
	state  hpa.State
	seen   *level
	inside mark
	due    int64
	// scrapes are what was read, oldest first, at most lag+1.
	scrapes []scrape
	lag     int
	view    hpa.Snapshot // scratch
	perPod  bool
}

// scrape is all metrics at one time.
type scrape struct {
	at     int64
	totals []int64
	pods   []podScrape // by instance; none without a signal of single replicas
}

// podScrape is what was read from one replica. The time it became ready tells it from another at its place.
type podScrape struct {
	readyAt int64
	use     podUse
}

func newHPA(h home.HPA, seen *level) *hpaScaler {
	s := &hpaScaler{HPA: h, seen: seen, due: int64(h.SyncPeriod), lag: int((h.MetricLag + h.SyncPeriod - 1) / h.SyncPeriod)}
	s.view.Readings = make([]hpa.Reading, len(h.Signals))
	for _, signal := range h.Signals {
		s.perPod = s.perPod || signal.PerPod()
	}
	return s
}

func (s *hpaScaler) next() int64 { return s.due }

func (s *hpaScaler) tick(now int64, c *cluster) int {
	s.due = now + int64(s.SyncPeriod)
	s.scrape(now, c)
	if len(s.scrapes) <= s.lag {
		return c.replicas
	}
	s.look(now, c)
	return s.Decide(&s.state, &s.view, time.Duration(now))
}

// scrape reads the metrics. The oldest scrape gives its memory to the newest.
func (s *hpaScaler) scrape(now int64, c *cluster) {
	var r scrape
	if len(s.scrapes) > s.lag {
		r = s.scrapes[0]
		copy(s.scrapes, s.scrapes[1:])
		s.scrapes = s.scrapes[:s.lag]
	}
	r.at, r.totals = now, r.totals[:0]
	inside := s.seen.mean(&s.inside, now)
	for _, signal := range s.Signals {
		value := inside
		if signal == home.RequestsWaiting {
			value = float64(c.queued())
		}
		r.totals = append(r.totals, thousandths(value))
	}
	if s.perPod {
		r.pods = c.scrapePods(now, r.pods[:0])
	}
	s.scrapes = append(s.scrapes, r)
}

// look makes of the oldest scrape, and of the replicas as they are now, what the HPA sees.
func (s *hpaScaler) look(now int64, c *cluster) {
	r, v := &s.scrapes[0], &s.view
	v.Replicas, v.Created = c.replicas, c.replicas
	for i, signal := range s.Signals {
		v.Readings[i].Total = r.totals[i]
		if signal.PerPod() {
			v.Readings[i].Samples = s.samples(r, signal, v.Readings[i].Samples[:0], c)
		}
	}
	if s.perPod {
		v.Pods = c.pods(now, v.Pods[:0])
	}
}

// samples are the readings of the replicas that there are now, in the order of cluster.pods.
func (s *hpaScaler) samples(r *scrape, signal home.Signal, list []hpa.Sample, c *cluster) []hpa.Sample {
	for i := range c.instances {
		in := &c.instances[i]
		if in.state == gone {
			continue
		}
		// What a replica requests of the CPU is all its slots.
		sample := hpa.Sample{Missing: true, Request: 1000}
		if i < len(r.pods) && in.state != starting && r.pods[i].readyAt == in.readyAt {
			sample.Missing, sample.Value = false, thousandths(r.pods[i].use.value(signal, c.width))
			sample.At, sample.Window = time.Duration(r.at), s.SyncPeriod
		}
		list = append(list, sample)
	}
	return list
}

// pods are the replicas that there are, as the HPA knows pods. Those that start are pending: their processes give no metrics.
func (c *cluster) pods(now int64, list []hpa.Pod) []hpa.Pod {
	for i := range c.instances {
		in := &c.instances[i]
		pod := hpa.Pod{Phase: hpa.Running, Ready: hpa.Ready, Since: time.Duration(in.readyAt), Started: time.Duration(in.born)}
		switch in.state {
		case gone:
			continue
		case starting:
			pod.Phase, pod.Ready, pod.Since = hpa.Pending, hpa.NotReady, time.Duration(now)
			pod.Unstarted = in.node == none
		case draining:
			pod.Deleting = true
		}
		list = append(list, pod)
	}
	return list
}
