// Package stats estimates figures from samples of times: percentiles, shares and ratios with confidence intervals, the
// spread of a few observations, the end of a warm-up, and histograms with three significant digits.
//
// In go numbers in order of time, or durations; out come Estimates, Spreads and Summaries in seconds. It knows nothing
// of requests. Start with Histogram for times that are only counted, and with Blocks and Sample.Percentile for intervals.
package stats
