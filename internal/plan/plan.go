package plan

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/workload"
)

// SchemaVersion identifies the JSON form of a Plan.
const SchemaVersion = "fulcrum.dev/plan/v1alpha1"

// Input is everything that a plan depends on.
type Input struct {
	Model    *v1alpha1.Model
	Workload workload.Workload
	Catalog  *catalog.Catalog
	// Today is the day that the age of prices is counted to.
	Today time.Time
	// Workers is how many simulations run at once; it changes the speed, never the result.
	Workers int
	// Timeline is the number of moments that Simulate keeps a timeline for; 0 keeps none.
	Timeline int
	// Stop, when closed, ends the search early: what was found by then is the plan.
	Stop <-chan struct{}
	// Answer, if set, is told the first verdict of a long search in words, before it is confirmed on all of the traffic.
	Answer func(summary string)
	// Progress, if set, is told how much of the work is done. Calls come from one goroutine at a time.
	Progress func(done, total int)
	// sidesOnly leaves the tipping point out, whose curve takes most of the time of a short plan: for tests that do not look at it.
	sidesOnly bool
}

// Plan is the answer to where a model should be served.
type Plan struct {
	SchemaVersion string  `json:"schemaVersion"`
	Model         string  `json:"model"`
	Description   string  `json:"description,omitempty"`
	Traffic       Traffic `json:"traffic"`
	Verdict       Verdict `json:"verdict"`
	// Best is the cheapest arrangement that meets every objective, a hybrid only where it saves enough over the best single
	// home (see hybridMargin); RunnerUp the cheapest single home on another offer.
	Best     *Candidate `json:"best,omitempty"`
	RunnerUp *Candidate `json:"runnerUp,omitempty"`
	// BestCluster and BestServerless are the cheapest feasible arrangements of either side.
	BestCluster    *Candidate `json:"bestCluster,omitempty"`
	BestServerless *Candidate `json:"bestServerless,omitempty"`
	// BestHybrid is the cheapest feasible hybrid, where one is cheaper than every single home.
	BestHybrid *Candidate `json:"bestHybrid,omitempty"`
	// Nearest are the arrangements that come closest, when none is feasible.
	Nearest []*Candidate `json:"nearest,omitempty"`
	Tipping *Tipping     `json:"tippingPoint,omitempty"`
	// Claims are those of the model file, beside what comes out.
	Claims []ClaimResult `json:"claims,omitempty"`
	// Candidates are all arrangements considered, cheapest feasible first.
	Candidates []*Candidate `json:"candidates"`
	// Refused are the offers that break a hard constraint.
	Refused  []Refusal `json:"refused"`
	Warnings []Warning `json:"warnings"`
	// Stopped says that the search was ended before all that it shows was confirmed.
	Stopped bool `json:"stopped,omitempty"`
	// Verification is there when it was asked for: see Verify.
	Verification *Verification `json:"verification,omitempty"`
}

// Verdict is the plan in words.
type Verdict struct {
	Feasible bool     `json:"feasible"`
	Summary  string   `json:"summary"`
	Reasons  []string `json:"reasons"`
	// RestsOn lists the assumptions behind the best arrangement.
	RestsOn []string `json:"restsOn"`
}

// Side is the two kinds of place between which the tipping point lies.
type Side string

// The sides; a hybrid is on neither, or on both.
const (
	SideCluster    Side = "cluster"
	SideServerless Side = "serverless"
	SideHybrid     Side = "hybrid"
)

func sideOf(k catalog.Kind) Side {
	if k == catalog.KindNode {
		return SideCluster
	}
	return SideServerless
}

// Attainment is one objective and how the candidate did.
type Attainment struct {
	// Objective is such as "latency p95" or "errors".
	Objective string `json:"objective"`
	// Bound and Got are seconds, a share, or USD a month.
	Bound float64 `json:"bound"`
	Got   float64 `json:"got"`
	Unit  string  `json:"unit"`
	Met   bool    `json:"met"`
}

