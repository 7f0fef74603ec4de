// Package stats counts durations and other whole numbers in histograms with
// three significant digits, in constant memory.
//
// In go values one at a time; out come counts, means and percentiles
// ([fulcrum.dev/fulcrum/internal/random.Rank]). The simulator counts every
// request here, so that the package knows no file format. Start with Histogram.
package stats
