package modelfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRoutingDefaults: a threshold of its own leaves out the default one, and what is given stays.
func TestRoutingDefaults(t *testing.T) {
	const head = "apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n  traffic: {generator: {rate: 1/s, span: 1h}}\n" +
		"  service: {profiles: [{cpu: x86, fixed: {duration: 1s}}]}\n  homes: [{offer: a/b/c}, {offer: a/b/d}]\n  routing: "
	for name, test := range map[string]struct {
		text, share, leave string
	}{
		"nothing given": {"{overflow: {}}", "100%", "99.9%"},
		"a share":       {"{overflow: {inFlightShare: 80%, leave: 0}}", "80%", "0%"},
		"in flight":     {"{overflow: {inFlight: 3}}", "", "99.9%"},
		"waiting":       {"{overflow: {waiting: 3, leave: 50%}}", "", "50%"},
		"a wait":        {"{overflow: {wait: 3s}}", "", "99.9%"},
	} {
		t.Run(name, func(t *testing.T) {
			o := load(t, head+test.text+"\n").Spec.Routing.Overflow
			share := ""
			if o.InFlightShare != nil {
				share = o.InFlightShare.String()
			}
			if diff := cmp.Diff([]string{test.share, test.leave}, []string{share, o.Leave.String()}); diff != "" {
				t.Errorf("share and leave (-want +got):\n%s", diff)
			}
		})
	}
	said := comments(t)
	for field, want := range map[string]string{"Overflow.inFlightShare": "100%.", "Overflow.leave": "Default: 99.9%."} {
		if !strings.Contains(said[field], want) {
			t.Errorf("the comment of %s does not say %q: %s", field, want, said[field])
		}
	}
}
