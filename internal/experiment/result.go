package experiment

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

// SchemaVersion identifies the JSON form of a Result.
const SchemaVersion = "fulcrum.dev/neighbours/v1alpha1"

// Result is what the neighbours of a plan's verdicts cost.
type Result struct {
	SchemaVersion string       `json:"schemaVersion"`
	Model         string       `json:"model"`
	Traffic       plan.Traffic `json:"traffic"`
	// Neighbours is how many were simulated, and Cheaper how many of them would take the place of their verdict.
	Neighbours int       `json:"neighbours"`
	Cheaper    int       `json:"cheaper"`
	Verdicts   []Verdict `json:"verdicts"`
}

// Verdict is an arrangement that the plan shows, with its neighbours.
type Verdict struct {
	// Names are what the plan shows it as: some of Names().
	Names []string `json:"names"`
	// Arrangement describes it; "" where the plan has none, and the hybrids are held against the best single home.
	Arrangement string            `json:"arrangement,omitempty"`
	Homes       []v1alpha1.Home   `json:"homes,omitempty"`
	Routing     *v1alpha1.Routing `json:"routing,omitempty"`
	Objectives  []plan.Attainment `json:"objectives,omitempty"`
	Status      plan.Status       `json:"status"`
	// Monthly is what it costs on all of the traffic, and Planned what the plan says.
	Monthly unit.Money `json:"monthly"`
	Planned unit.Money `json:"planned"`
	// Neighbours are in the order in which they are made.
	Neighbours []Neighbour `json:"neighbours"`
	// LeftOut are the neighbours that are not allowed or change nothing.
	LeftOut []LeftOut `json:"leftOut,omitempty"`
}

// Neighbour is an arrangement one step from a verdict.
type Neighbour struct {
	// Change is the setting with both values.
	Change  string            `json:"change"`
	Homes   []v1alpha1.Home   `json:"homes"`
	Routing *v1alpha1.Routing `json:"routing,omitempty"`
	Status  plan.Status       `json:"status"`
	// Monthly is its cost and Saving the share of the verdict's that it saves, negative where it costs more; nil where the run was
	// stopped because an objective was lost.
	Monthly *unit.Money `json:"monthly,omitempty"`
	Saving  *float64    `json:"saving,omitempty"`
	// Fails names the objectives that are not met.
	Fails []string `json:"fails,omitempty"`
	// Cheaper says that it would take the verdict's place: see plan.Candidate.Beats.
	Cheaper bool `json:"cheaper"`
	// BeatsBest says that it would even take the place of the plan's best.
	BeatsBest bool `json:"beatsBest"`
}

// LeftOut is a number of neighbours that were not simulated, and why.
type LeftOut struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Found are the neighbours that would take the place of their verdict, with its name.
func (r *Result) Found() []string {
	var list []string
	for _, v := range r.Verdicts {
		for _, n := range v.Neighbours {
			if n.Cheaper {
				text := fmt.Sprintf("%s: %s costs %s $, not %s $", v.Names[0], n.Change, n.Monthly.Dollars(), v.Monthly.Dollars())
				if n.BeatsBest && v.Names[0] != best {
					text += ", and less than the best"
				}
				list = append(list, text)
			}
		}
	}
	return list
}
