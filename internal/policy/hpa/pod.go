package hpa

import "time"

// Pod is what an HPA knows of one pod.
type Pod struct {
	Phase Phase
	// Deleting says that the pod has been told to stop.
	Deleting bool
	Ready    Readiness
	// Since is when Ready last changed, Started when the node took the pod on.
	Since, Started time.Duration
	// Unstarted says that no node has taken the pod on yet.
	Unstarted bool
}

// Phase is the phase of a pod as far as an HPA tells phases apart.
type Phase uint8

// The phases of Pod.
const (
	Running Phase = iota
	Pending
	Failed
	OtherPhase // succeeded or unknown
)

// Readiness is the status of a pod's condition Ready.
type Readiness uint8

// The values of Pod's Ready.
const (
	Ready Readiness = iota
	NotReady
	ReadinessUnknown
	NoReadiness // no such condition
)

// group is how a pod counts for a metric.
type group uint8

const (
	counted group = iota // by its sample
	ignored              // not at all
	missing              // at the target when shrinking, at 0 when growing
	unready              // at 0 when growing
)

// group is groupPods of replica_calculator.go for one pod.
func (h *Spec) group(pod *Pod, sample *Sample, cpu bool, now time.Duration) group {
	switch {
	case pod.Deleting || pod.Phase == Failed:
		return ignored
	case pod.Phase == Pending:
		return unready
	case sample.Missing:
		return missing
	case cpu && h.warming(pod, sample, now):
		return unready
	}
	return counted
}

// warming says that a pod's CPU sample may be that of its start-up.
func (h *Spec) warming(pod *Pod, sample *Sample, now time.Duration) bool {
	switch {
	case pod.Ready == NoReadiness || pod.Unstarted:
		return true
	case pod.Started+h.CPUInitialization > now:
		return pod.Ready == NotReady || sample.At < pod.Since+sample.Window
	}
	return pod.Ready == NotReady && pod.Started+h.InitialReadiness > pod.Since
}
