// Package unit holds the quantities that Fulcrum reasons about as named types:
// exact decimals and money, durations, bytes, memory, rates and shares.
//
// Every type reads itself from the text that a person writes in a file or on
// the command line ("2s", "16GiB", "300/min", "1%") and says what it expected
// when it cannot. Nothing here knows a clock, a file or a network.
package unit
