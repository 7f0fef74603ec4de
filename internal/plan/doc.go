// Package plan searches the arrangements of a model by simulating them, and
// explains the cheapest one that meets the objectives.
//
// In go a model, its workload and a catalogue; out comes a Plan: every offer
// either refused with its reason or simulated at a feasible size, the verdict
// with reasons, the runner-up, the tipping point and the warnings that travel
// with them. Start with Search; Simulate runs homes as written, without a search.
//
// The steps of Search, a file each: gate (hard constraints), family (the ways to
// run an offer), size (the smallest feasible number), polish (which candidates are climbed from), climb with move and
// screen (a setting at a time), evaluate (simulate, judge, price), hybrid_search (a cluster base with serverless
// overflow), tipping (scale the traffic until the cheaper side changes), verdict.
package plan
