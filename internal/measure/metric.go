package measure

import (
	"slices"
	"time"
)

// MetricErrors is the share of requests that did not end as OK; those interrupted with the run are left out.
const MetricErrors = "errors"

// metric is a time that can be read off a record.
type metric struct {
	name string
	of   func(*Record) (time.Duration, bool)
}

func metrics() []metric {
	return []metric{
		{"latency", (*Record).Latency},
		{"service", (*Record).Service},
		{"connect", (*Record).connectFresh},
		{"timeToFirstByte", (*Record).TimeToFirstByte},
		{"timeToFirstToken", (*Record).TimeToFirstToken},
		{"timePerOutputToken", (*Record).TimePerOutputToken},
	}
}

// connectFresh leaves out kept connections, which take no time.
func (r *Record) connectFresh() (time.Duration, bool) {
	if r.Reused {
		return 0, false
	}
	return r.Connect()
}

// Metrics returns the names of the times that a threshold may bound, in order of the report.
func Metrics() []string {
	var names []string
	for _, m := range metrics() {
		names = append(names, m.name)
	}
	return names
}

func metricOf(name string) (metric, bool) {
	all := metrics()
	i := slices.IndexFunc(all, func(m metric) bool { return m.name == name })
	if i < 0 {
		return metric{}, false
	}
	return all[i], true
}

// series returns a metric of the requests that were answered right, in seconds and in the order of the records.
func (m metric) series(records []*Record) []float64 {
	var xs []float64
	for _, r := range records {
		if r.Kind != OK {
			continue
		}
		if d, ok := m.of(r); ok {
			xs = append(xs, d.Seconds())
		}
	}
	return xs
}
