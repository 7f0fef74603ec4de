// Package node decides how many nodes a pool has, as the Cluster Autoscaler and
// Karpenter do.
//
// Both are given a State that the caller keeps, a Pool (its nodes, the pods that
// no node has room for) and a time, and return a Decision: nodes to add, nodes to
// remove, and when to look again.
package node
