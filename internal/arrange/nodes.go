package arrange

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/policy"
)

// ownCluster copies the settings that defaults are filled into, so that the caller's stay as they are.
func ownCluster(c v1alpha1.ClusterHome) v1alpha1.ClusterHome {
	if c.Nodes != nil {
		n := *c.Nodes
		n.ClusterAutoscaler, n.Karpenter = own(n.ClusterAutoscaler), own(n.Karpenter)
		c.Nodes = &n
	}
	c.Spot = own(c.Spot)
	if c.Autoscaler != nil {
		a := *c.Autoscaler
		a.Knative, a.KEDA, a.Predictive = own(a.Knative), own(a.KEDA), own(a.Predictive)
		a.Spock, a.Cackle, a.MArk, a.LIBRA = own(a.Spock), own(a.Cackle), own(a.MArk), own(a.LIBRA)
		a.ScaleUp, a.ScaleDown = own(a.ScaleUp), own(a.ScaleDown)
		c.Autoscaler = &a
	}
	return c
}

func own[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// buildNodes derives how the nodes come and go. It completes the settings for spot, and makes them where the user gave
// none and the catalogue knows how often the offer is interrupted: what is sold as interruptible is never simulated as if it always ran.
func (a *Arrangement) buildNodes(c *v1alpha1.ClusterHome) (home.Nodes, error) {
	var n home.Nodes
	if s := c.Nodes; s != nil {
		n = home.Nodes{
			Max: s.Max, Spare: s.Spare, Spread: s.Packing == "least-allocated", LossRate: perHour(s.Losses),
			ClusterAutoscaler: clusterAutoscaler(s.ClusterAutoscaler), Karpenter: karpenter(s.Karpenter),
		}
	}
	if _, known := bandEnd(a.Offer.InterruptionBand); known && c.Spot == nil && a.Offer.PriceClass == catalog.Spot {
		c.Spot = &v1alpha1.SpotNodes{}
		modelfile.DefaultSpot(c.Spot, c.Nodes)
	}
	if c.Spot != nil {
		if err := a.completeSpot(c); err != nil {
			return n, err
		}
		n.Spot = spot(c.Spot)
	}
	return n, n.Check()
}

func perHour(r unit.Rate) float64 { return float64(r) * time.Hour.Seconds() }

func clusterAutoscaler(s *v1alpha1.ClusterAutoscaler) *policy.ClusterAutoscaler {
	if s == nil {
		return nil
	}
	return &policy.ClusterAutoscaler{
		ScanInterval: s.ScanInterval.Std(), UnneededTime: s.UnneededTime.Std(), DelayAfterAdd: s.DelayAfterAdd.Std(),
		UtilizationThreshold: float64(*s.UtilizationThreshold), ProvisionTimeout: s.ProvisionTimeout.Std(),
	}
}

func karpenter(s *v1alpha1.Karpenter) *policy.Karpenter {
	if s == nil {
		return nil
	}
	return &policy.Karpenter{
		BatchIdle: s.BatchIdle.Std(), BatchMax: s.BatchMax.Std(), OnlyEmpty: s.Consolidation == "WhenEmpty",
		ConsolidateAfter: s.ConsolidateAfter.Std(), Budget: float64(*s.Budget), ExpireAfter: s.ExpireAfter.Std(),
	}
}

// completeSpot decides the rate and the notice by the offer. The caller's settings stay as they are.
func (a *Arrangement) completeSpot(c *v1alpha1.ClusterHome) error {
	if a.Offer.PriceClass != catalog.Spot {
		return fmt.Errorf("%s at %s is not interruptible: leave cluster.spot out", a.Offer.ID, a.Offer.PriceClass)
	}
	s := c.Spot
	if s.Interruptions == 0 {
		share, ok := bandEnd(a.Offer.InterruptionBand)
		if !ok {
			return fmt.Errorf("the catalogue has no interruption rate for %s: set cluster.spot.interruptions", a.Offer.Key())
		}
		a.assume("%g %% of the nodes are interrupted in a month, the upper end of the provider's band %s", share*100, a.Offer.InterruptionBand)
		s.Interruptions = unit.Rate(-math.Log1p(-share) / unit.Month.Seconds())
	}
	notice := modelfile.NoticeOf(*s, a.Offer.Provider)
	s.Notice = &notice
	if s.Checkpoint > 0 && a.Fit.Service.Batch != nil {
		return errors.New("batched service has no checkpoints: leave cluster.spot.checkpoint out")
	}
	return nil
}

// openBand is taken for a band without an upper end, such as >20%.
const openBand = 0.3

// bandEnd reads the upper end of a monthly band such as <5%, 5-10% or >20%.
func bandEnd(band string) (float64, bool) {
	if strings.HasPrefix(band, ">") {
		return openBand, true
	}
	_, high, _ := strings.Cut(band, "-")
	if high == "" {
		high = strings.TrimPrefix(band, "<")
	}
	share, err := unit.ParseShare(high)
	return float64(share), err == nil && share > 0 && share < 1
}

func spot(s *v1alpha1.SpotNodes) *home.Spot {
	extra := 0
	if s.Hedge != nil {
		extra = s.Hedge.Extra
	}
	return &home.Spot{
		Hedged: s.Hedge != nil, Extra: extra,
		Rate: perHour(s.Interruptions), Notice: s.Notice.Std(), Base: s.Base,
		Available: s.Available.Std(), Unavailable: s.Unavailable.Std(),
		Fallback: s.Fallback, FallbackAfter: s.FallbackAfter.Std(),
		Restart: s.Restart, Checkpoint: s.Checkpoint.Std(),
	}
}
