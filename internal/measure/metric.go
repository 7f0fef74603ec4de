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

var allMetrics = [...]metric{
	{"latency", (*Record).Latency},
	{"service", (*Record).Service},
	{"connect", (*Record).connectFresh},
	{"timeToFirstByte", (*Record).TimeToFirstByte},
	{"timeToFirstToken", (*Record).TimeToFirstToken},
	{"timePerOutputToken", (*Record).TimePerOutputToken},
}

func metrics() []metric { return allMetrics[:] }

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

// metricOf returns the place of a metric in metrics, -1 where there is none.
func metricOf(name string) int {
	return slices.IndexFunc(metrics(), func(m metric) bool { return m.name == name })
}
