package calibrate

import (
	"context"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// All fits those targets of a run whose hardware is given, by name, as one calibration.
//
// Errors: those of Fit.
func All(ctx context.Context, log *record.Log, on map[string]Hardware, name string, o Options) (*v1alpha1.Calibration, error) {
	h := log.Header
	c := &v1alpha1.Calibration{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindCalibration, Metadata: v1alpha1.Metadata{Name: name},
		Spec: v1alpha1.CalibrationSpec{Run: v1alpha1.CalibrationRun{
			Suite: h.Suite, SuiteHash: h.SuiteHash, Date: h.Start.UTC().Format(time.DateOnly), Tool: h.Tool,
		}},
	}
	for i, target := range h.Targets {
		hardware, ok := on[target.Name]
		if !ok {
			continue
		}
		o.Hardware = hardware
		t, err := Fit(ctx, log, i, o)
		if err != nil {
			return nil, err
		}
		c.Spec.Targets = append(c.Spec.Targets, *t)
	}
	return c, nil
}

// Backtest compares the predictions of a calibrated profile with another run of a target.
type Backtest struct {
	// Target is the name in the calibration, Against that in the run.
	Target  string `json:"target"`
	Against string `json:"against"`
	// Load describes the load of the run, and Requests is how many of its requests were predicted.
	Load     string `json:"load"`
	Requests int    `json:"requests"`
	// Predictions are the percentiles, Worst the maximum error of p50 and p95.
	Predictions []v1alpha1.Prediction `json:"predictions"`
	Worst       float64               `json:"worst"`
}

// Against predicts a target of another run, and compares.
//
// Errors: a run that is invalid or too short, as for Fit.
func Against(ctx context.Context, t *v1alpha1.CalibratedTarget, log *record.Log, target int, seed uint64) (*Backtest, error) {
	if err := refuse(log, target); err != nil {
		return nil, err
	}
	list, err := Predict(ctx, t, log, target, seed)
	if err != nil {
		return nil, err
	}
	requests, _ := schedule(log, target)
	b := &Backtest{
		Target: t.Name, Against: log.Header.Targets[target].Name, Load: log.Header.Load, Requests: len(requests), Predictions: list,
	}
	for _, p := range list {
		if p.Percentile <= 95 {
			b.Worst = max(b.Worst, p.Error(), -p.Error())
		}
	}
	return b, nil
}
