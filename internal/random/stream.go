package random

import "math/rand/v2"

// Purpose names what a stream of random numbers is for.
type Purpose uint64

// The purposes. Their values are part of the output of a seeded run: append,
// never renumber.
const (
	Arrivals Purpose = iota + 1
	Sizes
	Thinning
	Superposition
	ServiceTimes
	StartUp
	Modulation
	Interruptions
	Retries
	Interleaving
	Bootstrap
)

// New returns the stream for one purpose under a seed. The index separates
// streams of one purpose (clients of a trace, parts of a merge).
func New(seed uint64, purpose Purpose, index uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(seed^uint64(purpose)<<56), mix(index+uint64(purpose)*0x9e3779b97f4a7c15)))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): it
// spreads seeds that differ in few bits over the whole state.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Derive returns the seed of one part of something that has a seed of its own:
// parts draw independently of each other and of the whole.
func Derive(seed, part uint64) uint64 { return mix(seed ^ mix(part)) }
