package analysis

import "time"

// SaturationVersion is the schema version of a Saturation.
const SaturationVersion = "fulcrum.dev/bench-saturation/v1alpha1"

// Saturation is the highest rate at which each target meets the thresholds.
type Saturation struct {
	SchemaVersion string             `json:"schemaVersion"`
	Suite         string             `json:"suite"`
	Tool          string             `json:"tool"`
	Start         time.Time          `json:"start"`
	Most          float64            `json:"most"`
	Within        float64            `json:"within"`
	Complete      bool               `json:"complete"`
	Targets       []TargetSaturation `json:"targets"`
}

// SaturationOutcome is how a search ended.
type SaturationOutcome string

// The outcomes.
const (
	Found    SaturationOutcome = "found"    // between a rate that passed and one that did not
	AtLeast  SaturationOutcome = "at-least" // the highest rate that may be tried passed
	NonePass SaturationOutcome = "none"     // not even the lowest rate passed
	ByOwn    SaturationOutcome = "client"   // the client could not send a higher rate on time
	Stopped  SaturationOutcome = "stopped"  // interrupted
)

// TargetSaturation is one target's part.
type TargetSaturation struct {
	Name    string            `json:"name"`
	Outcome SaturationOutcome `json:"outcome"`
	// Rate is the highest rate that passed, Beyond the lowest that did not, in requests a second; 0 for none.
	Rate   float64          `json:"rate"`
	Beyond float64          `json:"beyond,omitempty"`
	Steps  []SaturationStep `json:"steps"`
}

// SaturationStep is one rate that was tried.
type SaturationStep struct {
	Rate float64 `json:"rate"`
	// Attempt counts the steps at this rate, from 1.
	Attempt  int     `json:"attempt"`
	Duration float64 `json:"duration"`
	Requests int64   `json:"requests"`
	// Verdict is that of the thresholds; "" when invalid, and Invalid says by what.
	Verdict    Verdict     `json:"verdict,omitempty"`
	Invalid    string      `json:"invalid,omitempty"`
	Thresholds []Judgement `json:"thresholds"`
}
