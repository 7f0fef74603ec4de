package arrange

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// shareGPU bounds a fit by its part of a GPU that several replicas share, by MIG
// or by time slicing. The error says why the replica does not fit there.
func (f *Fit) shareGPU(spec *v1alpha1.ModelSpec, hw catalog.Hardware, cat *catalog.Catalog, replicas int) error {
	switch {
	case replicas == 1:
		return nil
	case f.GPUs == 0:
		return errors.New("no GPU to share: leave replicasPerGPU out")
	case f.GPUs > 1:
		return fmt.Errorf("a replica on %d GPUs cannot share one: leave replicasPerGPU out", f.GPUs)
	case !hasProfile(spec, hw):
		return errors.New("times on a shared GPU cannot be estimated: give a service profile that was measured so")
	}
	gpu, ok := cat.GPU(hw.GPU)
	if !ok {
		return nil
	}
	gpu.Memory /= unit.Memory(replicas)
	if need := GPUMemoryNeed(spec); need > gpu.Memory {
		return fmt.Errorf("a replica needs %s of GPU memory, one of %d on a %s has %s", need, replicas, hw.GPU, gpu.Memory)
	}
	if b := f.Service.Batch; b != nil && spec.Service.Parameters > 0 {
		own := *b
		if own.KVTokens = min(b.KVTokens, kvTokens(spec, gpu, 1)); own.KVTokens <= 0 {
			return fmt.Errorf("the weights leave no KV-cache on a share of 1/%d of a %s", replicas, hw.GPU)
		}
		f.Service.Batch = &own
	}
	return nil
}

func hasProfile(spec *v1alpha1.ModelSpec, hw catalog.Hardware) bool {
	for i := range spec.Service.Profiles {
		if matches(&spec.Service.Profiles[i], hw) {
			return true
		}
	}
	return false
}
