// Package record holds what a load test measured: the Record of each request, cold starts and keep-alive windows, and the
// log that they are kept in.
//
// In go records and a writer, or a log's reader (never paths or clocks); out come the same records, whole or as Columns
// that keep only what figures need. Start with Record and Writer to write a log, with ReadLog for all of its records, and
// with ReadColumns for figures of long runs.
package record
