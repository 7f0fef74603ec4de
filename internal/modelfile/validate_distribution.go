package modelfile

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

var errNoMean = errors.New("expected mean (with cv and shape), or p50 with p99: a distribution needs one of them")

func validateDuration(d *v1alpha1.DurationDistribution, r *strictyaml.Report, path string) {
	_, err := distribution.Duration(*d)
	if *d == (v1alpha1.DurationDistribution{Shape: d.Shape, CV: d.CV, Max: d.Max}) && (d.Shape != "" || d.CV > 0 || d.Max > 0) {
		err = errNoMean
	}
	rejectDistribution(r, path, d.Shape, d.CV, err)
}

func validateCount(d *v1alpha1.CountDistribution, r *strictyaml.Report, path string) {
	_, err := distribution.Count(*d)
	if *d == (v1alpha1.CountDistribution{Shape: d.Shape, CV: d.CV, Max: d.Max}) && (d.Shape != "" || d.CV > 0 || d.Max > 0) {
		err = errNoMean
	}
	rejectDistribution(r, path, d.Shape, d.CV, err)
}

func rejectDistribution(r *strictyaml.Report, path, shape string, cv float64, err error) {
	if err != nil {
		r.Reject(path, err.Error(), path)
		return
	}
	if shape == "exponential" && cv != 0 && cv != 1 {
		r.Reject(strictyaml.FieldPath(path, "cv"), fmt.Sprintf("contradicts shape exponential, whose cv is 1, got %g: leave it out, or choose gamma or lognormal", cv), path)
	}
}
