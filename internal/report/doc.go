// Package report renders plans, simulations, bills and descriptions for people
// and for programs.
//
// In go the records of the other packages; out comes text for a terminal, with
// or without colour, or JSON. Start with Plan.
package report
