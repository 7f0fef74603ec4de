// Package measure turns times into statistics: the record of one request, the
// log that records are kept in, histograms of three digits, percentiles and
// ratios with intervals, warm-up, and verdicts about limits.
//
// In go durations, Records, readers and writers (never paths or clocks); out
// come Summaries and Estimates in seconds. Start with Histogram for times that
// are only counted, and with Record, Writer and ReadLog for measurements.
package measure
