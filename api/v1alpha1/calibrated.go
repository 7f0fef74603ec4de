package v1alpha1

// LoadCalibrated is Load, with the calibration of the service. find is called with the path that the file gives, or with ""
// where it gives none, and may return no calibration; its errors are handed on.
func LoadCalibrated(name string, data []byte, find func(path string) (*Calibration, error)) (*Model, error) {
	var failed error
	check := func(m *Model, r *report) {
		c, err := find(m.Spec.Service.Calibration)
		if err != nil {
			failed = err
			return
		}
		if c != nil {
			m.Spec.Service.calibrate(c)
		}
		m.validate(r)
	}
	m, err := loadFile(name, data, modelDocument, check)
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	}
	m.applyDefaults()
	return m, nil
}

// calibrate puts measured profiles in the place of those for the same hardware.
func (s *Service) calibrate(c *Calibration) {
	for _, t := range c.Spec.Targets {
		s.replace(t.Profile)
	}
}

func (s *Service) replace(p Profile) {
	for i := range s.Profiles {
		if s.Profiles[i].hardware() == p.hardware() {
			s.Profiles[i] = p
			return
		}
	}
	s.Profiles = append(s.Profiles, p)
}

// keepMeasured gives functions that do not say how long an idle environment stays what was measured.
func (s *ModelSpec) keepMeasured() {
	for _, p := range s.Service.Profiles {
		for i := range s.Homes {
			if f := s.Homes[i].Function; f != nil && p.IdleExpiry > 0 {
				setPointer(&f.IdleExpiry, p.IdleExpiry)
			}
		}
	}
}
