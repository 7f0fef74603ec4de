// Package provision adds nodes for pods that no node has room for and takes empty ones away, in the manner of
// Karpenter.
//
// Pools go in, which say what nodes may be had, how many, and after what delay; nodes of package node that join and leave the
// cluster come out, and events on the pods whose quota is used up. Start with Start; Interrupt is the cloud
// that takes a spot node back.
//
// Left out of what Karpenter does: choosing among sizes by price (a pool has one size, and pools
// are tried in their order), moving pods together, expiry, and topology spread in the choice of nodes.
package provision
