// Package catalog knows what capacity is sold, where, at what price and under
// which limits, and turns usage into bills exactly.
//
// Data files (embedded ones, and a user's own directory that adds and
// overrides) and usage, as integers in the provider's metering unit, go in;
// Offers, refusals of what is not sold, and Bills whose lines sum exactly come out.
//
// The way from a file to a bill: parse and decode read YAML strictly onto the
// records of the file format (record.go), a later file onto what an earlier one
// said; build turns the records into Offers with every price's provenance
// spelled out; Lookup finds one; Price makes its bill. Start with Load, then
// Offer, then Price.
package catalog
