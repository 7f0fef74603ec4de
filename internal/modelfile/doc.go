// Package modelfile reads model files and calibration files: strictly, then by
// the rules between fields, then with every default filled in.
//
// In go bytes through Load, or LoadCalibrated where measured profiles take the
// place of those that the file gives; out comes a v1alpha1.Model, or
// strictyaml.Problems that each name file, line and field. Validate and Default
// are the same steps for a model that no file describes; DefaultCluster and its
// like are for the homes that a plan makes up. validate*.go holds the rules and
// default*.go the defaults, a file per noun.
package modelfile