// Refusal is an offer that a hard constraint rules out.
type Refusal struct {
	Offer      string             `json:"offer"`
	PriceClass catalog.PriceClass `json:"priceClass"`
	Region     string             `json:"region"`
	// Gate names the constraint; Reason says why in words, Source where that is from.
	Gate   string `json:"gate"`
	Reason string `json:"reason"`
	Source string `json:"source,omitempty"`
}

// Warning is a doubt that travels with the result.
type Warning struct {
	// Code is stable for programs: short-trace, no-daily-shape, estimated-service-time, stale-price, …
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Tipping is the traffic at which the cheaper side changes.
type Tipping struct {
	// Found is false when neither side overtakes the other within the range searched.
	Found bool `json:"found"`
	// Factor is the multiple of today's traffic, and Rate the mean requests per second that it means.
	Factor float64   `json:"factor,omitempty"`
	Rate   unit.Rate `json:"rate,omitempty"`
	// Utilisation is what the cluster home achieves there under the objectives.
	Utilisation float64 `json:"utilisation,omitempty"`
	// Cluster and Serverless are the offers compared, with their monthly cost at the tipping point (or at the range's end).
	Cluster           string     `json:"cluster"`
	Serverless        string     `json:"serverless"`
	ClusterMonthly    unit.Money `json:"clusterMonthly"`
	ServerlessMonthly unit.Money `json:"serverlessMonthly"`
	// Cheaper is the side that is cheaper above the tipping point, or all over the range.
	Cheaper Side `json:"cheaperAbove"`
	// From and To bound the factors that were searched.
	From float64 `json:"from"`
	To   float64 `json:"to"`
	// Naive is the price ratio of one replica-hour on either side: the utilisation that a rule of thumb would give.
	Naive float64 `json:"naivePriceRatio"`
	// NaiveNote says what the ratio compares.
	NaiveNote string `json:"naiveNote"`
	// Curve is what both sides cost at the factors that were simulated.
	Curve []TippingPoint `json:"curve"`
}

// Estimated reports whether the tipping point lies where costs are estimated on a sample.
func (t *Tipping) Estimated() bool {
	return slices.ContainsFunc(t.Curve, func(p TippingPoint) bool { return p.Sample != "" && p.Factor >= t.Factor/2 && p.Factor <= t.Factor*2 })
}

// Sampled are the factors of the curve's points at which costs are estimated on a sample, rounded for people.
func (t *Tipping) Sampled() []string {
	var factors []string
	for _, p := range t.Curve {
		if p.Sample != "" {
			factors = append(factors, fmt.Sprintf("%.3g", p.Factor))
		}
	}
	return factors
}

// TippingPoint is one point of the cost curves. A side without a feasible arrangement there has no cost.
type TippingPoint struct {
	Factor float64   `json:"factor"`
	Rate   unit.Rate `json:"rate"`
	// ClusterSettings and ServerlessSettings can be put into spec.homes to get the homes again, under traffic times the factor.
	// They are nil where only a part of that traffic was simulated, and where the side has no feasible arrangement.
	ClusterOffer       string         `json:"clusterOffer,omitempty"`
	ClusterSettings    *v1alpha1.Home `json:"clusterSettings,omitempty"`
	ClusterMonthly     *unit.Money    `json:"clusterMonthly,omitempty"`
	Utilisation        float64        `json:"clusterUtilisation,omitempty"`
	ServerlessOffer    string         `json:"serverlessOffer,omitempty"`
	ServerlessSettings *v1alpha1.Home `json:"serverlessSettings,omitempty"`
	ServerlessMonthly  *unit.Money    `json:"serverlessMonthly,omitempty"`
	// Sample says on which part of the traffic costs are estimated; "" is all of it. A cost with settings is exact nevertheless.
	Sample string `json:"sample,omitempty"`
	// Notes say why a side costs more here than at the next point, with more traffic, where it does.
	Notes []string `json:"notes,omitempty"`
}
