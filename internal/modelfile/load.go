package modelfile

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// Load reads a model file: it checks every field against the types of package
// v1alpha1, then the rules between fields, and fills in the defaults. The name is
// used in messages only.
//
// A calibration that the file names is not read; LoadCalibrated does.
//
// The error is of type strictyaml.Problems and holds everything that is wrong, up to 20.
func Load(name string, data []byte) (*v1alpha1.Model, error) {
	return LoadCalibrated(name, data, uncalibrated)
}

// uncalibrated finds no calibration.
func uncalibrated(string) (*v1alpha1.Calibration, error) { return nil, nil }

// Validate applies the rules between fields to a model that was not read from a
// file. The error is of type strictyaml.Problems.
func Validate(name string, m *v1alpha1.Model) error {
	r := strictyaml.NewReport(name)
	validateModel(m, r)
	return r.Err()
}

// Document returns what messages say about a file with a kind: noun is what it
// holds, and hint says where the bulk of one that is too large belongs.
func Document(noun, hint string) strictyaml.Document {
	return strictyaml.Document{Noun: noun, Fields: "apiVersion, kind, metadata and spec", Hint: hint, MaxSize: 1 << 20, Kinds: takenBy}
}

var modelDocument = Document("model", "requests belong in a trace file of their own (spec.traffic.trace.path)")

// takenBy says where files of a kind belong.
var takenBy = map[string]string{
	v1alpha1.KindModel:       "fulcrum plan and simulate take",
	v1alpha1.KindSuite:       "fulcrum bench takes",
	v1alpha1.KindCalibration: "fulcrum calibrate writes, for --calibration of plan and simulate",
}
