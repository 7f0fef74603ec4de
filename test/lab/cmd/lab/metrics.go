package main

import (
	"context"
	"time"

	"fulcrum.dev/fulcrum/test/lab/metrics"
	"fulcrum.dev/fulcrum/test/lab/proxy"
)

// startMetrics starts the metrics APIs.
func startMetrics(ctx context.Context, l *laboratory) error {
	s, err := metrics.Start(ctx, l.cluster.Config, metrics.Options{
		Address: metricsAddress, ResourcePeriod: 5 * time.Second, CustomPeriod: time.Second,
	})
	if err != nil {
		return err
	}
	l.onStop(func() error { s.Stop(); return nil })
	if l.has("nodes") {
		l.try("kubectl top nodes")
	}
	return nil
}

// startServices makes cluster IPs reachable.
func startServices(ctx context.Context, l *laboratory) error {
	p, err := proxy.Start(ctx, l.cluster.Config, nil)
	if err != nil {
		return err
	}
	l.onStop(func() error { p.Stop(); return nil })
	return nil
}
