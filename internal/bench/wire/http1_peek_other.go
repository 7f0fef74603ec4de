//go:build !unix

package wire

import "net"

// peek cannot look into a socket here: a request that meets a closed connection is recorded as lost.
type peek struct{}

func (*peek) watch(net.Conn) {}

func (*peek) isQuiet() bool { return true }
