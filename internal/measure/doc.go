// Package measure turns times into statistics: histograms that keep three
// digits over the whole range, and their summaries.
//
// In go durations; out come Summaries in seconds. Start with Histogram.
package measure
