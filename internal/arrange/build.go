package arrange

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/random"
)

// Arrangement is a model placed on an offer with every setting decided.
type Arrangement struct {
	Offer catalog.Offer
	// Settings are complete: written into a model file they give the same arrangement again.
	Settings v1alpha1.Home
	Fit      Fit
	Home     home.Home
	size     catalog.Size // of one node, instance or environment
	// Assumptions are what no user, measurement or provider document says, for the verdict.
	Assumptions []string
	// QuotaAssumed is the quota taken where the user gave none; 0 when the user did, or none applies.
	QuotaAssumed int
}

// Build decides every setting that is left open and derives the home's
// behaviour. The error says why the model cannot be served so on the offer.
func Build(spec *v1alpha1.ModelSpec, offer catalog.Offer, settings v1alpha1.Home, cat *catalog.Catalog) (Arrangement, error) {
	a := Arrangement{Offer: offer, Settings: settings}
	a.Settings.Offer, a.Settings.PriceClass, a.Settings.Region = offer.ID, string(offer.PriceClass), offer.Region
	a.Home.Name = offer.ID
	err := CheckSettings(offer, settings)
	if err != nil {
		return a, err
	}
	switch offer.Kind {
	case catalog.KindNode:
		err = a.buildCluster(spec, cat)
	case catalog.KindFunction:
		err = a.buildFunction(spec, cat)
	case catalog.KindContainer:
		err = a.buildContainer(spec, cat)
	default:
		err = fmt.Errorf("%s is of unknown kind %q", offer.ID, offer.Kind)
	}
	return a, err
}

// CheckSettings returns an error when settings are of another kind than the offer.
func CheckSettings(offer catalog.Offer, s v1alpha1.Home) error {
	cluster, function, container := s.Cluster != nil, s.Function != nil, s.Container != nil
	switch {
	case offer.Kind == catalog.KindNode && (function || container):
		return fmt.Errorf("%s is a Kubernetes node: give its settings under cluster", offer.ID)
	case offer.Kind == catalog.KindFunction && (cluster || container):
		return fmt.Errorf("%s runs functions: give its settings under function", offer.ID)
	case offer.Kind == catalog.KindContainer && (cluster || function):
		return fmt.Errorf("%s runs containers: give its settings under container", offer.ID)
	}
	return nil
}

func (a *Arrangement) assume(format string, args ...any) {
	a.Assumptions = append(a.Assumptions, fmt.Sprintf(format, args...))
}

func (a *Arrangement) setService(spec *v1alpha1.ModelSpec, fit Fit) {
	fit.Service.ByPriority = spec.Service.Queue == v1alpha1.QueueByPriority
	a.Fit, a.Home.Service = fit, fit.Service
	if spec.Service.StartUp.Init == nil && fit.StartUp == nil {
		a.assume("initialisation of the server is assumed; set spec.service.startUp.init to what you measured")
	}
}

// initDist is the server's own initialisation, in seconds.
func initDist(spec *v1alpha1.ModelSpec, fit Fit) (random.Dist, error) {
	if fit.StartUp != nil {
		return distribution.Duration(*fit.StartUp)
	}
	return distribution.Duration(modelfile.InitFor(spec.Service.StartUp, fit.profile()))
}

// weightsTime is how long the weights take; a start-up that was measured holds it already.
func weightsTime(spec *v1alpha1.ModelSpec, fit Fit) time.Duration {
	if fit.StartUp != nil {
		return 0
	}
	return transfer(spec.Artifacts.Weights, spec.Service.StartUp.WeightsRate)
}

// transfer is how long a size takes at a rate per second.
func transfer(size, rate unit.Bytes) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(size) / float64(rate) * 1e9)
}
