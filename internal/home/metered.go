package home

// Metered is usage in whole milliseconds and counts, after the platform's own
// rounding. What a home does not have stays 0.
type Metered struct {
	NodeTime int64 `json:"nodeTime,omitempty"` // node x ms
	// OnDemandNodeTime is of the on-demand nodes of a home on spot; NodeTime is without them.
	OnDemandNodeTime int64 `json:"onDemandNodeTime,omitempty"`
	PeakNodes        int64 `json:"peakNodes,omitempty"`    // the most nodes at once
	ReplicaTime      int64 `json:"replicaTime,omitempty"`  // pod x ms on a node, starting ones included
	InstanceTime     int64 `json:"instanceTime,omitempty"` // instance x ms billed, for instance billing
	ActiveTime       int64 `json:"activeTime,omitempty"`   // instance x ms with a request in flight or starting, for request billing
	IdleTime         int64 `json:"idleTime,omitempty"`     // instance x ms ready without a request, up to the minimum instances
	RunTime          int64 `json:"runTime,omitempty"`      // environment x ms of billed duration
	Restores         int64 `json:"restores,omitempty"`     // snapshot restores
	// HeldTime and HeldRunTime are of provisioned environments: kept warm, and run.
	HeldTime    int64 `json:"heldTime,omitempty"`
	HeldRunTime int64 `json:"heldRunTime,omitempty"`
	Requests    int64 `json:"requests"` // requests that the platform accepted
}

// Plus returns the usage of two homes together.
func (m Metered) Plus(o Metered) Metered {
	m.NodeTime += o.NodeTime
	m.OnDemandNodeTime += o.OnDemandNodeTime
	m.PeakNodes += o.PeakNodes
	m.ReplicaTime += o.ReplicaTime
	m.InstanceTime += o.InstanceTime
	m.ActiveTime += o.ActiveTime
	m.IdleTime += o.IdleTime
	m.RunTime += o.RunTime
	m.Restores += o.Restores
	m.HeldTime += o.HeldTime
	m.HeldRunTime += o.HeldRunTime
	m.Requests += o.Requests
	return m
}
