package record

import (
	"slices"
	"time"
)

// MetricErrors is the share of requests that did not end as OK; those interrupted with the run are left out.
const MetricErrors = "errors"

// Metric is a time that can be read off a Record.
type Metric uint8

// The metrics, in order of the report.
const (
	Latency Metric = iota
	Service
	Connect
	TimeToFirstByte
	TimeToFirstToken
	TimePerOutputToken
	metrics
)

var metricNames = [metrics]string{"latency", "service", "connect", "timeToFirstByte", "timeToFirstToken", "timePerOutputToken"}

// Metrics returns all metrics, in order of the report.
func Metrics() []Metric {
	list := make([]Metric, metrics)
	for i := range list {
		list[i] = Metric(i)
	}
	return list
}

// ParseMetric returns the metric of a name; false where there is none, as for MetricErrors.
func ParseMetric(name string) (Metric, bool) {
	i := slices.Index(metricNames[:], name)
	return Metric(max(0, i)), i >= 0
}

// String returns the metric's name, such as timeToFirstByte.
func (m Metric) String() string { return metricNames[m] }

// Of reads the metric off a record; false where the record has none.
func (m Metric) Of(r *Record) (time.Duration, bool) {
	switch m {
	case Latency:
		return r.Latency()
	case Service:
		return r.Service()
	case Connect:
		if r.Reused {
			return 0, false // a kept connection takes no time
		}
		return r.Connect()
	case TimeToFirstByte:
		return r.TimeToFirstByte()
	case TimeToFirstToken:
		return r.TimeToFirstToken()
	default:
		return r.TimePerOutputToken()
	}
}
