package calibrate

import (
	"errors"
	"fmt"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

const (
	// fewestRequests are what a distribution with a p95 needs: ten beyond it.
	fewestRequests = 200
	// mostErrors is the share of errors above which a server is in trouble, so that its right answers do not count.
	mostErrors = 0.05
)

// refuse says why a target's measurements cannot be fitted.
func refuse(log *record.Log, target int) error {
	if log.Header.Closed {
		return errors.New("the load was closed: its callers wait for a slow server, so that how it copes with a queue was not seen; measure with a rate")
	}
	if why := analysis.Invalid(log.Columns()); why != "" {
		return fmt.Errorf("the run is invalid: %s", why)
	}
	var right, wrong int
	for i := range log.Records {
		switch r := &log.Records[i]; {
		case r.Target != target || r.Kind == record.Interrupted || r.Scheduled < log.Header.Warmup:
		case r.Kind == record.OK:
			right++
		default:
			wrong++
		}
	}
	switch {
	case right < fewestRequests:
		return fmt.Errorf("expected at least %d right answers after the warm-up, got %d: measure longer", fewestRequests, right)
	case float64(wrong) > mostErrors*float64(right+wrong):
		return fmt.Errorf("%.1f %% of its requests got no right answer, expected at most %g %%: the times of the others are not those of a sound server; lower the rate",
			100*float64(wrong)/float64(right+wrong), 100*mostErrors)
	}
	return nil
}
