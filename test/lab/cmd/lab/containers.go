package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
	"fulcrum.dev/fulcrum/test/lab/model"
)

// startContainers runs the encoder as Cloud Run would: from zero instances to three, and back after a minute.
func startContainers(ctx context.Context, l *laboratory) error {
	command, err := model.Encoder(ctx)
	if err != nil {
		return err
	}
	s := container.New(container.Config{Name: "encoder"})
	if err := s.Start(ctx); err != nil {
		return err
	}
	l.onStop(func() error { s.Close(); return nil })
	_, err = s.Deploy(ctx, container.Revision{
		Command: yielding(command.Args), Variables: command.Variables, Concurrency: 4, MaxInstances: 3, IdleHold: time.Minute,
		Startup: container.Probe{Path: "/healthz", Period: 100 * time.Millisecond, Failures: 300},
	})
	if err != nil {
		return err
	}
	url, err := l.expose("encoder, containers", "http", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		return err
	}
	l.try(fmt.Sprintf(`curl -s %s/v1/embeddings -H 'Content-Type: application/json' -d '{"input":"How do I reset my password?"}'`, url))
	return nil
}
