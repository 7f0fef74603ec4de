package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// gate checks one hard constraint; it returns "" when the offer passes, else the reason and its source.
type gate struct {
	name  string
	check func(*v1alpha1.ModelSpec, catalog.Offer, *catalog.Catalog) (reason, source string)
}

// gates are in the order that makes the first reason the most telling one.
var gates = []gate{
	{"not-sold", gateNotSold},
	{"unplannable", gateUnplannable},
	{"provider", gateProvider},
	{"region", gateRegion},
	{"price-class", gatePriceClass},
	{"confidence", gateConfidence},
	{"gpu", gateGPU},
	{"gpu-memory", gateGPUMemory},
	{"cuda", gateCUDA},
	{"tensorrt", gateTensorRT},
	{"memory", gateMemory},
	{"image", gateImage},
	{"timeout", gateTimeout},
	{"payload", gatePayload},
}

// refuse returns the first hard constraint that an offer breaks, or nil.
func refuse(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) *Refusal {
	for _, g := range gates {
		if reason, source := g.check(spec, o, cat); reason != "" {
			return &Refusal{Offer: o.ID, PriceClass: o.PriceClass, Region: o.Region, Gate: g.name, Reason: reason, Source: source}
		}
	}
	return nil
}

// needsGPU reports whether the model has no way to run on a CPU.
func needsGPU(spec *v1alpha1.ModelSpec) bool {
	return !slices.ContainsFunc(spec.Service.Profiles, func(p v1alpha1.Profile) bool { return p.CPU != "" })
}

func gateNotSold(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) (string, string) {
	if o.Hardware.GPU != "" || !needsGPU(spec) {
		return "", ""
	}
	if r, ok := cat.Refusal(o.ID, "gpu"); ok {
		return "the model needs a GPU: " + r.Reason, r.Source
	}
	return "", ""
}

func gateUnplannable(_ *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	return o.Unplannable, ""
}

func gateProvider(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if allowed := spec.Constraints.Providers; len(allowed) > 0 && !slices.Contains(allowed, o.Provider) {
		return fmt.Sprintf("provider %s is not among %s", o.Provider, strings.Join(allowed, ", ")), ""
	}
	return "", ""
}

func gateRegion(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	allowed := spec.Constraints.Regions
	if len(allowed) == 0 || slices.ContainsFunc(allowed, func(r string) bool { return strings.HasPrefix(o.Region, r) }) {
		return "", ""
	}
	return fmt.Sprintf("region %s is not among %s", o.Region, strings.Join(allowed, ", ")), ""
}

func gatePriceClass(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	switch {
	case o.PriceClass == catalog.OnDemand:
	case o.PriceClass == catalog.Spot:
		if !spec.Constraints.Spot {
			return "spot capacity can be taken away; spec.constraints.spot allows it", ""
		}
	case !slices.Contains(spec.Constraints.Commitments, string(o.PriceClass)):
		return fmt.Sprintf("binds for %s; spec.constraints.commitments allows it", o.PriceClass), ""
	}
	return "", ""
}

func gateConfidence(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if !spec.Constraints.LowConfidence && o.Confidence() == catalog.Low {
		return "its price is undated, derived or conflicting; spec.constraints.lowConfidence allows it", o.Rates[0].Source
	}
	return "", ""
}

func gateGPU(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) (string, string) {
	if allowed := spec.Constraints.GPUs; len(allowed) > 0 && !slices.Contains(allowed, o.Hardware.GPU) {
		if o.Hardware.GPU == "" {
			return "it has no GPU; the model may run on " + strings.Join(allowed, ", "), ""
		}
		return fmt.Sprintf("%s is not among %s", o.Hardware.GPU, strings.Join(allowed, ", ")), ""
	}
	if o.Hardware.GPU != "" && o.Hardware.GPUs < 1 {
		return fmt.Sprintf("it has %g of a GPU, and service times are known for whole ones only", o.Hardware.GPUs), ""
	}
	if _, err := arrange.FitService(spec, o.Hardware, cat, 0); err != nil {
		return err.Error(), ""
	}
	return "", ""
}

