// Package calibrate fits a service profile to what a load test measured, and holds what the simulator predicts against
// what was measured.
//
// In go a record.Log and the hardware that a target runs on; out comes a v1alpha1.CalibratedTarget, whose profile a plan
// takes, with how well it fits and what it was measured with. Start with Fit. Predict is the way back: a profile and the
// schedule of a log give the times that the simulator expects.
//
// What is fitted is the server as its callers see it. fixed.go has servers whose requests do not share work, batched.go
// those that stream tokens from a continuous batch, start.go cold starts and keep-alive windows.
package calibrate
