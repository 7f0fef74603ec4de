package modelfile

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"fulcrum.dev/fulcrum/internal/strictyaml/schematest"
)

const calibration = `apiVersion: fulcrum.dev/v1alpha1
kind: Calibration
metadata: {name: chat}
spec:
  run: {suite: chat, date: "2026-11-25"}
  targets:
    - name: k8s
      profile:
        gpu: L4
        batched: {alpha: 20ms, beta: 1ms, gamma: 100us, maxBatch: 32}
        source: measured
        reference: measured on L4, 2026-11-25, 900 requests
      fit: {method: robust least squares}
    - name: fn
      profile: {cpu: x86, fixed: {duration: 80ms}, source: measured, idleExpiry: 420s}
      fit: {method: constant}
`

const calibrated = `apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: chat}
spec:
  traffic: {generator: {rate: 1/s, span: 1d, sizes: {input: 100, output: 10}}}
  service:
    calibration: profile.yaml
    profiles: [{gpu: L4, batched: {alpha: 1ms, beta: 1ms, gamma: 1us}}]
  homes: [{offer: aws/lambda/x86, function: {}}]
`

func TestCalibratedProfilesReplaceOthers(t *testing.T) {
	c, err := LoadCalibration("profile.yaml", []byte(calibration))
	if err != nil {
		t.Fatal(err)
	}
	m, err := LoadCalibrated("model.yaml", []byte(calibrated), func(path string) (*v1alpha1.Calibration, error) {
		if path != "profile.yaml" {
			t.Errorf("asked for %q", path)
		}
		return c, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p := m.Spec.Service.Profiles
	if len(p) != 2 || p[0].Batched.Alpha.Std() != 20*time.Millisecond || p[0].Source != "measured" || p[0].GPUs != 1 || p[1].CPU != "x86" {
		t.Errorf("got %+v", p)
	}
	if idle := m.Spec.Homes[0].Function.IdleExpiry; *idle != unit.Duration(420*time.Second) {
		t.Errorf("idle environments live %v, measured were 420s", *idle)
	}
	if m, err = Load("model.yaml", []byte(calibrated)); err != nil || m.Spec.Service.Profiles[0].Batched.Alpha.Std() != time.Millisecond {
		t.Errorf("without the calibration: %v", err)
	}
}

// TestCalibrationAlone: a model file needs no times of its own.
func TestCalibrationAlone(t *testing.T) {
	c, err := LoadCalibration("profile.yaml", []byte(calibration))
	if err != nil {
		t.Fatal(err)
	}
	alone := strings.Replace(calibrated, "    profiles: [{gpu: L4, batched: {alpha: 1ms, beta: 1ms, gamma: 1us}}]\n", "", 1)
	if _, err := LoadCalibrated("model.yaml", []byte(alone), func(string) (*v1alpha1.Calibration, error) { return c, nil }); err != nil {
		t.Error(err)
	}
	if _, err := Load("model.yaml", []byte(alone)); err == nil {
		t.Error("a model without times was accepted")
	}
	failure := errors.New("no such file")
	if _, err := LoadCalibrated("model.yaml", []byte(alone), func(string) (*v1alpha1.Calibration, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestCalibrationFollowsItsSchema(t *testing.T) {
	compiled := schematest.Compile(t, v1alpha1.CalibrationSchema())
	if err := compiled.Validate([]byte(calibration)); err != nil {
		t.Error(err)
	}
	for old, text := range map[string]string{
		"name: fn":               "nme: fn",
		"date: \"2026-11-25\"":   "tool: x",
		"alpha: 20ms":            "alpha: fast",
		"cpu: x86":               "gpu: L4, gpus: 1",
		"kind: Calibration":      "kind: Model",
		"metadata: {name: chat}": "metadata: {name: Chat}",
	} {
		changed := strings.Replace(calibration, old, text, 1)
		var problems strictyaml.Problems
		if _, err := LoadCalibration("profile.yaml", []byte(changed)); !errors.As(err, &problems) || problems[0].Line == 0 {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
