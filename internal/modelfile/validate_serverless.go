package modelfile

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

func validateContainer(c *v1alpha1.ContainerHome, r *strictyaml.Report, path string, least int) {
	at := strictyaml.FieldPath(path, "maxInstances")
	if c.MinInstances != nil {
		rejectBelow(r, at, c.MaxInstances, *c.MinInstances, "minInstances", strictyaml.FieldPath(path, "minInstances"))
	}
	rejectBelow(r, at, c.MaxInstances, least, minReplicasPath, minReplicasPath)
	validateSchedule(r, strictyaml.FieldPath(path, "minSchedule"), c.MinSchedule, c.MaxInstances, at)
}

// functionLimit is the function's own limit as far as the file gives it, and where; 0 is none.
func functionLimit(f *v1alpha1.FunctionHome, path string) (int, string) {
	if f.ReservedConcurrency > 0 {
		return f.ReservedConcurrency, strictyaml.FieldPath(path, "reservedConcurrency")
	}
	return max(0, f.ConcurrencyLimit-f.OthersConcurrency), strictyaml.FieldPath(path, "concurrencyLimit")
}

func validateFunction(f *v1alpha1.FunctionHome, r *strictyaml.Report, path string, least int) {
	provisioned, at := 0, strictyaml.FieldPath(path, "provisionedConcurrency")
	if f.ProvisionedConcurrency != nil {
		provisioned = *f.ProvisionedConcurrency
	}
	warm := provisioned > 0 || f.ProvisionedTracking != nil || len(f.ProvisionedSchedule) > 0
	if warm && f.SnapStart {
		r.Reject(strictyaml.FieldPath(path, "snapStart"),
			"contradicts provisionedConcurrency: the platform offers one or the other for a function, so leave one out", at)
	}
	limit, limitPath := functionLimit(f, path)
	rejectBelow(r, limitPath, limit, provisioned, "provisionedConcurrency", at)
	rejectBelow(r, limitPath, limit, least, minReplicasPath, minReplicasPath)
	validateSchedule(r, strictyaml.FieldPath(path, "provisionedSchedule"), f.ProvisionedSchedule, limit, limitPath)
	if f.ProvisionedTracking != nil {
		validateTracking(f.ProvisionedTracking, r, strictyaml.FieldPath(path, "provisionedTracking"), f, path)
	}
	validateShared(f, r, path)
	validateKeepAlive(f, r, path)
}

func validateShared(f *v1alpha1.FunctionHome, r *strictyaml.Report, path string) {
	others, reserved := strictyaml.FieldPath(path, "othersConcurrency"), strictyaml.FieldPath(path, "reservedConcurrency")
	if f.OthersConcurrency > 0 && f.ReservedConcurrency > 0 {
		r.Reject(others, "contradicts reservedConcurrency: others cannot take what is reserved, so leave one out", reserved)
	}
	if f.ConcurrencyLimit > 0 && f.OthersConcurrency >= f.ConcurrencyLimit {
		r.Reject(others, fmt.Sprintf("expected less than concurrencyLimit, %d, got %d", f.ConcurrencyLimit, f.OthersConcurrency),
			strictyaml.FieldPath(path, "concurrencyLimit"))
	}
}

func validateKeepAlive(f *v1alpha1.FunctionHome, r *strictyaml.Report, path string) {
	if f.IdleExpiryMax == nil {
		return
	}
	at, least := strictyaml.FieldPath(path, "idleExpiryMax"), defaultIdleExpiry
	if f.IdleExpiry != nil {
		least = *f.IdleExpiry
	}
	if *f.IdleExpiryMax < least {
		r.Reject(at, fmt.Sprintf("expected at least idleExpiry, %s, got %s", least, *f.IdleExpiryMax), strictyaml.FieldPath(path, "idleExpiry"))
	}
	if f.KeepAlive == v1alpha1.KeepAliveHistogram {
		r.Reject(at, "contradicts keepAlive histogram, which decides how long environments live: leave one out", strictyaml.FieldPath(path, "keepAlive"))
	}
}

func validateTracking(t *v1alpha1.TargetTracking, r *strictyaml.Report, path string, f *v1alpha1.FunctionHome, functionPath string) {
	least := 0
	if f.ProvisionedConcurrency != nil {
		least = *f.ProvisionedConcurrency
	}
	if t.Max < least {
		r.Reject(strictyaml.FieldPath(path, "max"), fmt.Sprintf("expected at least provisionedConcurrency, %d, got %d", least, t.Max),
			strictyaml.FieldPath(functionPath, "provisionedConcurrency"))
	}
}
