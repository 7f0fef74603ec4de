package coldstart_test

import (
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/test/lab/labtest"
)

// TestScaledToZero: cold starts of a Deployment that something else scales to zero and back on a request, and how long that waits.
// Nothing is changed for it; the API server is the witness.
func TestScaledToZero(t *testing.T) {
	// The gaps that are tried are 0.9 s, 5 s, 2.12 s, 1.38 s, 1.71 s and 1.91 s: none so near the window that a busy machine decides.
	const window, within = 2 * time.Second, 0.12
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	asked := exposed(l, 0, labtest.Pod("model", labtest.Server()))
	a, at := activate(l, window)
	asked.URL, asked.ColdStart.Kubernetes.By = at+"/name", "request"
	asked.KeepAlive = &v1alpha1.KeepAliveSearch{From: unit.Duration(900 * time.Millisecond), To: unit.Duration(5 * time.Second), Within: within}
	log := run(t.Context(), t, suite(2, asked), target.Access{}, nil, nil)

	withoutProbe := slices.DeleteFunc(slices.Clone(podPhases), func(p record.PhaseName) bool { return p == record.Model })
	for _, c := range log.ColdStarts {
		wantColdStart(t, c, "kubernetes-request", withoutProbe...)
	}
	if len(log.ColdStarts) != 2 || len(log.KeepAlives) != 1 || !log.End.Complete {
		t.Fatalf("%+v %+v %+v", log.ColdStarts, log.KeepAlives, log.End)
	}
	k := log.KeepAlives[0]
	const late = 50 * time.Millisecond // the activator counts from when it passed the answer on, the client from when it had it
	if k.Failure != "" || !k.Confirmed || k.Warm == 0 || k.Warm > window+late || k.Cold < window-late || k.Cold.Seconds() > (1+within)*k.Warm.Seconds() {
		t.Errorf("%+v", k)
	}
	var told []bool
	for _, try := range k.Tries {
		told = append(told, try.Cold)
	}
	// Which pod answered says the same as the API server did before.
	if colds := a.colds(); len(colds) < len(told) || !slices.Equal(told, colds[len(colds)-len(told):]) {
		t.Errorf("told %v, and of the requests but the first were %v", told, colds)
	}
}
