// Package measure turns times into statistics: the record of one request, the
// log that records are kept in, histograms of three digits, percentiles and
// ratios with intervals, warm-up, verdicts about limits, and what a search for
// the highest rate found.
//
// In go durations, Records, readers and writers (never paths or clocks); out
// come Summaries, Estimates and curves for plots in seconds. Start with Histogram
// for times that are only counted, with Record and Writer for measurements, and with
// ReadSheet and Analyse (or ReadLog, for all records) for what they say.
package measure
