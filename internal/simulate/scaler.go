package simulate

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// scaler decides how many replicas a cluster has, at the times that it names itself.
type scaler interface {
	// next is when it looks again.
	next() int64
	// tick looks, and returns the replicas to have; those asked for already leave everything as it is.
	tick(now int64, c *cluster) int
}

// waker is a scaler that is told at once when a request finds a home without replicas, and says whether it is to tick for it.
type waker interface{ wake(now int64) bool }

// newScaler returns what decides on the replicas of a cluster, or nil. All that it needs has been checked.
func newScaler(c home.Cluster, seen *level) scaler {
	a := c.Autoscaler
	switch {
	case a == nil && len(c.Schedule) == 0:
		return nil
	case a == nil:
		return &steady{}
	case a.KEDA != nil:
		return newKEDA(a, seen)
	case a.HPA != nil:
		return newHPA(*a.HPA, seen)
	case a.KPA != nil:
		return newKPA(*a.KPA, c.Replicas, seen)
	case a.MArk != nil:
		p, _ := baseline.NewMArk([]baseline.MachineType{{Rate: a.MArk.Rate}}, time.Hour)
		return &markScaler{planner: p, seen: seen, bounds: a.Bounds, due: int64(baseline.MArkWindow)}
	case a.LIBRA != nil:
		p, _ := baseline.NewLIBRA(a.LIBRA.Rate, 1, a.LIBRA.Premium/(a.LIBRA.Rate*time.Hour.Seconds()))
		return &libraScaler{planner: p, seen: seen, bounds: a.Bounds, period: int64(a.LIBRA.Interval), due: int64(a.LIBRA.Interval)}
	}
	return newDemandScaler(a, seen)
}

// level is the requests inside one home, or several: what scalers look at.
type level struct {
	inside   int64
	arrivals int64 // so far
	area     float64
	movedAt  int64
}

func (l *level) move(now, delta int64) {
	l.area += float64(l.inside) * float64(now-l.movedAt)
	l.movedAt = now
	l.inside += delta
}

// mark is the integral of a level when somebody last looked.
type mark struct {
	area float64
	at   int64
}

// mean returns the average since the last look.
func (m *mark) mean(area float64, now int64) float64 {
	mean := 0.0
	if now > m.at {
		mean = (area - m.area) / float64(now-m.at)
	}
	m.area, m.at = area, now
	return mean
}

// mean returns the average requests inside since the mark was last looked at.
func (l *level) mean(m *mark, now int64) float64 {
	l.move(now, 0)
	return m.mean(l.area, now)
}

// steady leaves the replicas as they are, so that the schedule alone decides. Schedules act at whole minutes.
type steady struct{ due int64 }

func (s *steady) next() int64 { return s.due }

func (s *steady) tick(now int64, c *cluster) int {
	s.due = now + int64(time.Minute)
	return c.replicas
}

// demandScaler runs a planner that is told the mean demand of each interval, in replicas.
type demandScaler struct {
	planner interface{ Desired(demand float64) int }
	seen    *level
	mark    mark
	target  float64 // requests inside that a replica carries
	period  int64
	due     int64
}

func newDemandScaler(a *home.Autoscaler, seen *level) *demandScaler {
	s := &demandScaler{seen: seen, target: a.Target}
	switch {
	case a.Predictive != nil:
		s.planner, _ = scale.NewPredictive(*a.Predictive)
		s.period = int64(a.Predictive.Step)
	case a.Spock != nil:
		s.planner, _ = baseline.NewSpock(a.Bounds, a.Spock.Intervals)
		s.period = int64(a.Spock.Interval)
	default:
		s.planner, _ = baseline.NewCackle(*a.Cackle)
		s.period = int64(a.Cackle.Interval)
	}
	s.due = s.period
	return s
}

func (s *demandScaler) next() int64 { return s.due }

func (s *demandScaler) tick(now int64, _ *cluster) int {
	s.due = now + s.period
	return s.planner.Desired(s.seen.mean(&s.mark, now) / s.target)
}

// markScaler runs MArk, which counts arrivals in windows and plans each minute.
type markScaler struct {
	planner *baseline.MArk
	seen    *level
	bounds  scale.Bounds
	before  int64 // arrivals up to the last look
	counts  []int
	due     int64
}

func (s *markScaler) next() int64 { return s.due }

func (s *markScaler) tick(now int64, c *cluster) int {
	s.due = now + int64(baseline.MArkWindow)
	s.counts = append(s.counts, int(s.seen.arrivals-s.before))
	s.before = s.seen.arrivals
	if len(s.counts) < int(baseline.MArkInterval/baseline.MArkWindow) {
		return c.replicas
	}
	machines := [...]int{c.replicas}
	s.planner.Plan(s.counts, machines[:])
	s.counts = s.counts[:0]
	return within(machines[0], s.bounds)
}

// libraScaler runs LIBRA on the arrivals of each interval.
type libraScaler struct {
	planner *baseline.LIBRA
	seen    *level
	bounds  scale.Bounds
	before  int64
	period  int64
	due     int64
}

func (s *libraScaler) next() int64 { return s.due }

func (s *libraScaler) tick(now int64, _ *cluster) int {
	s.due = now + s.period
	rate := float64(s.seen.arrivals-s.before) / (float64(s.period) / 1e9)
	s.before = s.seen.arrivals
	machines, _ := s.planner.Split(rate)
	return within(machines, s.bounds)
}

// thousandths is a metric as an HPA counts it.
func thousandths(x float64) int64 { return int64(math.Round(x * 1000)) }
