package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/home"
)

// everyKind are arrangements that are metered in different ways.
func everyKind(t *testing.T) []arrange.Arrangement {
	snapshots := v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: 2048, SnapStart: true}}
	var list []arrange.Arrangement
	for _, key := range []string{
		"acme/nodes/small", "acme/nodes/small@spot", "acme/nodes/small@1y", "acme/nodes/small:bergen", "acme/functions/x86",
		"acme/containers/request", "acme/containers/instance", "acme/containers/gpu",
	} {
		list = append(list, arranged(t, key, v1alpha1.Home{}))
	}
	return append(list, arranged(t, "acme/functions/x86", snapshots))
}

// drawUses draws what some homes used in a time, in thousandths of it.
func drawUses(r *rapid.T, kinds []arrange.Arrangement, elapsed time.Duration) []billing.Use {
	count := rapid.Int64Range(0, 100_000)
	part := func(name string) int64 { return count.Draw(r, name) * (elapsed.Milliseconds() / 1000) }
	uses := make([]billing.Use, rapid.IntRange(1, 3).Draw(r, "homes"))
	for i := range uses {
		u := &uses[i]
		u.Arrangement = rapid.SampledFrom(kinds).Draw(r, "home")
		u.Served = count.Draw(r, "served")
		u.Metered = home.Metered{
			NodeTime: part("nodes"), PeakNodes: count.Draw(r, "peak"), InstanceTime: part("instances"), ActiveTime: part("active"), IdleTime: part("idle"),
			RunTime: part("run"), HeldTime: part("held"), HeldRunTime: part("held run"), Restores: count.Draw(r, "restores"), Requests: count.Draw(r, "requests"),
		}
		if u.Arrangement.Offer.PriceClass == "spot" {
			u.Metered.OnDemandNodeTime = part("on demand")
		}
	}
	return uses
}

func drawTerms(r *rapid.T) billing.Terms {
	b := terms()
	b.FreeTier, b.SharedBy = rapid.Bool().Draw(r, "free tier"), rapid.IntRange(0, 5).Draw(r, "shared by")
	return b
}

// more is a use that has gone on.
func more(r *rapid.T, before []billing.Use, kinds []arrange.Arrangement, passed time.Duration) []billing.Use {
	later := drawUses(r, kinds, passed)
	after := make([]billing.Use, len(before))
	for i, u := range before {
		add := later[i%len(later)]
		add.Metered.OnDemandNodeTime = min(add.Metered.OnDemandNodeTime, u.Metered.OnDemandNodeTime) // only spot has any
		peak := max(u.Metered.PeakNodes, add.Metered.PeakNodes)
		u.Served += add.Served
		u.Metered = u.Metered.Plus(add.Metered)
		u.Metered.PeakNodes = peak
		after[i] = u
	}
	return after
}

// TestAMonthSoFarIsTheMonth: after exactly a month what was used so far is what a month uses.
func TestAMonthSoFarIsTheMonth(t *testing.T) {
	kinds := everyKind(t)
	rapid.Check(t, func(r *rapid.T) {
		b, uses := drawTerms(r), drawUses(r, kinds, unit.Month)
		monthly, err := b.Month(uses, unit.Month)
		if err != nil {
			r.Fatal(err)
		}
		soFar, err := b.SoFar(uses, unit.Month)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(linesOf(uses, monthly), linesOf(uses, soFar)); diff != "" {
			r.Fatalf("a month (-scaled +so far):\n%s", diff)
		}
	})
}

// TestTheSameUseForLonger: a month of the same use costs the same, however long it was watched.
func TestTheSameUseForLonger(t *testing.T) {
	kinds := everyKind(t)
	rapid.Check(t, func(r *rapid.T) {
		once := time.Duration(rapid.IntRange(1, 1000).Draw(r, "hours")) * time.Hour
		b, uses := drawTerms(r), drawUses(r, kinds, once)
		twice := make([]billing.Use, len(uses))
		for i, u := range uses {
			peak := u.Metered.PeakNodes
			u.Served, u.Metered = 2*u.Served, u.Metered.Plus(u.Metered)
			u.Metered.PeakNodes = peak
			twice[i] = u
		}
		want, err := b.Month(uses, once)
		if err != nil {
			r.Fatal(err)
		}
		got, err := b.Month(twice, 2*once)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(linesOf(uses, want), linesOf(uses, got)); diff != "" {
			r.Fatalf("a month, watched once and twice as long:\n%s", diff)
		}
	})
}

// TestCostNeverFalls: as time passes no home's total falls, and nothing that was charged is taken back. What is left of a free
// allowance for a later home may be less than before.
func TestCostNeverFalls(t *testing.T) {
	kinds := everyKind(t)
	rapid.Check(t, func(r *rapid.T) {
		at, passed := 10*time.Hour, time.Duration(rapid.IntRange(1, 1000).Draw(r, "minutes"))*time.Minute
		b, uses := drawTerms(r), drawUses(r, kinds, at)
		before, err := b.SoFar(uses, at)
		if err != nil {
			r.Fatal(err)
		}
		after, err := b.SoFar(more(r, uses, kinds, passed), at+passed)
		if err != nil {
			r.Fatal(err)
		}
		for i := range before {
			if after[i].Total.Less(before[i].Total) {
				r.Fatalf("home %d has cost %s, later %s", i, before[i].Total, after[i].Total)
			}
			charged := map[string]unit.Money{}
			for _, l := range after[i].Lines {
				charged[l.Item] = charged[l.Item].Plus(l.Amount)
			}
			for _, l := range before[i].Lines {
				if l.Quantity.Sign() > 0 && charged[l.Item].Less(l.Amount) {
					r.Fatalf("%s of home %d has cost %s, later %s", l.Item, i, l.Amount, charged[l.Item])
				}
			}
		}
	})
}
