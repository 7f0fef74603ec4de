package lambda

import (
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

// tooFewLeft is the error for a reservation that would leave others too little.
func (h *Host) tooFewLeft() error {
	return invalid("Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", h.config.UnreservedMinimum)
}

func (h *Host) putConcurrency(r *http.Request, body []byte) (int, any, error) {
	var in sdk.PutFunctionConcurrencyInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	if in.ReservedConcurrentExecutions == nil || *in.ReservedConcurrentExecutions < 0 {
		return 0, nil, invalid("'ReservedConcurrentExecutions' failed to satisfy constraint: expected a number of 0 or more")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, _, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	n := int(*in.ReservedConcurrentExecutions)
	if h.unreserved()+f.setAside()-n < h.config.UnreservedMinimum {
		return 0, nil, h.tooFewLeft()
	}
	for _, p := range f.provisioned {
		if p.requested > n {
			return 0, nil, invalid("ReservedConcurrentExecutions %d should not be lower than function's total provisioned concurrency [%d].", n, p.requested)
		}
	}
	f.reserved = &n
	return http.StatusOK, map[string]int{"ReservedConcurrentExecutions": n}, nil
}

func (h *Host) getConcurrency(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, _, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	answer := map[string]int{}
	if f.reserved != nil {
		answer["ReservedConcurrentExecutions"] = *f.reserved
	}
	return http.StatusOK, answer, nil
}

func (h *Host) deleteConcurrency(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, _, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	f.reserved = nil
	return http.StatusNoContent, nil, nil
}
