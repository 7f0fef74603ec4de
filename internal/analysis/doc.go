// Package analysis says what a log of requests means: percentiles, shares and ratios with intervals, whether thresholds
// are met, how cold starts went, and curves for plots.
//
// In go record.Columns and a seed for the bootstrap; out comes a Result, in seconds. The same log and seed give the same
// bytes. Start with Of.
package analysis
