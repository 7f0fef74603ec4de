package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// ColdStarts is how many cold starts are forced after the load, in rounds in which every target with a method
// (coldStart) has one.
type ColdStarts struct {
	// Count is the number for each target. Default: 5.
	Count int `json:"count,omitempty" check:"gte=1,lte=1000"`
	// Settle is the pause after each. Default: 5s.
	Settle *unit.Duration `json:"settle,omitempty"`
	// Timeout is the maximum time of one, from its trigger to the answer; the wait of idle is not counted. Default: 15m.
	Timeout unit.Duration `json:"timeout,omitempty" check:"gt=0"`
}

// ColdStartMethod is how to force a cold start of a target: exactly one of its fields.
type ColdStartMethod struct {
	// Kubernetes restarts the pods of a Deployment. Other users of them have none meanwhile.
	Kubernetes *KubernetesColdStart `json:"kubernetes,omitempty"`
	// Lambda changes an environment variable of the function that the URL names, which replaces all its environments.
	Lambda *LambdaColdStart `json:"lambda,omitempty"`
	// CloudRun deploys a new revision, which Cloud Run starts before it gets requests.
	CloudRun *CloudRunColdStart `json:"cloudRun,omitempty"`
	// Idle waits this long without a request. Only the platform knows whether that was enough, so the cold start is assumed
	// unless the answer says so, or a new instance answers (instanceHeader).
	Idle unit.Duration `json:"idle,omitempty" check:"gt=0"`
}

// KubernetesColdStart is a Deployment.
type KubernetesColdStart struct {
	// Kubeconfig is the file with the access to the cluster, relative to the suite file.
	// Default: that of kubectl ($KUBECONFIG, or ~/.kube/config).
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// Context is one of the kubeconfig. Default: its current one.
	Context string `json:"context,omitempty"`
	// Namespace of the Deployment. Default: that of the context.
	Namespace string `json:"namespace,omitempty"`
	// Deployment is its name.
	Deployment string `json:"deployment"`
	// By is scale (to 0 replicas and back to the number before), delete (the pods, which are replaced at once), or
	// request (nothing is changed: bench waits until an autoscaler has scaled the Deployment to 0, and a request scales it up).
	// Default: scale.
	By string `json:"by,omitempty" check:"oneof=scale delete request"`
}

// LambdaColdStart is a change to a function.
type LambdaColdStart struct {
	// Variable is the environment variable that is changed, and removed at the end.
	// Default: FULCRUM_COLD_START.
	Variable string `json:"variable,omitempty"`
}

// CloudRunColdStart is a service of Cloud Run.
type CloudRunColdStart struct {
	// Service is its full name: projects/PROJECT/locations/REGION/services/NAME.
	Service string `json:"service"`
	// Endpoint is the URL of the Admin API. Default: https://run.googleapis.com.
	Endpoint string `json:"endpoint,omitempty"`
	// TokenFrom is the environment variable that holds an access token. Default: the application default
	// credentials of Google Cloud.
	TokenFrom string `json:"tokenFrom,omitempty"`
}

// KeepAliveSearch measures how long a target stays warm without a request, by bisection between two gaps.
type KeepAliveSearch struct {
	// From is a gap after which it is expected to be warm. Default: 1m.
	From unit.Duration `json:"from,omitempty" check:"gt=0"`
	// To is a gap after which it is expected to be cold. Default: 30m.
	To unit.Duration `json:"to,omitempty" check:"gt=0"`
	// Within is how close the two must get, as a share of the shorter. Default: 10%.
	Within unit.Share `json:"within,omitempty" check:"gte=0.01"`
}

// SearchOf returns the search for a target's keep-alive window: its own, or that of the suite; nil for none.
func (s *SuiteSpec) SearchOf(t *Target) *KeepAliveSearch {
	if t.KeepAlive != nil {
		return t.KeepAlive
	}
	return s.KeepAlive
}
