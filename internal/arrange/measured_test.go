package arrange

import (
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// TestMeasuredStartAndKeepAlive: what a profile says of starting and staying warm goes before the defaults, and is no assumption.
func TestMeasuredStartAndKeepAlive(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	offer, err := cat.Lookup("aws/lambda/x86", catalog.OnDemand, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	spec := &v1alpha1.ModelSpec{Service: v1alpha1.Service{
		Memory: 2 * unit.GiB,
		Profiles: []v1alpha1.Profile{{
			CPU: "x86", Fixed: &v1alpha1.FixedProfile{Duration: duration(1)},
			StartUp: duration(7), IdleExpiry: unit.Duration(420 * time.Second),
		}},
		StartUp: v1alpha1.StartUp{WeightsRate: 300e6},
	}}
	spec.Artifacts.Weights = 3e9 // 10 s to read, which the start-up of 7 s holds already
	a, err := Build(spec, offer, v1alpha1.Home{}, cat)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Home.Function.Init.Mean(); got != 7 {
		t.Errorf("a start-up takes %g s, measured were 7", got)
	}
	if got := a.Home.Function.IdleExpiry; got != 420*time.Second {
		t.Errorf("idle environments live %v, measured were 420s", got)
	}
	for _, text := range a.Assumptions {
		if strings.Contains(text, "idle environments") || strings.Contains(text, "initialisation") {
			t.Errorf("assumed although measured: %s", text)
		}
	}
}
