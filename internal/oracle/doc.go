// Package oracle holds results of queueing theory that are exact: formulas and
// small numeric solvers whose answers a simulation of the same system must
// reproduce.
//
// In go rates and times; out come probabilities, means, tails and quantiles.
// A rate is a number of events in a unit of time and a time is a number of
// those units; any unit serves, so long as one call keeps to it. A load is the
// arrival rate times the mean service time, and has no unit.
//
// Each queue is a value that its constructor checks: an argument out of range,
// or a load that the servers cannot carry, is an error there, and no method
// fails afterwards. Start with MMc; then MMcK, MG1 and MGInf, the queues whose
// servers have to be started (MMcSetUp, MMInfSetUp), the environments of a
// function home (KeepAlive), and a base with overflow (Hybrid).
package oracle
