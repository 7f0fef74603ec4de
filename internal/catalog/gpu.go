package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"fulcrum.dev/fulcrum/api/unit"
)

// GPU is what one kind of GPU can do.
type GPU struct {
	// Kind is the name that offers and service profiles use, such as L4 or A100-80.
	Kind string `json:"kind"`
	// Memory is the memory of one GPU.
	Memory unit.Memory `json:"memory"`
	// Bandwidth is the memory bandwidth in GB/s (10^9 bytes).
	Bandwidth float64 `json:"bandwidth"`
	// TFLOPS is the dense fp16 (bf16 where the GPU has it) tensor throughput, without sparsity.
	TFLOPS float64 `json:"tflops"`
	// Capability is NVIDIA's compute capability, such as 8.9.
	Capability string `json:"capability"`
	// CUDA and TensorRT are the oldest versions that support the GPU.
	CUDA     string `json:"cuda"`
	TensorRT string `json:"tensorrt"`
	// Note says what is mixed or conservative about the figures.
	Note string `json:"note,omitempty"`
	// Source says where the figures are from.
	Source string `json:"source"`
}

// GPU returns the figures of a kind of GPU. Upper and lower case, spaces and
// dashes make no difference: h100-nvl is H100 NVL.
func (c *Catalog) GPU(kind string) (GPU, bool) {
	g, ok := c.gpus[foldGPU(kind)]
	return g, ok
}

// FindGPU is GPU for user input. The error names the nearest known kind.
func (c *Catalog) FindGPU(kind string) (GPU, error) {
	if g, ok := c.GPU(kind); ok {
		return g, nil
	}
	near, least := "", 1<<30
	for _, g := range c.GPUs() {
		if d := levenshtein.ComputeDistance(g.Kind, kind); d < least {
			near, least = g.Kind, d
		}
	}
	return GPU{}, fmt.Errorf("the catalogue knows no GPU %q; the nearest is %s (see fulcrum catalog list)", kind, near)
}

// GPUs lists the kinds of GPU in the order of their names.
func (c *Catalog) GPUs() []GPU {
	list := slices.Collect(maps.Values(c.gpus))
	slices.SortFunc(list, func(a, b GPU) int { return strings.Compare(a.Kind, b.Kind) })
	return list
}

func foldGPU(kind string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(kind))
}
