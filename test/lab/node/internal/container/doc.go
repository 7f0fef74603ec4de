// Package container runs one process as a container has it: process 1 of a PID
// namespace, in a file system of its own with volumes mounted at their paths, under a
// host name, with its output stamped line by line in a log. The network stays that of the caller.
//
// A Spec goes in; a Container comes out, which ends with its first process and
// takes all others along. Start with Start.
//
// It needs the capability to unshare and mount (root, or root of a user namespace).
package container
