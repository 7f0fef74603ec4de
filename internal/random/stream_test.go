package random

import (
	"math"
	"math/bits"
	"testing"
)

func draws(seed uint64, p Purpose, index uint64) [8]uint64 {
	r := New(seed, p, index)
	var d [8]uint64
	for i := range d {
		d[i] = r.Uint64()
	}
	return d
}

func TestStreamsAreRepeatable(t *testing.T) {
	first, second := draws(7, Sizes, 3), draws(7, Sizes, 3)
	if first != second {
		t.Errorf("the same seed, purpose and index drew %x and %x", first, second)
	}
	// The first draw of a stream is part of every seeded output: it must not change between versions.
	if got, want := draws(1, Arrivals, 0)[0], uint64(0x83c1ad9daf38cd59); got != want {
		t.Errorf("first draw of seed 1 = %#x, want %#x", got, want)
	}
}

// TestStreamsDiffer looks for any two of many neighbouring streams that share a number.
func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64][3]uint64{}
	for seed := range uint64(20) {
		for p := Arrivals; p <= Interruptions; p++ {
			for index := range uint64(20) {
				for _, x := range draws(seed, p, index) {
					if other, ok := seen[x]; ok {
						t.Fatalf("seed, purpose, index %v and %v both drew %#x", other, [3]uint64{seed, uint64(p), index}, x)
					}
					seen[x] = [3]uint64{seed, uint64(p), index}
				}
			}
		}
	}
}

// TestNeighbouringStreamsAreUncorrelated compares the bits of streams whose index differs by one.
func TestNeighbouringStreamsAreUncorrelated(t *testing.T) {
	const n = 20_000
	for _, other := range []struct {
		name string
		r    interface{ Uint64() uint64 }
	}{
		{"seed", New(2, Arrivals, 0)},
		{"purpose", New(1, Sizes, 0)},
		{"index", New(1, Arrivals, 1)},
		{"derived seed", New(Derive(1, 1), Arrivals, 0)},
	} {
		r := New(1, Arrivals, 0)
		equal := 0
		for range n {
			equal += 64 - bits.OnesCount64(r.Uint64()^other.r.Uint64())
		}
		sigma := math.Sqrt(64*n) / 2
		if d := math.Abs(float64(equal) - 32*n); d > 5*sigma {
			t.Errorf("streams that differ in %s share %d of %d bits, %.1f sigma from half", other.name, equal, 64*n, d/sigma)
		}
	}
}

func TestDerive(t *testing.T) {
	seen := map[uint64]bool{1: true}
	for part := range uint64(100) {
		for seed := range uint64(100) {
			d := Derive(seed, part)
			if seen[d] || d != Derive(seed, part) {
				t.Fatalf("Derive(%d, %d) = %#x is not its own, or not repeatable", seed, part, d)
			}
			seen[d] = true
		}
	}
}
