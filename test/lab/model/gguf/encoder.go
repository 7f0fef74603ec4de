package gguf

import (
	"bufio"
	"encoding/binary"
	"math"
)

// alignment of tensors in bytes, GGUF's default.
const alignment = 32

// Value types of GGUF version 3.
const (
	typeUint32  = 4
	typeInt32   = 5
	typeFloat32 = 6
	typeBool    = 7
	typeString  = 8
	typeArray   = 9
)

// encoder writes little-endian values and remembers the first error and the place.
type encoder struct {
	w   *bufio.Writer
	at  int64
	err error
	buf [8]byte
}

func (e *encoder) bytes(b []byte) {
	if e.err != nil {
		return
	}
	n, err := e.w.Write(b)
	e.at += int64(n)
	e.err = err
}

// number writes one of the sizes that are needed.
func (e *encoder) number(v any) {
	b := e.buf[:0]
	switch v := v.(type) {
	case bool:
		b = append(b, 0)
		if v {
			b[0] = 1
		}
	case uint16:
		b = binary.LittleEndian.AppendUint16(b, v)
	case uint32:
		b = binary.LittleEndian.AppendUint32(b, v)
	case int32:
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	case float32:
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	case uint64:
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	e.bytes(b)
}

func (e *encoder) string(s string) {
	e.number(uint64(len(s)))
	e.bytes([]byte(s))
}

// key begins a metadata entry.
func (e *encoder) key(name string, kind uint32) {
	e.string(name)
	e.number(kind)
}

func (e *encoder) uint(name string, v int)      { e.key(name, typeUint32); e.number(uint32(v)) }
func (e *encoder) float(name string, v float32) { e.key(name, typeFloat32); e.number(v) }
func (e *encoder) bool(name string, v bool)     { e.key(name, typeBool); e.number(v) }
func (e *encoder) text(name, v string)          { e.key(name, typeString); e.string(v) }

// array begins an array of n elements, which the caller writes.
func (e *encoder) array(name string, kind uint32, n int) {
	e.key(name, typeArray)
	e.number(kind)
	e.number(uint64(n))
}

func (e *encoder) align() {
	if rest := e.at % alignment; rest != 0 {
		e.bytes(make([]byte, alignment-rest))
	}
}
