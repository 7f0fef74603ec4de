package timeline

import (
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// An Event is a line of the file: when it was noticed, and one of the others.
type Event struct {
	Time time.Time `json:"time"`

	Settings *Settings `json:"settings,omitempty"`
	Metric   *Metric   `json:"metric,omitempty"`
	Replicas *int      `json:"replicas,omitempty"` // that the Deployment is to have, by its spec
	Pod      *Pod      `json:"pod,omitempty"`
	Answer   string    `json:"answer,omitempty"` // the pod that gave its first one
	Callers  *int      `json:"callers,omitempty"`
}

// Settings are of the autoscaler: its object, and the flags of the controller manager that count.
type Settings struct {
	Spec       autoscalingv2.HorizontalPodAutoscalerSpec `json:"spec"`
	SyncPeriod metav1.Duration                           `json:"syncPeriod"`
	Tolerance  float64                                   `json:"tolerance"`
}

// Metric is an answer of the custom metrics API.
type Metric struct {
	Sync   bool             `json:"sync,omitempty"` // the controller asked, and decided on it
	Values map[string]int64 `json:"values"`         // in thousandths, by pod
}

// Pod is what changed of a pod, and how it is now.
type Pod struct {
	Name     string                 `json:"name"`
	News     []string               `json:"news"` // milestones, in their order
	Node     string                 `json:"node,omitempty"`
	Phase    corev1.PodPhase        `json:"phase"`
	Started  *metav1.Time           `json:"started,omitempty"` // the node took it on
	Up       bool                   `json:"up,omitempty"`      // its process runs
	Ready    corev1.ConditionStatus `json:"ready,omitempty"`
	Since    *metav1.Time           `json:"since,omitempty"` // Ready has this status
	Deleting bool                   `json:"deleting,omitempty"`
	Gone     bool                   `json:"gone,omitempty"`
}

// The milestones of a pod.
const (
	Created   = "created"
	Scheduled = "scheduled"
	ProcessUp = "process up"
	Ready     = "ready"
	Unready   = "unready"
	Deleting  = "deleting"
	Gone      = "gone"
)
