// Package measure turns times into statistics: the record of one request, the
// log that records are kept in, percentiles and ratios with intervals, warm-up,
// verdicts about limits, and what a search for the highest rate found.
//
// In go durations, Records, readers and writers (never paths or clocks); out
// come Estimates and curves for plots in seconds. Start with Record and Writer for
// measurements, and with ReadSheet and Analyse (or ReadLog, for all records) for
// what they say.
package measure
