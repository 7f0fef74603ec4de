// Package suitefile reads the files of performance tests, as package modelfile
// reads those of models.
//
// In go bytes through Load; out comes a v1alpha1.Suite with every default filled
// in, or strictyaml.Problems. Validate and Default are for a suite made of flags.
// ParseLambdaURL reads the URL of a target that is a Lambda function.
package suitefile
