// Package billing makes the bill of an arrangement, or of the homes of a hybrid,
// from what their platforms metered.
//
// In go Terms (the catalogue, and what prices depend on beside the usage) and one
// Use for each home, metered from the start of the traffic up to a time. Out
// comes a Bill for each home: what its offer charges, the egress, the on-demand nodes of
// a home on spot, and the fixed cost of its cluster. Start with Terms.Month, which scales the usage to a month of 730 h, and
// Terms.SoFar, which bills it as it is. After exactly a month both are the same, line by line.
package billing
