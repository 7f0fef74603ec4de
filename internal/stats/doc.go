// Package stats counts durations and other whole numbers in histograms with three significant digits, and estimates
// figures from samples: percentiles, shares and ratios with confidence intervals, the spread of a few observations, and
// the end of a warm-up.
//
// In go values one at a time, or series in order of time; out come Summaries, Estimates and Spreads. Percentiles are by
// the nearest rank ([fulcrum.dev/fulcrum/internal/random.Rank]). The simulator counts every request here, so that the
// package knows neither requests nor file formats. Start with Histogram for what is only counted, in constant memory,
// and with Blocks and Sample.Percentile for intervals.
package stats
