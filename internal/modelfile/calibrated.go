package modelfile

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"go.yaml.in/yaml/v3"
)

// LoadCalibrated is Load, with the calibration of the service. find is called with the path that the file gives, or with ""
// where it gives none, and may return no calibration; its errors are handed on.
func LoadCalibrated(name string, data []byte, find func(path string) (*v1alpha1.Calibration, error)) (*v1alpha1.Model, error) {
	root, err := modelDocument.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return loadTree(name, root, find)
}

// loadTree is LoadCalibrated for the root of a document.
func loadTree(name string, root *yaml.Node, find func(path string) (*v1alpha1.Calibration, error)) (*v1alpha1.Model, error) {
	var failed error
	check := func(m *v1alpha1.Model, r *strictyaml.Report) {
		c, err := find(m.Spec.Service.Calibration)
		if err != nil {
			failed = err
			return
		}
		if c != nil {
			calibrate(&m.Spec.Service, c)
		}
		validateModel(m, r)
	}
	m, err := strictyaml.Decode(name, root, modelDocument, check)
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	}
	Default(m)
	return m, nil
}

// calibrate puts measured profiles in the place of those for the same hardware.
func calibrate(s *v1alpha1.Service, c *v1alpha1.Calibration) {
	for _, t := range c.Spec.Targets {
		replaceProfile(s, t.Profile)
	}
}

func replaceProfile(s *v1alpha1.Service, p v1alpha1.Profile) {
	for i := range s.Profiles {
		if hardware(&s.Profiles[i]) == hardware(&p) {
			s.Profiles[i] = p
			return
		}
	}
	s.Profiles = append(s.Profiles, p)
}

// keepMeasured gives functions that do not say how long an idle environment stays what was measured.
func keepMeasured(s *v1alpha1.ModelSpec) {
	for _, p := range s.Service.Profiles {
		for i := range s.Homes {
			if f := s.Homes[i].Function; f != nil && p.IdleExpiry > 0 {
				setPointer(&f.IdleExpiry, p.IdleExpiry)
			}
		}
	}
}
