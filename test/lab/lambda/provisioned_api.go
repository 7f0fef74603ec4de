package lambda

import (
	"net/http"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// provisionable finds the version, which must not be $LATEST. The caller holds h.mu.
func (h *Host) provisionable(of subject) (*version, error) {
	v, err := h.resolve(of.function, of.qualifier)
	if err != nil {
		return nil, err
	}
	if v == of.function.latest {
		return nil, invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	}
	return v, nil
}

func describeProvision(p *provision, v *version) map[string]any {
	ready := min(v.warmProvisioned(), p.requested)
	answer := map[string]any{
		"RequestedProvisionedConcurrentExecutions": p.requested,
		"AvailableProvisionedConcurrentExecutions": ready,
		"AllocatedProvisionedConcurrentExecutions": ready,
		"LastModified": p.modified.UTC().Format(timeLayout),
	}
	switch {
	case p.failure != "":
		answer["Status"], answer["StatusReason"] = types.ProvisionedConcurrencyStatusEnumFailed, p.failure
	case ready < p.requested:
		answer["Status"] = types.ProvisionedConcurrencyStatusEnumInProgress
	default:
		answer["Status"] = types.ProvisionedConcurrencyStatusEnumReady
	}
	return answer
}

func (h *Host) putProvisioned(a asked[sdk.PutProvisionedConcurrencyConfigInput]) (int, any, error) {
	if a.in.ProvisionedConcurrentExecutions == nil || *a.in.ProvisionedConcurrentExecutions < 1 {
		return 0, nil, invalid("'ProvisionedConcurrentExecutions' failed to satisfy constraint: expected a number of 1 or more")
	}
	v, err := h.provisionable(a.subject)
	if err != nil {
		return 0, nil, err
	}
	f, n, before := a.function, int(*a.in.ProvisionedConcurrentExecutions), 0
	if old, ok := f.provisioned[a.qualifier]; ok {
		before = old.requested
	}
	if f.reserved != nil && n > *f.reserved {
		return 0, nil, invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	}
	if f.reserved == nil && h.unreserved()+before-n < h.config.UnreservedMinimum {
		return 0, nil, h.tooFewLeft()
	}
	p := &provision{requested: n, modified: a.now}
	f.provisioned[a.qualifier] = p
	h.reconcile(f)
	return http.StatusAccepted, describeProvision(p, v), nil
}

func (h *Host) getProvisioned(a asked[nothing]) (int, any, error) {
	v, err := h.provisionable(a.subject)
	if err != nil {
		return 0, nil, err
	}
	p, ok := a.function.provisioned[a.qualifier]
	if !ok {
		return 0, nil, &apiError{
			status: http.StatusNotFound, code: "ProvisionedConcurrencyConfigNotFoundException", message: "No Provisioned Concurrency Config found for this function",
		}
	}
	return http.StatusOK, describeProvision(p, v), nil
}

func (h *Host) deleteProvisioned(a asked[nothing]) (int, any, error) {
	if _, err := h.provisionable(a.subject); err != nil {
		return 0, nil, err
	}
	delete(a.function.provisioned, a.qualifier)
	h.reconcile(a.function)
	return http.StatusNoContent, nil, nil
}
