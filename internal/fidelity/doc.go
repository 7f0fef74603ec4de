// Package fidelity compares the simulator and the price catalogue with what is
// known exactly: results of queueing theory, laws that every run must keep, and
// bills that were worked out by hand.
//
// A seed and a catalogue go in; Rows come out, each with the expected figure and
// its source, the actual figure, the error, and the allowed error. Simulated
// figures come from simulate.Run and simulate.RunHybrid, as in plans, in
// independent replications, so that every mean has a confidence interval. Bills
// come from catalog.Offer.Price.
//
// Start with Run; experiment.go makes one comparison by simulation, and
// row.go decides whether a row is right. The other files are the groups of rows.
package fidelity
