// Package fault breaks things in a sandbox, and mends them again.
//
// In goes what to break: a process (Kill, Freeze), a range of addresses (Impair, Partition), a file system (Disk), a
// clock (Clock). Out comes, where it can be mended, a function that does so. A component of the control plane, such as
// the API server, is stopped and started by cluster.StopComponent and cluster.StartComponent.
package fault
