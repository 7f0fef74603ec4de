package plan

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/stats"
)

// combine makes one outcome of those of the strata: counts are scaled to the volume of the traffic, capacity to its span.
// Percentiles are means over the strata, weighted by their requests: they are good for a first look, not for a verdict, which
// goes by the counts in Exceeded.
func combine(strata []stratum, parts []simulate.Outcome, span time.Duration) simulate.Outcome {
	if len(strata) == 1 {
		return parts[0]
	}
	strata = strata[:len(parts)] // a run that is hopeless is not gone on with
	o := parts[0]
	o.Span, o.Homes, o.Priorities, o.Exceeded = span, nil, nil, make([]int64, len(parts[0].Exceeded))
	count := func(of func(*simulate.Outcome) int64) int64 { return total(strata, parts, of) }
	o.Served = count(func(p *simulate.Outcome) int64 { return p.Served })
	o.Rejected = count(func(p *simulate.Outcome) int64 { return p.Rejected })
	o.TimedOut = count(func(p *simulate.Outcome) int64 { return p.TimedOut })
	o.InFlight = count(func(p *simulate.Outcome) int64 { return p.InFlight })
	o.Arrivals = o.Served + o.Rejected + o.TimedOut + o.InFlight
	o.Retries = count(func(p *simulate.Outcome) int64 { return p.Retries })
	o.Starts = count(func(p *simulate.Outcome) int64 { return p.Starts })
	o.ColdStarts = count(func(p *simulate.Outcome) int64 { return p.ColdStarts })
	for k := range o.Exceeded {
		o.Exceeded[k] = count(func(p *simulate.Outcome) int64 { return p.Exceeded[k] })
	}
	for _, p := range parts {
		o.PeakInFlight, o.End = max(o.PeakInFlight, p.PeakInFlight), max(o.End, p.End)
		o.Stopped = o.Stopped || p.Stopped
	}
	combineTimes(strata, parts, &o)
	o.Capacity = combineCapacity(strata, parts, func(p *simulate.Outcome) *simulate.Capacity { return &p.Capacity })
	for h := range parts[0].Homes {
		o.Homes = append(o.Homes, combineHome(strata, parts, h))
	}
	return o
}

// combineTimes sets the summaries of times.
func combineTimes(strata []stratum, parts []simulate.Outcome, o *simulate.Outcome) {
	for _, of := range []func(*simulate.Outcome) *stats.Summary{
		func(p *simulate.Outcome) *stats.Summary { return &p.Latency },
		func(p *simulate.Outcome) *stats.Summary { return &p.Wait },
		func(p *simulate.Outcome) *stats.Summary { return &p.TimeToFirstToken },
		func(p *simulate.Outcome) *stats.Summary { return &p.TimePerOutputToken },
	} {
		*of(o) = meanSummary(strata, parts, of)
	}
}

// combineHome is combine for one home of a hybrid.
func combineHome(strata []stratum, parts []simulate.Outcome, h int) simulate.HomeOutcome {
	o := parts[0].Homes[h]
	count := func(of func(*simulate.HomeOutcome) int64) int64 {
		return total(strata, parts, func(p *simulate.Outcome) int64 { return of(&p.Homes[h]) })
	}
	o.Arrivals = count(func(p *simulate.HomeOutcome) int64 { return p.Arrivals })
	o.Served = count(func(p *simulate.HomeOutcome) int64 { return p.Served })
	o.Rejected = count(func(p *simulate.HomeOutcome) int64 { return p.Rejected })
	o.TimedOut = count(func(p *simulate.HomeOutcome) int64 { return p.TimedOut })
	o.Starts = count(func(p *simulate.HomeOutcome) int64 { return p.Starts })
	o.ColdStarts = count(func(p *simulate.HomeOutcome) int64 { return p.ColdStarts })
	o.Latency = meanSummary(strata, parts, func(p *simulate.Outcome) *stats.Summary { return &p.Homes[h].Latency })
	o.Capacity = combineCapacity(strata, parts, func(p *simulate.Outcome) *simulate.Capacity { return &p.Homes[h].Capacity })
	return o
}

// total is a count over the strata, each scaled to what it stands for.
func total(strata []stratum, parts []simulate.Outcome, of func(*simulate.Outcome) int64) int64 {
	var sum float64
	for i := range parts {
		sum += strata[i].volume * float64(of(&parts[i]))
	}
	return int64(math.Round(sum))
}

func combineCapacity(strata []stratum, parts []simulate.Outcome, of func(*simulate.Outcome) *simulate.Capacity) simulate.Capacity {
	var o simulate.Capacity
	var time float64
	var nodes int64
	for i := range parts {
		s, p := strata[i], of(&parts[i])
		o.Utilisation += s.time * p.Utilisation * spanOf(s)
		o.MeanLive += s.time * p.MeanLive * spanOf(s)
		time += s.time * spanOf(s)
		o.PeakLive = max(o.PeakLive, p.PeakLive)
		o.Shortages += int64(math.Round(s.volume * float64(p.Shortages)))
		o.Metered = o.Metered.Plus(s.scaled(p.Metered))
		nodes = max(nodes, p.Metered.PeakNodes)
	}
	o.Utilisation, o.MeanLive = o.Utilisation/time, o.MeanLive/time
	o.Metered.PeakNodes = nodes
	return o
}

func spanOf(s stratum) float64 { return s.load.Info().Span.Seconds() }

// scaled is what a stratum meters, for what it stands for: what is there whether it serves or not by the time, what is only
// metered while it serves by the volume.
func (s stratum) scaled(m home.Metered) home.Metered {
	byTime := func(v int64) int64 { return int64(math.Round(s.time * float64(v))) }
	byVolume := func(v int64) int64 { return int64(math.Round(s.volume * float64(v))) }
	return home.Metered{
		NodeTime: byTime(m.NodeTime), OnDemandNodeTime: byTime(m.OnDemandNodeTime), PeakNodes: m.PeakNodes,
		ReplicaTime: byTime(m.ReplicaTime), InstanceTime: byTime(m.InstanceTime), IdleTime: byTime(m.IdleTime), HeldTime: byTime(m.HeldTime),
		ActiveTime: byVolume(m.ActiveTime), RunTime: byVolume(m.RunTime), HeldRunTime: byVolume(m.HeldRunTime),
		Restores: byVolume(m.Restores), Requests: byVolume(m.Requests),
	}
}

func meanSummary(strata []stratum, parts []simulate.Outcome, of func(*simulate.Outcome) *stats.Summary) stats.Summary {
	var sum stats.Summary
	var weight float64
	for i := range parts {
		p := of(&parts[i])
		w := strata[i].volume * float64(p.Count)
		weight += w
		sum.Mean += w * p.Mean
		sum.P50 += w * p.P50
		sum.P95 += w * p.P95
		sum.P99 += w * p.P99
		sum.Max = max(sum.Max, p.Max)
	}
	if weight == 0 {
		return sum
	}
	sum.Count = int64(math.Round(weight))
	sum.Mean, sum.P50, sum.P95, sum.P99 = sum.Mean/weight, sum.P50/weight, sum.P95/weight, sum.P99/weight
	return sum
}
