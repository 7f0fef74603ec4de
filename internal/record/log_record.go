package record

import (
	"encoding/binary"
	"errors"
	"time"
)

// Flags of an encoded record.
const (
	flagCold = 1 << iota
	flagReused
	allFlags = flagCold | flagReused
)

// appendRecord encodes a record: integers as varints, each time as the distance in nanoseconds from the event before it,
// so that a record without chunks takes about 40 bytes. An event without a time is 0, one with a time its distance
// encoded with a sign, plus 1.
func appendRecord(dst []byte, r *Record) []byte {
	var flags uint64
	if r.Cold {
		flags |= flagCold
	}
	if r.Reused {
		flags |= flagReused
	}
	for _, v := range []uint64{
		uint64(r.Sequence), uint64(r.Round), uint64(r.Target), uint64(r.Kind), uint64(r.Status), flags,
		uint64(r.BytesOut), uint64(r.BytesIn), uint64(r.TokensIn), uint64(r.TokensOut), uint64(r.FirstTokens), uint64(r.ChunkCount),
	} {
		dst = binary.AppendUvarint(dst, v)
	}
	var last time.Duration
	for _, at := range []time.Duration{r.Scheduled, r.Sent, r.Connected, r.FirstByte, r.FirstToken, r.LastByte} {
		dst = appendTime(dst, at, &last)
	}
	dst = binary.AppendUvarint(dst, uint64(len(r.Chunks)))
	last = 0
	for _, at := range r.Chunks {
		dst = appendTime(dst, at, &last)
	}
	return dst
}

func appendTime(dst []byte, at time.Duration, last *time.Duration) []byte {
	if at < 0 {
		return binary.AppendUvarint(dst, 0)
	}
	step := int64(at - *last)
	*last = at
	return binary.AppendUvarint(dst, uint64(step)<<1^uint64(step>>63)+1)
}

var errRecord = errors.New("a record that breaks the format, although its checksum is right")

// decoder reads varints from a payload and remembers the first fault.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads a number from 0 up to most.
func (d *decoder) count(most int64) int64 {
	v := d.uvarint()
	if v > uint64(most) {
		d.bad = true
		return 0
	}
	return int64(v)
}

func (d *decoder) time(last *time.Duration) time.Duration {
	v := d.uvarint()
	if v == 0 {
		return Unseen
	}
	v--
	at := *last + time.Duration(int64(v>>1)^-int64(v&1))
	if at < 0 {
		d.bad = true
		return Unseen
	}
	*last = at
	return at
}

const (
	maxCount  = 1<<62 - 1
	maxTarget = 1<<16 - 1
	maxStatus = 999
)

// record decodes what appendRecord wrote.
func (d *decoder) record() (Record, error) {
	var r Record
	r.Sequence, r.Round = d.count(maxCount), d.count(maxCount)
	r.Target = int(d.count(maxTarget))
	r.Kind, r.Status = Kind(d.count(int64(kinds)-1)), int(d.count(maxStatus))
	flags := d.count(allFlags)
	r.Cold, r.Reused = flags&flagCold != 0, flags&flagReused != 0
	for _, v := range []*int64{&r.BytesOut, &r.BytesIn, &r.TokensIn, &r.TokensOut, &r.FirstTokens, &r.ChunkCount} {
		*v = d.count(maxCount)
	}
	var last time.Duration
	for _, at := range []*time.Duration{&r.Scheduled, &r.Sent, &r.Connected, &r.FirstByte, &r.FirstToken, &r.LastByte} {
		*at = d.time(&last)
	}
	if n := d.count(MaxChunks); n > 0 && !d.bad {
		r.Chunks = make([]time.Duration, 0, min(n, int64(len(d.rest))))
		last = 0
		for range n {
			if r.Chunks = append(r.Chunks, d.time(&last)); d.bad {
				break
			}
		}
	}
	if d.bad || r.ChunkCount < int64(len(r.Chunks)) {
		return Record{}, errRecord
	}
	return r, nil
}
