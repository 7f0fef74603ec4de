// Package gguf writes a language model of a chosen size with random weights, as a GGUF file of the Llama architecture
// that llama.cpp loads and runs: real loading and computing, and text without sense. It never ends by itself, so that an answer
// has as many tokens as it may have.
//
// In goes a [Shape], out comes the file; see [Write] and [File]. Equal shapes give equal bytes.
package gguf

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"fulcrum.dev/fulcrum/test/lab/cache"
)

// Shape is the size of a model.
type Shape struct {
	Layers      int
	Embedding   int // a multiple of Heads times 2
	FeedForward int
	Heads       int // a multiple of KVHeads
	KVHeads     int
	Context     int // tokens
	Seed        uint64
}

// Two sizes whose costs differ by a factor of about eight.
var (
	Small = Shape{Layers: 4, Embedding: 256, FeedForward: 704, Heads: 8, KVHeads: 4, Context: 2048, Seed: 1}  // 3 M parameters, 6 MB
	Large = Shape{Layers: 8, Embedding: 512, FeedForward: 1408, Heads: 8, KVHeads: 4, Context: 2048, Seed: 1} // 24 M parameters, 47 MB
)

func (s Shape) check() error {
	for name, n := range map[string]int{
		"Layers": s.Layers, "Embedding": s.Embedding, "FeedForward": s.FeedForward, "Heads": s.Heads, "KVHeads": s.KVHeads, "Context": s.Context,
	} {
		if n < 1 || n > 1<<16 {
			return fmt.Errorf("model shape: %s is %d; expected 1 to 65536", name, n)
		}
	}
	if s.Embedding%(2*s.Heads) != 0 || s.Heads%s.KVHeads != 0 {
		return fmt.Errorf("model shape: Embedding %d, Heads %d, KVHeads %d; expected Embedding to be a multiple of twice Heads, and Heads one of KVHeads", s.Embedding, s.Heads, s.KVHeads)
	}
	return nil
}

// File gives the path of the model in the laboratory's cache, and writes it there if no earlier run has.
func File(s Shape) (string, error) {
	dir, err := cache.Dir("gguf")
	if err != nil {
		return "", err
	}
	// The number after the v counts changes of what equal shapes give.
	path := filepath.Join(dir, fmt.Sprintf("llama-v3-%d-%d-%d-%d-%d-%d-%d.gguf", s.Layers, s.Embedding, s.FeedForward, s.Heads, s.KVHeads, s.Context, s.Seed))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	f, err := os.CreateTemp(dir, "writing-")
	if err != nil {
		return "", fmt.Errorf("writing a model: %w", err)
	}
	defer os.Remove(f.Name()) // nothing is there any more after the rename
	err = Write(f, s)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("writing model %s: %w", path, err)
	}
	return path, nil
}

// Write writes the model to w.
func Write(w io.Writer, s Shape) error {
	if err := s.check(); err != nil {
		return err
	}
	e := &encoder{w: bufio.NewWriterSize(w, 1<<20)}
	tensors := s.tensors()
	e.header(s, tensors)
	random := rand.New(rand.NewPCG(s.Seed, 0))
	for _, t := range tensors {
		t.write(e, random)
		e.align()
	}
	if e.err != nil {
		return e.err
	}
	return e.w.Flush()
}

// write draws the weights: ones for a norm, else normal with the variance that keeps activations in scale, except where
// they are fixed (fixed.go).
func (t tensor) write(e *encoder, random *rand.Rand) {
	columns := t.dimensions[0]
	deviation := 1 / math.Sqrt(float64(columns))
	for i := range t.elements() {
		if t.norm {
			e.number(float32(1))
			continue
		}
		weight := float32(random.NormFloat64() * deviation)
		if w, ok := t.fixed(i/columns, i%columns); ok {
			weight = w
		}
		e.number(half(weight))
	}
}

// half is f as an IEEE 754 binary16; too small ones become zero, and so does the rest of the mantissa.
func half(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	exponent := int32(bits>>23&0xff) - 127 + 15
	if exponent <= 0 {
		return sign
	}
	return sign | uint16(min(exponent, 30))<<10 | uint16(bits>>13)&0x3ff
}
