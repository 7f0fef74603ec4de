package arrange

import (
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/policy/route"
)

// loadRouting loads the routing of a model file with two homes.
func loadRouting(t *testing.T, text string) *v1alpha1.Routing {
	t.Helper()
	m, err := modelfile.Load("model.yaml", []byte("apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n"+
		"  traffic: {generator: {rate: 1/s, span: 1h}}\n  service: {profiles: [{cpu: x86, fixed: {duration: 1s}}]}\n"+
		"  homes: [{offer: a/b/c}, {offer: a/b/d}]\n  routing: "+text+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return m.Spec.Routing
}

// TestRouter asks each kind of router where requests go; the second view of a step is what an earlier one must be remembered from.
func TestRouter(t *testing.T) {
	type step struct {
		now  time.Duration
		base route.View
		over route.View
		want int
	}
	full, above, below := route.View{InFlight: 10, Slots: 10}, route.View{InFlight: 9, Slots: 10}, route.View{InFlight: 5, Slots: 10}
	none := route.View{}
	hour := time.Hour
	for name, test := range map[string]struct {
		text  string
		steps []step
	}{
		"share by default":    {"{overflow: {}}", []step{{0, above, none, 0}, {0, full, none, 1}, {0, above, none, 0}}},
		"leave":               {"{overflow: {leave: 50%}}", []step{{0, full, none, 1}, {0, above, none, 1}, {0, below, none, 0}}},
		"least time":          {"{overflow: {minTime: 1m}}", []step{{0, full, none, 1}, {time.Second, below, none, 1}, {time.Minute, below, none, 0}}},
		"share":               {"{overflow: {inFlightShare: 50%}}", []step{{0, below, none, 1}}},
		"in flight":           {"{overflow: {inFlight: 6}}", []step{{0, below, none, 0}, {0, above, none, 1}}},
		"waiting":             {"{overflow: {waiting: 2}}", []step{{0, full, none, 0}, {0, route.View{InFlight: 12, Waiting: 2, Slots: 10}, none, 1}}},
		"wait":                {"{overflow: {wait: 2s}}", []step{{0, route.View{Waiting: 9, Slots: 10, Service: 2 * time.Second}, none, 0}, {0, route.View{Waiting: 10, Slots: 10, Service: 2 * time.Second}, none, 1}}},
		"limit":               {"{overflow: {limits: [4]}}", []step{{0, full, route.View{InFlight: 3}, 1}, {0, full, route.View{InFlight: 4}, 0}}},
		"refuse":              {"{overflow: {limits: [4], refuse: true}}", []step{{0, full, route.View{InFlight: 4}, route.Refuse}}},
		"daily cap":           {"{overflow: {spendCap: {daily: 10}}}", []step{{0, full, route.View{Spend: 9.9}, 1}, {hour, full, route.View{Spend: 10}, 0}, {24 * hour, full, route.View{Spend: 10}, 1}}},
		"monthly cap":         {"{overflow: {spendCap: {monthly: 10}}}", []step{{24 * hour, full, route.View{Spend: 10}, 0}, {30 * 24 * hour, full, route.View{Spend: 10}, 0}, {31 * 24 * hour, full, route.View{Spend: 10}, 1}}},
		"burst":               {"{burst: true}", []step{{0, full, none, 0}, {0, route.View{InFlight: 10, Slots: 10, Starting: 1}, none, 1}, {0, none, none, 1}}},
		"weights":             {"{weights: [2, 1]}", []step{{0, none, none, 0}, {0, none, none, 0}, {0, none, none, 1}}},
		"shifts":              {"{shifts: [{at: 8h, home: 0}, {at: 20h, home: 1}]}", []step{{0, none, none, 1}, {8 * hour, none, none, 0}, {20 * hour, none, none, 1}, {33 * hour, none, none, 0}}},
		"admission before it": {"{weights: [1, 1], maxInFlight: 20}", []step{{0, full, route.View{InFlight: 10}, route.Refuse}, {0, full, route.View{InFlight: 9}, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Router(loadRouting(t, test.text), []home.Home{{Cluster: &home.Cluster{}}, {Function: &home.Function{}}})
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range test.steps {
				if got := r.Route(s.now, route.Request{}, []route.View{s.base, s.over}); got != s.want {
					t.Errorf("step %d: home %d, want %d", i, got, s.want)
				}
			}
		})
	}
}

// TestRouterIsFresh: what one router remembers, another of the same settings does not know.
func TestRouterIsFresh(t *testing.T) {
	settings := loadRouting(t, "{overflow: {leave: 0, spendCap: {daily: 1}}}")
	homes := []home.Home{{Cluster: &home.Cluster{}}, {Function: &home.Function{}}}
	views := []route.View{{InFlight: 2, Slots: 2}, {}}
	for range 2 {
		r, err := Router(settings, homes)
		if err != nil {
			t.Fatal(err)
		}
		views[0].InFlight = 1
		if got := r.Route(0, route.Request{}, views); got != 0 {
			t.Errorf("a new router sends its first request to home %d", got)
		}
		views[0].InFlight = 2
		if got := r.Route(0, route.Request{}, views); got != 1 {
			t.Errorf("home %d of a full base, want 1", got)
		}
	}
}

func TestRouterErrors(t *testing.T) {
	if r, err := Router(nil, []home.Home{{}}); r != nil || err != nil {
		t.Errorf("a single home has the router %v, %v", r, err)
	}
	_, err := Router(loadRouting(t, "{burst: true}"), []home.Home{{Function: &home.Function{}}, {Function: &home.Function{}}})
	if err == nil || !strings.Contains(err.Error(), "spec.routing.burst: expected a cluster as the first home") {
		t.Errorf("error %v", err)
	}
}

func TestTrafficStart(t *testing.T) {
	if s := TrafficStart; s.Weekday() != time.Monday || s.Day() != 1 || s.Hour() != 0 {
		t.Errorf("traffic starts on %s", s)
	}
}
