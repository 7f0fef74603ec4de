// Command compare runs fulcrum bench, vegeta and fortio by turns against servers on loopback, and prints the medians of
// several runs as a table. Run it with
//
//	go -C bench run ./compare
//
// on a machine that does nothing else. How each figure is got:
//
//   - Lateness and the rate that was reached are seen by the server (responder.go), with one yardstick for all: the n-th
//     request should arrive n times the gap after the first. How late each one is counts from the least late of the run,
//     so that the way through the kernel is in nobody's figure; a request that was left out makes all later ones late.
//     What fulcrum reports itself stands in a row of its own.
//   - CPU time (user and system) is that of the client's process by its rusage, and the largest resident set what its
//     status said last (memory.go): of fulcrum with the analysis after the run.
//   - The errors of percentiles are those that each tool reports, beside the time that the server took by its own clock
//     (slow.go), or beside the exact percentiles of a server that is frozen for 1 s of 5.
//
// Start with main.go; tool.go has the command lines.
package main