func gateGPUMemory(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) (string, string) {
	gpu, ok := cat.GPU(o.Hardware.GPU)
	if !ok {
		return "", ""
	}
	if least := spec.Constraints.MinGPUMemory; gpu.Memory < least {
		return fmt.Sprintf("one %s has %s of memory, less than the %s asked for", gpu.Kind, gpu.Memory, least), gpu.Source
	}
	fit, err := arrange.FitService(spec, o.Hardware, cat, 0)
	if err != nil {
		return err.Error(), ""
	}
	have := gpu.Memory * unit.Memory(max(1, fit.GPUs))
	if need := arrange.GPUMemoryNeed(spec); have < need {
		return fmt.Sprintf("the model needs %.1f GiB of GPU memory, %d x %s has %.0f", need.GiB(), max(1, fit.GPUs), gpu.Kind, have.GiB()), gpu.Source
	}
	return "", ""
}

func gateCUDA(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) (string, string) {
	want := spec.Constraints.CUDA
	gpu, ok := cat.GPU(o.Hardware.GPU)
	if want == "" || !ok {
		return "", ""
	}
	if olderVersion(want, gpu.CUDA) {
		return fmt.Sprintf("%s needs CUDA %s or newer, the image is built with %s", gpu.Kind, gpu.CUDA, want), gpu.Source
	}
	if have := o.Limits.CUDA; have != "" && olderVersion(have, want) {
		return fmt.Sprintf("its driver runs CUDA up to %s, the image is built with %s", have, want), o.Limits.Source
	}
	return "", ""
}

func gateTensorRT(spec *v1alpha1.ModelSpec, o catalog.Offer, cat *catalog.Catalog) (string, string) {
	gpu, ok := cat.GPU(o.Hardware.GPU)
	if want := spec.Constraints.TensorRT; ok && want != "" && olderVersion(want, gpu.TensorRT) {
		return fmt.Sprintf("%s needs TensorRT %s or newer, the engine is built with %s", gpu.Kind, gpu.TensorRT, want), gpu.Source
	}
	return "", ""
}

// olderVersion reports whether version a is older than b; "" is older than nothing.
func olderVersion(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	return slices.Compare(versionParts(a), versionParts(b)) < 0
}

func versionParts(v string) []int {
	parts := make([]int, 3) // 12 and 12.0.0 are the same
	for i, p := range strings.SplitN(v, ".", 3) {
		parts[i], _ = strconv.Atoi(p) // the model file and the catalogue have been validated
	}
	return parts
}

func gateMemory(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if limit := o.Limits.MaxMemory; limit > 0 && spec.Service.Memory > limit {
		return fmt.Sprintf("the model needs %s of memory, at most %s can be had", spec.Service.Memory, limit), o.Limits.Source
	}
	return "", ""
}

func gateImage(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if limit := o.Limits.MaxImage; limit > 0 && spec.Artifacts.Image > limit {
		return fmt.Sprintf("the image has %s, at most %s is allowed", spec.Artifacts.Image, limit), o.Limits.Source
	}
	return "", ""
}

func gateTimeout(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if limit := o.Limits.Timeout; limit > 0 && spec.Constraints.Timeout > limit {
		return fmt.Sprintf("a request may take %s, the platform stops it after %s", spec.Constraints.Timeout, limit), o.Limits.Source
	}
	return "", ""
}

func gatePayload(spec *v1alpha1.ModelSpec, o catalog.Offer, _ *catalog.Catalog) (string, string) {
	if limit := o.Limits.MaxPayload; limit > 0 && spec.Payload.MaxRequest > limit {
		return fmt.Sprintf("a request body may have %s, at most %s is allowed", spec.Payload.MaxRequest, limit), o.Limits.Source
	}
	return "", ""
}
