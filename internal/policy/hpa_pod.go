package policy

import "time"

// HPAPod is what an HPA knows of one pod.
type HPAPod struct {
	Phase HPAPhase
	// Deleting says that the pod has been told to stop.
	Deleting bool
	Ready    HPAReadiness
	// Since is when Ready last changed, Started when the node took the pod on.
	Since, Started time.Duration
	// Unstarted says that no node has taken the pod on yet.
	Unstarted bool
}

// HPAPhase is the phase of a pod as far as an HPA tells phases apart.
type HPAPhase uint8

// The phases of HPAPod.
const (
	HPARunning HPAPhase = iota
	HPAPending
	HPAFailed
	HPAOtherPhase // succeeded or unknown
)

// HPAReadiness is the status of a pod's condition Ready.
type HPAReadiness uint8

// The values of HPAPod's Ready.
const (
	HPAReady HPAReadiness = iota
	HPANotReady
	HPAReadinessUnknown
	HPANoReadiness // no such condition
)

// hpaGroup is how a pod counts for a metric.
type hpaGroup uint8

const (
	hpaCounted hpaGroup = iota // by its sample
	hpaIgnored                 // not at all
	hpaMissing                 // at the target when shrinking, at 0 when growing
	hpaUnready                 // at 0 when growing
)

// group is groupPods of replica_calculator.go for one pod.
func (h *HPASpec) group(pod *HPAPod, sample *HPASample, cpu bool, now time.Duration) hpaGroup {
	switch {
	case pod.Deleting || pod.Phase == HPAFailed:
		return hpaIgnored
	case pod.Phase == HPAPending:
		return hpaUnready
	case sample.Missing:
		return hpaMissing
	case cpu && h.warming(pod, sample, now):
		return hpaUnready
	}
	return hpaCounted
}

// warming says that a pod's CPU sample may be that of its start-up.
func (h *HPASpec) warming(pod *HPAPod, sample *HPASample, now time.Duration) bool {
	switch {
	case pod.Ready == HPANoReadiness || pod.Unstarted:
		return true
	case pod.Started+h.CPUInitialization > now:
		return pod.Ready == HPANotReady || sample.At < pod.Since+sample.Window
	}
	return pod.Ready == HPANotReady && pod.Started+h.InitialReadiness > pod.Since
}
