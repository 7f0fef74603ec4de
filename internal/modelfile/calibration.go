package modelfile

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// LoadCalibration reads a calibration file as Load reads a model file.
func LoadCalibration(name string, data []byte) (*v1alpha1.Calibration, error) {
	return strictyaml.Read(name, data, Document("calibration", "expected what fulcrum calibrate writes"), validateCalibration)
}

func validateCalibration(c *v1alpha1.Calibration, r *strictyaml.Report) {
	ValidateName(c.Metadata.Name, r)
	seen := map[v1alpha1.Profile]int{}
	for i := range c.Spec.Targets {
		t, path := &c.Spec.Targets[i], strictyaml.ItemPath("spec.targets", i)
		at := strictyaml.FieldPath(path, "profile")
		validateProfile(&t.Profile, r, at)
		if first, twice := seen[hardware(&t.Profile)]; twice {
			r.Reject(at, fmt.Sprintf("is for the same hardware as that of %s: keep one of them", strictyaml.ItemPath("spec.targets", first)), at)
			continue
		}
		seen[hardware(&t.Profile)] = i
	}
}
