package modelfile

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// validateNodes checks what the rules of single fields cannot say.
func validateNodes(n *v1alpha1.ClusterNodes, r *strictyaml.Report, path string) {
	if n.ClusterAutoscaler != nil && n.Karpenter != nil {
		r.Reject(path, "expected one of clusterAutoscaler and karpenter: leave one out", strictyaml.FieldPath(path, "karpenter"))
	}
	if n.Max > 0 && n.Spare >= n.Max {
		r.Reject(strictyaml.FieldPath(path, "spare"), "leaves no node of the quota for replicas: raise max, or keep fewer", strictyaml.FieldPath(path, "max"))
	}
	if k := n.Karpenter; k != nil && k.BatchIdle != nil && k.BatchMax != nil && *k.BatchIdle > *k.BatchMax {
		r.Reject(strictyaml.FieldPath(path, "karpenter.batchIdle"), "expected at most batchMax", strictyaml.FieldPath(path, "karpenter.batchMax"))
	}
}

// validateSpot checks what the rules of single fields cannot say.
func validateSpot(s *v1alpha1.SpotNodes, r *strictyaml.Report, path string, n *v1alpha1.ClusterNodes) {
	if s.Hedge != nil {
		at := strictyaml.FieldPath(path, "hedge")
		switch {
		case s.Base > 0 || s.Fallback:
			r.Reject(at, "takes the place of base and fallback: leave them out", strictyaml.FieldPath(path, "base"), strictyaml.FieldPath(path, "fallback"))
		case n != nil && (n.ClusterAutoscaler != nil || n.Karpenter != nil):
			r.Reject(at, "needs nodes that come when they are asked for: leave clusterAutoscaler and karpenter out")
		}
	}
	if (s.Available > 0) != (s.Unavailable > 0) {
		r.Reject(path, "expected both of available and unavailable, or neither: the mean times with and without spot capacity")
	}
	if s.Checkpoint > 0 && !s.Restart {
		r.Reject(strictyaml.FieldPath(path, "checkpoint"), "needs restart: true, because a request that goes back to its caller begins anew", strictyaml.FieldPath(path, "restart"))
	}
}
