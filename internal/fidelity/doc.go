// Package fidelity holds the simulator and the price catalogue against what is
// known exactly: results of queueing theory, the laws that every run keeps, and
// bills that were worked out by hand.
//
// In go a seed and a catalogue; out come Rows, each with what was expected and
// where from, what came out, how far off it is, and how far off it may be. What
// is simulated runs through simulate.Run and simulate.RunHybrid, as plans do, in
// independent replications, so that every mean has its confidence interval. Bills
// run through catalog.Offer.Price.
//
// Start with Run; experiment.go says how one comparison by simulation is made,
// row.go when a row is right. The other files are the groups of rows.
package fidelity
