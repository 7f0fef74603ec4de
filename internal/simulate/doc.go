// Package simulate replays a workload on a home: the discrete-event engine.
//
// A workload, a home.Home and a seed go in; an Outcome comes out, with
// latencies, counts, utilisation and what the platform metered. The same input
// gives the same bytes. Start with Run; engine.go holds the loop.
//
// Time is int64 nanoseconds from the start of the workload. Arrivals are a
// sorted stream and never enter a home's agenda (agenda.go: a short sorted
// array, a heap if there are more events), which holds only completions, batch
// boundaries and start-ups. Idle time-outs come in order, so one timer stands
// for all of them. Requests are numbers in one slab, and events carry these
// numbers. Events and instances are slices of values: nothing is allocated per
// request. A continuous batch advances by one division between two changes, not
// by iterations.
//
// At the same instant come the homes in list order, each home's events before
// its timer, then the callers, then arrivals.
package simulate
