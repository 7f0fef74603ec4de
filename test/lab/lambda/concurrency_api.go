package lambda

import (
	"net/http"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

// tooFewLeft is the error for a reservation that would leave others too little.
func (h *Host) tooFewLeft() error {
	return invalid("Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", h.config.UnreservedMinimum)
}

func (h *Host) putConcurrency(a asked[sdk.PutFunctionConcurrencyInput]) (int, any, error) {
	if a.in.ReservedConcurrentExecutions == nil || *a.in.ReservedConcurrentExecutions < 0 {
		return 0, nil, invalid("'ReservedConcurrentExecutions' failed to satisfy constraint: expected a number of 0 or more")
	}
	f, n := a.function, int(*a.in.ReservedConcurrentExecutions)
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

func (h *Host) getConcurrency(a asked[nothing]) (int, any, error) {
	answer := map[string]int{}
	if n := a.function.reserved; n != nil {
		answer["ReservedConcurrentExecutions"] = *n
	}
	return http.StatusOK, answer, nil
}

func (h *Host) deleteConcurrency(a asked[nothing]) (int, any, error) {
	a.function.reserved = nil
	return http.StatusNoContent, nil, nil
}
