package simulate

import (
	"context"
	"math"
	"runtime"
	"testing"

	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/random"
)

// memoryBound is how much a simulation may grow by, however long its traffic.
const memoryBound = 200 << 20

// TestHundredMillionRequestsInBoundedMemory streams generated requests through a
// cluster: five million, or 100 million where long tests are asked for.
func TestHundredMillionRequestsInBoundedMemory(t *testing.T) {
	requests := longtest.Pick(5e6, 100e6)
	w := poisson(t, 12.8, requests)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o, err := Run(context.Background(), replicas(16, random.Exponential(1)), w, Options{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	grown := after.Sys - before.Sys
	t.Logf("%d requests: memory from the system grew by %.1f MB to %.1f MB, %d bytes allocated in all",
		o.Arrivals, float64(grown)/1e6, float64(after.Sys)/1e6, after.TotalAlloc-before.TotalAlloc)
	if math.Abs(float64(o.Arrivals)/requests-1) > 0.01 {
		t.Errorf("%d requests, want about %.0f", o.Arrivals, requests)
	}
	if grown > memoryBound {
		t.Errorf("memory from the system grew by %d bytes, at most %d are allowed", grown, memoryBound)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > memoryBound {
		t.Errorf("%d bytes were allocated, at most %d are allowed", allocated, memoryBound)
	}
}
