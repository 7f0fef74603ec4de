package plan

import (
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/unit"
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
	// Progress, if set, is told how much of the work is done. Calls come from one goroutine at a time.
	Progress func(done, total int)
}

// Plan is the answer to where a model should be served.
type Plan struct {
	SchemaVersion string  `json:"schemaVersion"`
	Model         string  `json:"model"`
	Description   string  `json:"description,omitempty"`
	Traffic       Traffic `json:"traffic"`
	Verdict       Verdict `json:"verdict"`
	// Best is the cheapest arrangement that meets every objective; RunnerUp the cheapest on another offer.
	Best     *Candidate `json:"best,omitempty"`
	RunnerUp *Candidate `json:"runnerUp,omitempty"`
	// BestCluster and BestServerless are the cheapest feasible arrangements of either side.
	BestCluster    *Candidate `json:"bestCluster,omitempty"`
	BestServerless *Candidate `json:"bestServerless,omitempty"`
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

// The sides.
const (
	SideCluster    Side = "cluster"
	SideServerless Side = "serverless"
)

func sideOf(k catalog.Kind) Side {
	if k == catalog.KindNode {
		return SideCluster
	}
	return SideServerless
}

// Status is what became of a candidate.
type Status string

// The statuses.
const (
	// Feasible candidates meet every objective.
	Feasible Status = "feasible"
	// Infeasible candidates fail at least one objective at any size tried.
	Infeasible Status = "infeasible"
	// Dominated candidates were not simulated: their least possible cost is above what others cost.
	Dominated Status = "dominated"
)

// Candidate is one arrangement with what came of it.
type Candidate struct {
	Offer      string             `json:"offer"`
	Provider   string             `json:"provider"`
	PriceClass catalog.PriceClass `json:"priceClass"`
	Region     string             `json:"region"`
	Kind       catalog.Kind       `json:"kind"`
	Side       Side               `json:"side"`
	// Variant tells arrangements on one offer apart: fixed, hpa, concurrency 16, 1769MiB.
	Variant string `json:"variant"`
	// Settings can be put into spec.homes to get this arrangement again.
	Settings v1alpha1.Home `json:"settings"`
	Status   Status        `json:"status"`
	// Monthly is the bill's total, or the least possible cost of a dominated candidate.
	Monthly unit.Money   `json:"monthly"`
	Bill    catalog.Bill `json:"bill"`
	// MonthlyUsage is what the offer's own lines are priced from, in base units of each meter.
	MonthlyUsage catalog.Usage    `json:"monthlyUsage,omitempty"`
	Outcome      simulate.Outcome `json:"outcome"`
	Objectives   []Attainment     `json:"objectives"`
	Basis        platform.Basis   `json:"basis"`
	Assumptions  []string         `json:"assumptions,omitempty"`
	// HourlyPrice is what one replica or instance costs an hour when always in use, ancillary cost apart.
	HourlyPrice unit.Money `json:"hourlyPrice"`

	arrangement platform.Arrangement
	family      *family
	size        int
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

// TippingPoint is one point of the cost curves. A side without a feasible arrangement there has no cost.
type TippingPoint struct {
	Factor            float64     `json:"factor"`
	Rate              unit.Rate   `json:"rate"`
	ClusterOffer      string      `json:"clusterOffer,omitempty"`
	ClusterMonthly    *unit.Money `json:"clusterMonthly,omitempty"`
	Utilisation       float64     `json:"clusterUtilisation,omitempty"`
	ServerlessOffer   string      `json:"serverlessOffer,omitempty"`
	ServerlessMonthly *unit.Money `json:"serverlessMonthly,omitempty"`
}
