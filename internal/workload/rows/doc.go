// Package rows reads the rows of text files: plain or compressed, with lines of
// bounded length, csv records, numbers and times in the notations that traces use.
//
// In go files by name (the caller opens them); out come rows, valid until the
// next one is read, and a Tally of those that cannot be read, with line and
// reason. Memory is constant. Start with File, then Lines or Table.
package rows
