package gguf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/model/gguf"
)

var tiny = gguf.Shape{Layers: 1, Embedding: 32, FeedForward: 64, Heads: 2, KVHeads: 1, Context: 64, Seed: 7}

func TestEqualShapesGiveEqualBytes(t *testing.T) {
	var one, two, other bytes.Buffer
	seeded := tiny
	seeded.Seed++
	for w, s := range map[*bytes.Buffer]gguf.Shape{&one: tiny, &two: tiny, &other: seeded} {
		if err := gguf.Write(w, s); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two files of one shape differ")
	}
	if bytes.Equal(one.Bytes(), other.Bytes()) || one.Len() != other.Len() {
		t.Error("another seed must change the weights alone")
	}
}

func TestHeader(t *testing.T) {
	var b bytes.Buffer
	if err := gguf.Write(&b, tiny); err != nil {
		t.Fatal(err)
	}
	if text := b.Bytes(); string(text[:4]) != "GGUF" || binary.LittleEndian.Uint32(text[4:]) != 3 || binary.LittleEndian.Uint64(text[8:]) != 12 {
		t.Errorf("got % x", text[:24])
	}
	if b.Len()%32 != 0 {
		t.Errorf("%d bytes are not aligned", b.Len())
	}
}

func TestWrongShapes(t *testing.T) {
	odd, none := tiny, tiny
	odd.Heads = 3
	none.Layers = 0
	for _, s := range []gguf.Shape{odd, none, {}} {
		if err := gguf.Write(&bytes.Buffer{}, s); err == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
}

// full is a disk without space.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	if err := gguf.Write(full{}, gguf.Small); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
