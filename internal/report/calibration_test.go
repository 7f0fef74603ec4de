package report_test

import (
	"io"
	"testing"

	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/report"
)

// calibrated has a server whose limit was seen, one that hides its tokens, and one whose requests do not share work.
const calibrated = `
apiVersion: fulcrum.dev/v1alpha1
kind: Calibration
metadata: {name: chat}
spec:
  run: {suite: chat, date: "2026-11-25"}
  targets:
    - name: k8s
      profile:
        gpu: L4
        batched: {alpha: 20ms, beta: 1.25ms, gamma: 100us, maxBatch: 32}
        source: measured
        reference: measured on L4, 2026-11-25, 900 requests
        range: {requests: 900, rate: 12.5, inFlight: 41, saturated: true, input: {least: 10, greatest: 300}, output: {least: 5, greatest: 70}}
      overhead: 3ms
      tail: 2ms
      fit:
        method: robust least squares over 880 streams
        rSquared: 0.997
        medianError: 0.01
        p95Error: 0.06
        replay: [{metric: latency, percentile: 95, predicted: 1.9s, measured: 2s}]
      notes: [streams ended late]
    - name: hidden
      profile:
        gpu: T4
        batched: {alpha: 20ms, beta: 1.25ms, gamma: 100us, maxBatch: 6}
        source: measured
        reference: measured on T4, 2026-11-25, 900 requests
        range: {requests: 900, rate: 3, inFlight: 7}
      overhead: 3ms
      fit:
        method: robust least squares over 880 requests
        rSquared: 0.9
        medianError: 0.1
        p95Error: 0.3
        replay: [{metric: latency, percentile: 50, predicted: 150ms, measured: 120ms}]
    - name: fn
      profile:
        cpu: x86
        fixed: {duration: {mean: 80ms, cv: 0.5, shape: gamma}, perInputToken: 1ms, concurrency: 2}
        startUp: 4s
        source: measured
        reference: measured on x86, 2026-11-25, 900 requests
        range: {requests: 900, rate: 3, inFlight: 7, saturated: true}
      fit: {method: two places, ks: 0.012, replay: [{metric: latency, percentile: 50, predicted: 80ms, measured: 80ms}]}
      coldStart:
        {count: 9, confirmed: 8, total: 5s, phases: [{from: trigger, to: first-byte, median: 5s, count: 9}], warm: 5m, cold: 10m}
`

func TestCalibration(t *testing.T) {
	c, err := modelfile.LoadCalibration("profile.yaml", []byte(calibrated))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "calibration.txt", text(t, func(w io.Writer, s report.Style) error { return report.Calibration(w, c, s) }, report.Style{}))
}
