// Package calibrate fits a service profile to the measurements of a load test, and compares predictions of the simulator
// with measurements.
//
// A record.Log and the hardware of a target go in; a v1alpha1.CalibratedTarget comes out. It has a profile for plan,
// the quality of the fit, and the range of the measurements. Start with Fit. Predict is the reverse: from a profile and the
// schedule of a log, it simulates the times to expect.
//
// The fit describes the server as its callers see it. fixed.go is for servers whose requests do not share work, batched.go
// for those that stream tokens from a continuous batch, start.go for cold starts and keep-alive windows.
package calibrate
