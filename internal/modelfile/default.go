package modelfile

import (
	"math"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
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
	DefaultSeed              uint64     = 1
	defaultBytesPerParameter            = 2.0
	defaultMemory                       = 2 * unit.GiB
	defaultMaxBatch                     = 64
	defaultWeightsRate       unit.Bytes = 300e6
	kvSmallModel             unit.Bytes = 128 << 10
	kvLargeModel             unit.Bytes = 320 << 10
	largeModel               unit.Count = 10e9
	memoryOverWeights                   = 1.2
)

// Default fills in every default that does not depend on the offer that a
// home is built on. What depends on it stays empty, and plan fills it in.
func Default(m *v1alpha1.Model) {
	s := &m.Spec
	DefaultTraffic(&s.Traffic)
	defaultService(&s.Service, s.Artifacts.Weights)
	setDefault(&s.Artifacts.Weights, parametersSize(&s.Service))
	image := defaultImageCPU
	if mayUseGPU(&s.Service) {
		image = defaultImageGPU
	}
	setDefault(&s.Artifacts.Image, image)
	setDefault(&s.Payload.Request, defaultRequest)
	setDefault(&s.Payload.Response, defaultResponse)
	setDefault(&s.Payload.MaxRequest, s.Payload.Request)
	setPointer(&s.Objectives.Errors, defaultErrors)
	setDefault(&s.Constraints.MaxPriceAge, defaultMaxPriceAge)
	setDefault(&s.Constraints.Fleet.Models, 1)
	defaultCallers(&s.Callers)
	keepMeasured(s)
	for i := range s.Homes {
		defaultHome(&s.Homes[i])
	}
	if s.Routing != nil {
		defaultRouting(s.Routing)
	}
	for i := range s.Claims {
		defaultClaim(&s.Claims[i])
	}
}

func DefaultTraffic(t *v1alpha1.Traffic) {
	setPointer(&t.Scale, 1)
	setDefault(&t.Repeat, 1)
	setPointer(&t.Seed, DefaultSeed)
	if t.Trace != nil {
		defaultTrace(t.Trace)
	}
	if t.Generator != nil {
		defaultGenerator(t.Generator)
	}
	for i := range t.Merge {
		DefaultTraffic(&t.Merge[i])
	}
}

func defaultTrace(t *v1alpha1.Trace) {
	setDefault(&t.Format, "auto")
	setPointer(&t.MaxBadRows, defaultMaxBadRows)
	if c := t.Columns; c != nil {
		setDefault(&c.TimeUnit, "auto")
		if c.Work != "" {
			setDefault(&c.WorkUnit, "s")
		}
	}
}

func defaultGenerator(g *v1alpha1.Generator) {
	g.Arrivals = arrivalsOf(g)
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

func defaultHome(h *v1alpha1.Home) {
	if !strings.HasSuffix(h.Offer, "*") {
		setDefault(&h.PriceClass, "on-demand")
	}
	if h.Cluster != nil {
		DefaultCluster(h.Cluster)
	}
	if h.Function != nil {
		DefaultFunction(h.Function)
	}
	if h.Container != nil {
		DefaultContainer(h.Container)
	}
}

func defaultClaim(c *v1alpha1.Claim) {
	if c.Ratio == nil {
		return
	}
	setDefault(&c.Ratio.PerNode, 1)
	if c.Ratio.Fixed != "" {
		setDefault(&c.Ratio.Nodes, 1)
	}
}
