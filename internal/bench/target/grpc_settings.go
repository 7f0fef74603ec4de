package target

import (
	"encoding/binary"
	"math"
	"net"
)

// Of HTTP/2 (RFC 9113, sections 4.1, 6.5 and 6.5.2).
const (
	frameHeaderSize   = 9
	frameSettings     = 4
	flagAck           = 1
	settingSize       = 6
	settingMaxStreams = 3
)

// settingsConn reads along how many streams at once the server allows: gRPC keeps that to itself, and lets requests beyond
// wait without a word.
type settingsConn struct {
	net.Conn
	scan  settingsScanner
	ended func() // called when nothing more can be read, also more than once
}

func (c *settingsConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.scan.see(p[:n])
	if err != nil {
		c.ended()
	}
	return n, err
}

// settingsScanner finds the limit in what a server sends, however that is cut.
type settingsScanner struct {
	tell func(streams uint32) // a server that names no limit has none

	part       []byte // of a frame's header, or of a setting
	left       int    // bytes of the frame that are to come
	isSettings bool
	hasTold    bool
}

func (s *settingsScanner) see(data []byte) {
	for len(data) > 0 {
		switch {
		case s.left == 0:
			var header []byte
			if header, data = s.collect(data, frameHeaderSize); header != nil {
				s.begin(header)
			}
		case s.isSettings:
			before := len(data)
			var setting []byte
			setting, data = s.collect(data, min(settingSize, s.left+len(s.part)))
			if s.left -= before - len(data); setting != nil {
				s.take(setting)
			}
		default:
			n := min(len(data), s.left)
			data, s.left = data[n:], s.left-n
		}
	}
}

// collect returns the next size bytes, or nil as long as they are not complete, and the rest.
func (s *settingsScanner) collect(data []byte, size int) (whole, rest []byte) {
	n := min(len(data), size-len(s.part))
	if s.part = append(s.part, data[:n]...); len(s.part) == size {
		whole, s.part = s.part, s.part[:0]
	}
	return whole, data[n:]
}

// begin looks at the header of a frame.
func (s *settingsScanner) begin(header []byte) {
	s.left = int(header[0])<<16 | int(header[1])<<8 | int(header[2])
	s.isSettings = header[3] == frameSettings && header[4]&flagAck == 0
	s.end()
}

// take looks at a setting.
func (s *settingsScanner) take(setting []byte) {
	if len(setting) == settingSize && binary.BigEndian.Uint16(setting) == settingMaxStreams {
		s.hasTold = true
		s.tell(binary.BigEndian.Uint32(setting[2:]))
	}
	s.end()
}

// end notes that the first settings, which begin a connection, named no limit.
func (s *settingsScanner) end() {
	if s.left == 0 && s.isSettings && !s.hasTold {
		s.hasTold = true
		s.tell(math.MaxUint32)
	}
}
