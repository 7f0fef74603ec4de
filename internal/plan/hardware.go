package plan

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// canonicalGPUs replaces the names of GPUs in a model by the catalogue's (l4 by
// L4), in a copy. A name that the catalogue does not have is an error.
func canonicalGPUs(m *v1alpha1.Model, cat *catalog.Catalog) (*v1alpha1.Model, error) {
	out := *m
	out.Spec.Constraints.GPUs = append([]string(nil), m.Spec.Constraints.GPUs...)
	out.Spec.Service.Profiles = append([]v1alpha1.Profile(nil), m.Spec.Service.Profiles...)
	for i := range out.Spec.Constraints.GPUs {
		if err := canonicalGPU(&out.Spec.Constraints.GPUs[i], fmt.Sprintf("spec.constraints.gpus[%d]", i), cat); err != nil {
			return nil, err
		}
	}
	for i := range out.Spec.Service.Profiles {
		if err := canonicalGPU(&out.Spec.Service.Profiles[i].GPU, fmt.Sprintf("spec.service.profiles[%d].gpu", i), cat); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func canonicalGPU(name *string, field string, cat *catalog.Catalog) error {
	if *name == "" {
		return nil
	}
	gpu, err := cat.FindGPU(*name)
	if err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	*name = gpu.Kind
	return nil
}
