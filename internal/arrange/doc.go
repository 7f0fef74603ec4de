// Package arrange turns an offer of the catalogue and the settings of a model
// file into a home, and what that home metered into the usage that is billed.
//
// In go a model's specification, an offer and settings with gaps; out comes an
// Arrangement: the settings without gaps, the Home that behaves so, and what had to
// be assumed; or an error that says why the offer cannot serve the model. Start
// with Build.
package arrange
