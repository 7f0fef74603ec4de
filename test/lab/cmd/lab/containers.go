package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

// caller is who may call what wants a token.
const caller = "caller@lab.example"

// startContainers runs the encoder as Cloud Run would, for everybody.
func startContainers(ctx context.Context, l *laboratory) error {
	url, err := l.modelContainer(ctx, "encoder", container.Config{Addr: encoderContainerAddress})
	if err != nil {
		return err
	}
	l.try(fmt.Sprintf(`curl -s %s/v1/embeddings -H 'Content-Type: application/json' -d '{"input":"How do I reset my password?"}'`, url))
	return nil
}

// startLlamaContainers runs the language model as Cloud Run would, for those with an ID token of a metadata server.
func startLlamaContainers(ctx context.Context, l *laboratory) error {
	issuer, err := container.NewIssuer()
	if err != nil {
		return err
	}
	url, err := l.modelContainer(ctx, "llama", container.Config{Addr: llamaContainerAddress, Issuer: issuer, Invokers: []string{caller}})
	if err != nil {
		return err
	}
	metadata, err := l.startMetadata(ctx, issuer.Metadata(caller))
	if err != nil {
		return err
	}
	l.try(fmt.Sprintf(`curl -s %s/v1/completions -H "Authorization: Bearer $(curl -s -H 'Metadata-Flavor: Google' `+
		`'%s/computeMetadata/v1/instance/service-accounts/default/identity?audience=http://%s')" `+
		`-H 'Content-Type: application/json' -d '{"prompt":"Hello","max_tokens":16}'`, url, metadata, llamaContainerAddress))
	return nil
}

// modelContainer runs a model server, from zero instances to three, and back after a minute, and returns its URL outside.
func (l *laboratory) modelContainer(ctx context.Context, name string, c container.Config) (url string, err error) {
	command, err := commands[name](ctx)
	if err != nil {
		return "", err
	}
	c.Name = name
	s := container.New(c)
	if err := s.Start(ctx); err != nil {
		return "", err
	}
	l.onStop(func() error { s.Close(); return nil })
	_, err = s.Deploy(ctx, container.Revision{
		Command: yielding(command.Args), Variables: command.Variables, Concurrency: 4, MaxInstances: 3, IdleHold: time.Minute,
		Startup: container.Probe{Path: "/healthz", Period: 100 * time.Millisecond, Failures: 300},
	})
	if err != nil {
		return "", err
	}
	return l.expose(name+", containers", "http", c.Addr)
}

// startMetadata serves tokens, and returns the URL outside.
func (l *laboratory) startMetadata(ctx context.Context, handler http.Handler) (url string, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", metadataAddress)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // ends with ErrServerClosed
	}()
	l.onStop(func() error {
		err := server.Close()
		<-ended
		return err
	})
	l.set("GCE_METADATA_HOST=" + metadataAddress)
	return l.expose("metadata server", "http", metadataAddress)
}
