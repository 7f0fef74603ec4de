package catalog

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
)

// maxProblems bounds how many problems of the records are reported.
const maxProblems = 10

// builder turns the records into offers, and collects their problems.
type builder struct {
	catalog  *Catalog
	problems []error
}

func (r *reader) build() (*Catalog, error) {
	b := builder{catalog: &Catalog{gpus: map[string]GPU{}, clusters: map[string]ClusterCost{}, egress: map[string]Rate{}}}
	for _, kind := range slices.Sorted(maps.Keys(r.gpus)) {
		b.gpu(kind, r.gpus[kind])
	}
	names := slices.Sorted(maps.Keys(r.providers))
	for _, name := range names {
		b.provider(r.providers[name])
	}
	b.sortOffers()
	for _, name := range names {
		b.clusters(r.providers[name])
	}
	b.clusterReferences(r)
	if err := b.err(); err != nil {
		return nil, err
	}
	return b.catalog, nil
}

// err joins the problems, each once: a service's mistake shows in all of its offers.
func (b *builder) err() error {
	seen := map[string]bool{}
	distinct := slices.DeleteFunc(b.problems, func(err error) bool {
		text := err.Error()
		defer func() { seen[text] = true }()
		return seen[text]
	})
	if len(distinct) > maxProblems {
		distinct = append(distinct[:maxProblems], errors.New("and further problems"))
	}
	return errors.Join(distinct...)
}

func (b *builder) fail(at position, field, format string, args ...any) {
	b.problems = append(b.problems, at.problem(field, format, args...))
}

// provider builds everything of a provider except its clusters, which refer to offers.
func (b *builder) provider(p *provider) {
	for _, key := range sorted(p.Rates) {
		rec := p.Rates[key]
		rate := b.rate(p, rec, rateDefaults{meter: Meter(key), item: key})
		if rate.Meter == Egress {
			b.catalog.egress[p.Provider] = rate
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		b.service(p, name, p.Services[name])
	}
	for _, what := range slices.Sorted(maps.Keys(p.NotSold)) {
		b.refusal(p, what, p.NotSold[what])
	}
	for _, matter := range slices.Sorted(maps.Keys(p.Holes)) {
		b.catalog.holes = append(b.catalog.holes, Hole{Provider: p.Provider, Matter: matter, State: p.Holes[matter]})
	}
}

func (b *builder) service(p *provider, name string, s *serviceRecord) {
	if !slices.Contains([]Kind{KindNode, KindFunction, KindContainer}, s.Kind) {
		b.fail(s.position, "kind", "expected one of node, function, container, got %q%s", s.Kind, suggest(string(s.Kind), []string{"node", "function", "container"}))
		return
	}
	checkName(b, s.position, "services", name)
	for _, sku := range slices.Sorted(maps.Keys(s.Offers)) {
		checkName(b, s.Offers[sku].position, "offers", sku)
		b.offer(p, name, s, sku, s.Offers[sku])
	}
}

// checkName refuses names that would make an id ambiguous.
func checkName(b *builder, at position, field, name string) {
	if name == "" || strings.ContainsAny(name, "/@: \t\n") {
		b.fail(at, field, "expected a name without spaces, slashes, @ and colons, got %q", name)
	}
}

func (b *builder) refusal(p *provider, id string, n *notSoldRecord) {
	service, what, ok := strings.Cut(id, "/")
	if !ok {
		b.fail(n.position, "notSold", "expected service/what, such as lambda/gpu, got %q", id)
	}
	if n.Reason == "" {
		b.fail(n.position, "reason", "expected why it is not sold")
	}
	r := Refusal{ID: p.Provider + "/" + id, Provider: p.Provider, Service: service, What: what, Reason: n.Reason}
	r.Provenance = b.provenance(p, n.position, citation{n.Source, n.AsOf, n.Confidence})
	b.catalog.refusals = append(b.catalog.refusals, r)
}

func (b *builder) gpu(kind string, g *gpuRecord) {
	switch {
	case g.Memory <= 0:
		b.fail(g.position, kind+".memory", "expected the memory of one GPU, such as 24GiB")
	case g.Bandwidth <= 0 || g.TFLOPS <= 0:
		b.fail(g.position, kind, "expected bandwidth in GB/s and tflops above 0")
	case g.Source == "":
		b.fail(g.position, kind+".source", "expected where the figures are from")
	}
	for _, v := range []struct{ field, version string }{{"capability", g.Capability}, {"cuda", g.CUDA}, {"tensorrt", g.TensorRT}} {
		if !isVersion(v.version) {
			b.fail(g.position, kind+"."+v.field, "expected a version such as 11.8, got %q", v.version)
		}
	}
	b.catalog.gpus[foldGPU(kind)] = GPU{
		Kind: kind, Memory: g.Memory, Bandwidth: g.Bandwidth, TFLOPS: g.TFLOPS, Capability: g.Capability,
		CUDA: g.CUDA, TensorRT: g.TensorRT, Note: g.Note, Source: g.Source,
	}
}

// isVersion accepts groups of digits separated by dots.
func isVersion(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}

// classes are in the order in which offers are listed.
var classes = []PriceClass{OnDemand, Spot, Commit1Y, Commit3Y}

// sortOffers sorts by id and class; the regions of a class are in the files' order already.
func (b *builder) sortOffers() {
	slices.SortStableFunc(b.catalog.offers, func(x, y Offer) int {
		return cmp.Or(strings.Compare(x.ID, y.ID), slices.Index(classes, x.PriceClass)-slices.Index(classes, y.PriceClass))
	})
	slices.SortFunc(b.catalog.refusals, func(x, y Refusal) int { return strings.Compare(x.ID, y.ID) })
}
