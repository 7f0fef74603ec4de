// Package simulate replays a workload on a home: the discrete-event engine.
//
// In go a workload, a home.Home and a seed; out comes an Outcome with
// latencies, counts, utilisation and what the platform metered. The same input
// gives the same bytes out. Start with Run; engine.go holds the loop.
//
// Time is int64 nanoseconds from the start of the workload. Arrivals are a
// sorted stream and never enter the event queue; only completions and
// start-ups do. Time-outs of idle instances come in order, so that one timer
// stands for all of them. At the same instant come the homes in the order of
// their list, each home's events before its timer, then the callers, then arrivals.
package simulate
