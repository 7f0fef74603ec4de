package v1alpha1

import (
	"fulcrum.dev/fulcrum/api/unit"
)

// KindCalibration identifies a calibration file.
const KindCalibration = "Calibration"

// Calibration holds measured service profiles for a model file, and how well they fit. fulcrum
// calibrate writes it, and spec.service.calibration of a model file names it.
type Calibration struct {
	// APIVersion must be fulcrum.dev/v1alpha1.
	APIVersion string `json:"apiVersion" check:"oneof=fulcrum.dev/v1alpha1"`
	// Kind must be Calibration.
	Kind string `json:"kind" check:"oneof=Calibration"`
	// Metadata names the calibration.
	Metadata Metadata `json:"metadata"`
	// Spec holds what was found.
	Spec CalibrationSpec `json:"spec"`
}

// CalibrationSpec holds what was found.
type CalibrationSpec struct {
	// Run is what was measured.
	Run CalibrationRun `json:"run"`
	// Targets are the endpoints that were measured.
	Targets []CalibratedTarget `json:"targets"`
}

// CalibrationRun is the run of fulcrum bench behind the calibration.
type CalibrationRun struct {
	// Suite is the name of its suite.
	Suite string `json:"suite"`
	// SuiteHash is the SHA-256 of the suite that was run, in hexadecimal.
	SuiteHash string `json:"suiteHash,omitempty"`
	// Date is the day on which it was run, such as 2026-11-25.
	Date string `json:"date"`
	// Tool is the program that ran it, with its version.
	Tool string `json:"tool,omitempty"`
}

// CalibratedTarget is one target of the run.
type CalibratedTarget struct {
	// Name is the target's.
	Name string `json:"name"`
	// URL is the URL that was measured.
	URL string `json:"url,omitempty"`
	// Profile is the service profile that plan uses.
	Profile Profile `json:"profile"`
	// Overhead is the time of a request outside its batch: network, HTTP and tokenising. It is not part of the
	// profile, because requests do not wait for one another there.
	Overhead unit.Duration `json:"overhead,omitempty"`
	// Tail is the median time from a stream's last token to its end. It is not part of the profile either.
	Tail unit.Duration `json:"tail,omitempty"`
	// Fit is how well the profile agrees with the measurements.
	Fit ProfileFit `json:"fit"`
	// ColdStart is what was observed of cold starts.
	ColdStart *CalibratedStart `json:"coldStart,omitempty"`
	// Notes are doubts that a reader should know.
	Notes []string `json:"notes,omitempty"`
}

// ProfileFit is how well a profile agrees with the measurements.
type ProfileFit struct {
	// Method says in words how the profile was found.
	Method string `json:"method"`
	// RSquared is the share of the variance of the times that the profile explains; of batched profiles.
	RSquared float64 `json:"rSquared,omitempty"`
	// MedianError is the median relative error of the times that were fitted; of batched profiles.
	MedianError float64 `json:"medianError,omitempty"`
	// P95Error is the 95th percentile of it.
	P95Error float64 `json:"p95Error,omitempty"`
	// KS is the Kolmogorov-Smirnov distance between the times and the distribution; of fixed profiles.
	KS float64 `json:"ks,omitempty"`
	// Replay compares a simulation of the same requests with the measurements.
	Replay []Prediction `json:"replay,omitempty"`
}

// Prediction is a figure as simulated, and as measured.
type Prediction struct {
	// Metric is latency, time to first token or time per output token.
	Metric string `json:"metric"`
	// Percentile in percent, such as 95.
	Percentile float64 `json:"percentile" check:"gt=0,lte=100"`
	// Predicted by the simulator.
	Predicted unit.Duration `json:"predicted"`
	// Measured in the run.
	Measured unit.Duration `json:"measured"`
}

// Error is how far the prediction is off, relative to what was measured.
func (p Prediction) Error() float64 { return float64(p.Predicted)/float64(p.Measured) - 1 }

// CalibratedStart is what was observed of cold starts.
type CalibratedStart struct {
	// Count is how many were observed, Confirmed how many of them the platform confirmed.
	Count int `json:"count" check:"gte=1"`
	// Confirmed is how many of them the platform itself showed.
	Confirmed int `json:"confirmed,omitempty" check:"gte=0"`
	// Total is from the trigger to the first byte of the answer.
	Total *DurationDistribution `json:"total,omitempty"`
	// Phases are the parts that were seen, in their order.
	Phases []StartPhase `json:"phases,omitempty"`
	// Warm is the longest gap without a request after which an instance was still there.
	Warm unit.Duration `json:"warm,omitempty" check:"gt=0"`
	// Cold is the shortest gap after which it was not.
	Cold unit.Duration `json:"cold,omitempty" check:"gt=0"`
}

// StartPhase is a part of a cold start: from the moment before that was seen to this one.
type StartPhase struct {
	// From is the moment at which it begins.
	From string `json:"from"`
	// To is the moment at which it ends.
	To string `json:"to"`
	// Median of it.
	Median unit.Duration `json:"median"`
	// Count is how many were seen.
	Count int `json:"count" check:"gte=1"`
}
