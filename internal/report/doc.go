// Package report renders plans, simulations, bills and descriptions for people
// and for programs.
//
// In go the records of the other packages; out comes text for a terminal, with
// or without colour, JSON, or, of measurements, a page of HTML with plots. Start
// with Plan, and for pages with MeasurementHTML.
package report
