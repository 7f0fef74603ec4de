package lambda

import (
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// provisionable finds the function and the qualifier, which must not mean $LATEST. The caller holds h.mu.
func (h *Host) provisionable(r *http.Request) (*function, string, *version, error) {
	f, qualifier, err := h.function(r, time.Now())
	if err != nil {
		return nil, "", nil, err
	}
	v, err := h.resolve(f, qualifier)
	if err != nil {
		return nil, "", nil, err
	}
	if v == f.latest {
		return nil, "", nil, invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	}
	return f, qualifier, v, nil
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

func (h *Host) putProvisioned(r *http.Request, body []byte) (int, any, error) {
	var in sdk.PutProvisionedConcurrencyConfigInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	if in.ProvisionedConcurrentExecutions == nil || *in.ProvisionedConcurrentExecutions < 1 {
		return 0, nil, invalid("'ProvisionedConcurrentExecutions' failed to satisfy constraint: expected a number of 1 or more")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, qualifier, v, err := h.provisionable(r)
	if err != nil {
		return 0, nil, err
	}
	n, before := int(*in.ProvisionedConcurrentExecutions), 0
	if old, ok := f.provisioned[qualifier]; ok {
		before = old.requested
	}
	if f.reserved != nil && n > *f.reserved {
		return 0, nil, invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	}
	if f.reserved == nil && h.unreserved()+before-n < h.config.UnreservedMinimum {
		return 0, nil, h.tooFewLeft()
	}
	p := &provision{requested: n, modified: time.Now()}
	f.provisioned[qualifier] = p
	h.reconcile(f)
	return http.StatusAccepted, describeProvision(p, v), nil
}

func (h *Host) getProvisioned(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, qualifier, v, err := h.provisionable(r)
	if err != nil {
		return 0, nil, err
	}
	p, ok := f.provisioned[qualifier]
	if !ok {
		return 0, nil, &apiError{
			status: http.StatusNotFound, code: "ProvisionedConcurrencyConfigNotFoundException", message: "No Provisioned Concurrency Config found for this function",
		}
	}
	return http.StatusOK, describeProvision(p, v), nil
}

func (h *Host) deleteProvisioned(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, qualifier, _, err := h.provisionable(r)
	if err != nil {
		return 0, nil, err
	}
	delete(f.provisioned, qualifier)
	h.reconcile(f)
	return http.StatusNoContent, nil, nil
}
