package suitefile

import (
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// TestOtherKind: a file of another kind is told as that, without a word about its fields; one that is misspelt is checked on.
func TestOtherKind(t *testing.T) {
	loads := map[string]func(data string) error{
		v1alpha1.KindModel:       func(data string) error { _, err := modelfile.Load("f.yaml", []byte(data)); return err },
		v1alpha1.KindSuite:       func(data string) error { _, err := Load("f.yaml", []byte(data)); return err },
		v1alpha1.KindCalibration: func(data string) error { _, err := modelfile.LoadCalibration("f.yaml", []byte(data)); return err },
	}
	for want, load := range loads {
		for _, test := range []struct{ kind, message string }{
			{v1alpha1.KindModel, "f.yaml:2:7: kind: expected " + want + `, got "Model": a Model is what fulcrum plan and simulate take`},
			{v1alpha1.KindSuite, "f.yaml:2:7: kind: expected " + want + `, got "Suite": a Suite is what fulcrum bench takes`},
			{v1alpha1.KindCalibration, "f.yaml:2:7: kind: expected " + want + `, got "Calibration": a Calibration is what fulcrum calibrate writes, for --calibration of plan and simulate`},
			{"Deployment", "f.yaml:2:7: kind: expected " + want + `, got "Deployment"`},
		} {
			err := load("apiVersion: fulcrum.dev/v1alpha1\nkind: " + test.kind + "\nmetadata: {name: a}\nspec: {unknown: 1}\n")
			if test.kind != want && (err == nil || err.Error() != test.message) {
				t.Errorf("a %s file of kind %s: %v\nwant %s", want, test.kind, err, test.message)
			}
		}
		err := load("kind: " + strings.ToLower(want) + "\nspec: {unknown: 1}\n")
		if err == nil || !strings.Contains(err.Error(), "did you mean") || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("a misspelt %s: %v", want, err)
		}
	}
}
