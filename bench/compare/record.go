package main

import (
	"fmt"
	"os"

	"fulcrum.dev/fulcrum/internal/record"
)

// readRun reads the records of fulcrum bench.
func readRun(path string) (measured, error) {
	f, err := os.Open(path)
	if err != nil {
		return measured{}, err
	}
	defer f.Close()
	log, err := record.ReadLog(f)
	if err != nil {
		return measured{}, err
	}
	var latency, late []float64
	for i := range log.Records {
		r := &log.Records[i]
		if r.Kind == record.NotSent {
			continue // beyond those in flight; the server misses it, too
		}
		if r.Kind != record.OK {
			return measured{}, fmt.Errorf("request %d ended as %s", r.Sequence, r.Kind)
		}
		all, _ := r.Latency()
		before, _ := r.Lateness()
		latency, late = append(latency, all.Seconds()*1e3), append(late, before.Seconds()*1e3)
	}
	return measured{
		p50: quantile(latency, 0.50), p90: quantile(latency, 0.90), p99: quantile(latency, 0.99),
		own: &[2]float64{quantile(late, 0.50), quantile(late, 0.99)},
	}, nil
}
