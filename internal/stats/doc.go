// Package stats counts durations and other whole numbers in histograms with three significant digits, and estimates
// figures from samples: percentiles, shares and ratios with confidence intervals, the spread of a few observations, and
// the end of a warm-up.
//
// Values go in one at a time, or as series in time order; Summaries, Estimates and Spreads come out. Percentiles are by
// the nearest rank ([fulcrum.dev/fulcrum/internal/random.Rank]). The simulator counts every request here, so the
// package knows neither requests nor file formats. Start with Histogram to count values in constant memory,
// and with Blocks and Sample.Percentile for confidence intervals.
package stats
