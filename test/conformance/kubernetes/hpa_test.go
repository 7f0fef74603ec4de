package kubernetes

import (
	"flag"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

const (
	resync  = 15 * time.Second
	targets = 1000
	ticks   = 30
)

var seed = flag.Uint64("seed", 1, "seed of the random cases")

// TestHPADecidesAsKubernetes lets both decide at each sync of many targets and
// requires the same number of replicas every time. The replicas follow the
// decisions, so that stabilisation and policies have a history, and are at times changed by
// somebody else.
func TestHPADecidesAsKubernetes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster := make(cluster, targets)
		for i := range cluster {
			cluster[i] = newTarget(i, rand.New(rand.NewPCG(*seed, uint64(i))))
		}
		start := time.Now()
		stop := cluster.control(t)
		defer stop()

		time.Sleep(resync / 2) // changes happen between the syncs
		tally := map[string]int{}
		for tick := range ticks {
			sync := start.Add(time.Duration(tick+1) * resync)
			for _, target := range cluster {
				target.change(sync)
			}
			time.Sleep(resync)
			synctest.Wait()
			for _, target := range cluster {
				target.compare(t, sync.Sub(start), tally)
			}
		}
		t.Logf("decisions: %v", tally)
		for _, kind := range []string{"grown", "shrunk", "kept"} {
			if tally[kind] < targets*ticks/20 {
				t.Errorf("only %d decisions of %d were %s: the cases do not try it", tally[kind], targets*ticks, kind)
			}
		}
	})
}
