package record

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A log is a preamble of 12 bytes (magic, version) and then frames, each
//
//	type uint8 | length uint32 | CRC-32C of type and payload uint32 | payload
//
// with integers in little endian. The first frame is the header (JSON), then
// come frames of records, of cold starts and of keep-alive windows (JSON), and the
// last one of a run that ended by itself is the end (JSON). A crash loses no more than the frame that was being written.
const (
	magic      = "FULCRUMR"
	logVersion = 1

	frameHeader  = 'H'
	frameRecords = 'R'
	frameEnd     = 'E'
	// Frames of JSON: what was tried beside the load.
	frameColdStart = 'C'
	frameKeepAlive = 'K'

	preambleSize = len(magic) + 4
	frameSize    = 1 + 4 + 4
	// maxPayload bounds what a reader allocates on a length that it has no reason to trust.
	maxPayload = 1 << 20
	// fullFrame is the payload from which a frame of records is written out. One record is below 64 KiB.
	fullFrame = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Header says what a log is a log of.
type Header struct {
	// Suite is the name of the suite, SuiteHash the SHA-256 of what was run, in hexadecimal.
	Suite     string `json:"suite"`
	SuiteHash string `json:"suiteHash"`
	// Tool is the program and its version.
	Tool string `json:"tool"`
	// Start is the wall clock at time 0 of the records.
	Start time.Time `json:"start"`
	// Seed is that of the schedule and the order of turns.
	Seed uint64 `json:"seed"`
	// Load says in words what was sent.
	Load string `json:"load"`
	// Closed says that the load waited for answers, so that latencies leave out what an open loop would see.
	Closed bool `json:"closed,omitempty"`
	// Planned is how many requests the schedule has; 0 when that is not known.
	Planned int64 `json:"planned,omitempty"`
	// Targets are who was asked, in the order of Record.Target.
	Targets []TargetInfo `json:"targets"`
	// Warmup is left out of the statistics.
	Warmup time.Duration `json:"warmupNanoseconds,omitempty"`
	// Gate is the lateness that invalidates the run.
	Gate Gate `json:"gate"`
	// Thresholds are the limits that the run is judged by.
	Thresholds []Threshold `json:"thresholds,omitempty"`
}

// TargetInfo says who was asked. It holds no credentials.
type TargetInfo struct {
	Name string `json:"name"`
	// Group is that within which targets are compared.
	Group    string `json:"group,omitempty"`
	URL      string `json:"url"`
	Protocol string `json:"protocol"`
}

// End says how a run ended.
type End struct {
	// Complete says that the whole schedule was sent; otherwise Reason says why not.
	Complete bool   `json:"complete"`
	Reason   string `json:"reason,omitempty"`
	// Elapsed is when the last answer was in.
	Elapsed time.Duration `json:"elapsedNanoseconds"`
	// Examples is the message of one failure of each kind.
	Examples map[string]string `json:"examples,omitempty"`
	// Records is how many were written.
	Records int64 `json:"records"`
}

// appendFrame appends a frame to dst.
func appendFrame(dst []byte, typ byte, payload []byte) []byte {
	dst = append(dst, typ)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(typ, payload))
	return append(dst, payload...)
}

func checksum(typ byte, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte{typ}, castagnoli), castagnoli, payload)
}
