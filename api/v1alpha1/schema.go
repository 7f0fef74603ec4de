package v1alpha1

import (
	_ "embed"
	"slices"
)

//go:embed schema/model.schema.json
var schema []byte

//go:embed schema/suite.schema.json
var suiteSchema []byte

//go:embed schema/calibration.schema.json
var calibrationSchema []byte

//go:embed schema/model.openapi.json
var modelOpenAPI []byte

// Schema returns the JSON Schema (2020-12) of a model file, for editors. It is
// generated from the types of this package and says what a single field may
// hold; the rules between fields are those of package modelfile.
func Schema() []byte { return slices.Clone(schema) }

// SuiteSchema returns the JSON Schema of a suite file, likewise.
func SuiteSchema() []byte { return slices.Clone(suiteSchema) }

// CalibrationSchema returns the JSON Schema of a calibration file, likewise.
func CalibrationSchema() []byte { return slices.Clone(calibrationSchema) }

// OpenAPI returns the OpenAPI v3 schema of a model as a custom resource. It is
// structural, as Kubernetes demands: see the package comment for the form of values.
func OpenAPI() []byte { return slices.Clone(modelOpenAPI) }
