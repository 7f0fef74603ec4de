package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestSampledSearchIsConfirmed: sizes for long traffic are searched on a part of
// it, but what the verdict shows has been run on all of it.
func TestSampledSearchIsConfirmed(t *testing.T) {
	tests := map[string][]string{
		"steady": {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 9/s, span: 16h}"},
		"a day":  {"generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 6/s, span: 1d, daily: {peakToMean: 1.9}}"},
	}
	for name, replace := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "a day" {
				longtest.Need(t, "plans a day of half a million requests")
			}
			m := model(t, encoder, append(replace, "mean: 400ms", "mean: 40ms", "minReplicas: 0", "quotas: {acme: 500}")...)
			p := feasible(t, search(t, m, acme()))
			if p.Traffic.Requests < 200_000 || p.Traffic.Searched == "" {
				t.Fatalf("%d requests were searched on %q, want a sample", p.Traffic.Requests, p.Traffic.Searched)
			}
			for what, c := range map[string]*plan.Candidate{"best": p.Best, "runner-up": p.RunnerUp, "best cluster": p.BestCluster, "best serverless": p.BestServerless} {
				if c == nil {
					t.Errorf("no %s", what)
				} else if c.Outcome.Arrivals != p.Traffic.Requests || c.Outcome.Span != p.Traffic.Span.Std() {
					t.Errorf("%s (%s %s) was run on %d requests over %s, there are %d over %s", what, c.Offer, c.Short(),
						c.Outcome.Arrivals, c.Outcome.Span, p.Traffic.Requests, p.Traffic.Span)
				}
			}
			if !slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool {
				return w.Code == "sampled-search" && strings.Contains(w.Message, p.Traffic.Searched)
			}) {
				t.Errorf("no warning says that sizes were searched on %s: %+v", p.Traffic.Searched, p.Warnings)
			}
			checkPlan(t, m, acme(), p)
		})
	}
}

// TestShortTrafficIsSearchedWhole: what is short needs no sample.
func TestShortTrafficIsSearchedWhole(t *testing.T) {
	p := feasible(t, search(t, model(t, encoder), acme()))
	if p.Traffic.Searched != "" {
		t.Errorf("%d requests were searched on %s", p.Traffic.Requests, p.Traffic.Searched)
	}
	for _, c := range simulated(p) {
		if c.Outcome.Arrivals != p.Traffic.Requests {
			t.Errorf("%s was run on %d of %d requests", c.Offer, c.Outcome.Arrivals, p.Traffic.Requests)
		}
	}
}

// TestBlockLength: few requests make long blocks, and a rate of thousands a second short ones, so that a sample stays small.
func TestBlockLength(t *testing.T) {
	for _, test := range []struct {
		rate     float64
		requests int64
		want     time.Duration
	}{{1, 40_000, 10 * time.Minute}, {10, 40_000, 333 * time.Second}, {65, 40_000, 2 * time.Minute}, {200, 40_000, time.Minute + 4*time.Second}, {1200, 40_000, 30 * time.Second}} {
		if got := plan.BlockLength(test.rate, test.requests); got != test.want {
			t.Errorf("%g requests a second, %d in a sample: blocks of %s, want %s", test.rate, test.requests, got, test.want)
		}
	}
}

// TestEarlyAnswer: of long traffic a verdict is told before all offers were searched, and a search that is ended then gives it.
func TestEarlyAnswer(t *testing.T) {
	in := input(t, model(t, encoder, "rate: 0.5/s, span: 1h", "rate: 35/s, span: 1d", "mean: 400ms", "mean: 40ms", "minReplicas: 0", "spot: true"), acme())
	stop := make(chan struct{})
	in.Stop = stop
	done, total := 0, 0
	in.Progress = func(d, t int) { done, total = d, t }
	told := ""
	in.Answer = func(summary string) {
		if told == "" {
			if done >= total {
				t.Errorf("told after %d of %d steps", done, total)
			}
			close(stop)
		}
		told = summary
	}
	p, err := plan.Search(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Stopped || p.Best == nil || p.Best.Estimate == nil || !strings.Contains(told, p.Best.Describe()) {
		t.Errorf("ended at the first answer, %q: stopped %t, %+v", told, p.Stopped, p.Verdict)
	}
}
