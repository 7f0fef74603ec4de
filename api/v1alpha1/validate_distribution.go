package v1alpha1

import (
	"errors"
	"fmt"
)

var errNoMean = errors.New("expected mean (with cv and shape), or p50 with p99: a distribution needs one of them")

func (d *DurationDistribution) validate(r *report, path string) {
	_, err := d.Dist()
	if *d == (DurationDistribution{Shape: d.Shape, CV: d.CV, Max: d.Max}) && (d.Shape != "" || d.CV > 0 || d.Max > 0) {
		err = errNoMean
	}
	rejectDistribution(r, path, d.Shape, d.CV, err)
}

func (d *CountDistribution) validate(r *report, path string) {
	_, err := d.Dist()
	if *d == (CountDistribution{Shape: d.Shape, CV: d.CV, Max: d.Max}) && (d.Shape != "" || d.CV > 0 || d.Max > 0) {
		err = errNoMean
	}
	rejectDistribution(r, path, d.Shape, d.CV, err)
}

func rejectDistribution(r *report, path, shape string, cv float64, err error) {
	if err != nil {
		r.reject(path, err.Error(), path)
		return
	}
	if shape == "exponential" && cv != 0 && cv != 1 {
		r.reject(fieldPath(path, "cv"), fmt.Sprintf("contradicts shape exponential, whose cv is 1, got %g: leave it out, or choose gamma or lognormal", cv), path)
	}
}
