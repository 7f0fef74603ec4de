package v1alpha1

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// The defaults that the comments of the types name.
const (
	defaultImageGPU          unit.Bytes = 2e9
	defaultImageCPU          unit.Bytes = 500e6
	defaultRequest           unit.Bytes = 2e3
	defaultResponse          unit.Bytes = 4e3
	defaultErrors            unit.Share = 0.001
	defaultMaxPriceAge                  = unit.Duration(180 * 24 * time.Hour)
	defaultMaxBadRows        unit.Share = 0.01
	defaultPeakAt                       = unit.Duration(14 * time.Hour)
	defaultSeed              uint64     = 1
	defaultBytesPerParameter            = 2.0
	defaultMemory                       = 2 * unit.GiB
	defaultMaxBatch                     = 64
	defaultWeightsRate       unit.Bytes = 300e6
	kvSmallModel             unit.Bytes = 128 << 10
	kvLargeModel             unit.Bytes = 320 << 10
	largeModel               unit.Count = 10e9
	memoryOverWeights                   = 1.2
)

// applyDefaults fills in every default that does not depend on the offer that a
// home is built on. What depends on it stays empty, and plan fills it in.
func (m *Model) applyDefaults() {
	s := &m.Spec
	s.Traffic.applyDefaults()
	s.Service.applyDefaults(s.Artifacts.Weights)
	setDefault(&s.Artifacts.Weights, s.Service.size())
	image := defaultImageCPU
	if s.Service.mayUseGPU() {
		image = defaultImageGPU
	}
	setDefault(&s.Artifacts.Image, image)
	setDefault(&s.Payload.Request, defaultRequest)
	setDefault(&s.Payload.Response, defaultResponse)
	setDefault(&s.Payload.MaxRequest, s.Payload.Request)
	setPointer(&s.Objectives.Errors, defaultErrors)
	setDefault(&s.Constraints.MaxPriceAge, defaultMaxPriceAge)
	setDefault(&s.Constraints.Fleet.Models, 1)
	s.Callers.applyDefaults()
	s.keepMeasured()
	for i := range s.Homes {
		s.Homes[i].applyDefaults()
	}
	if s.Routing != nil {
		s.Routing.applyDefaults()
	}
	for i := range s.Claims {
		s.Claims[i].applyDefaults()
	}
}

func (t *Traffic) applyDefaults() {
	setPointer(&t.Scale, 1)
	setDefault(&t.Repeat, 1)
	setPointer(&t.Seed, defaultSeed)
	if t.Trace != nil {
		t.Trace.applyDefaults()
	}
	if t.Generator != nil {
		t.Generator.applyDefaults()
	}
	for i := range t.Merge {
		t.Merge[i].applyDefaults()
	}
}

func (t *Trace) applyDefaults() {
	setDefault(&t.Format, "auto")
	setPointer(&t.MaxBadRows, defaultMaxBadRows)
	if c := t.Columns; c != nil {
		setDefault(&c.TimeUnit, "auto")
		if c.Work != "" {
			setDefault(&c.WorkUnit, "s")
		}
	}
}

func (g *Generator) applyDefaults() {
	g.Arrivals = g.arrivals()
	if g.Arrivals == "gamma" || g.Arrivals == "weibull" {
		setPointer(&g.CV, 1)
	}
	if g.Daily != nil {
		setPointer(&g.Daily.PeakAt, defaultPeakAt)
	}
}

// setDefault sets a value that is left out, which is zero.
func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// setPointer sets a value that is left out where zero is a value of its own.
func setPointer[T any](value **T, fallback T) {
	if *value == nil {
		*value = &fallback
	}
}

// memoryFor returns the memory that weights of a size take with what is around them.
func memoryFor(weights float64) unit.Memory {
	return unit.Memory(math.Ceil(weights * memoryOverWeights / (1 << 20)))
}
