package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"time"

	"fulcrum.dev/fulcrum/test/lab/container"
)

const (
	// caller is who may call what wants a token.
	caller = "caller@lab.example"
	// services is what the Admin API calls them by, before their names.
	services = "projects/lab/locations/here/services/"
	// adminToken is the variable with the access token of the Admin API.
	adminToken = "CLOUD_RUN_TOKEN"
)

// startContainers runs the encoder as Cloud Run would, for everybody.
func startContainers(ctx context.Context, l *laboratory) error {
	url, err := l.modelContainer(ctx, "encoder", encoderAdminAddress, container.Config{Addr: encoderContainerAddress})
	if err != nil {
		return err
	}
	l.rouse("http://"+encoderContainerAddress+"/healthz", nil)
	l.try(fmt.Sprintf(`curl -s %s/v1/embeddings -H 'Content-Type: application/json' -d '{"input":"How do I reset my password?"}'`, url))
	return nil
}

// startLlamaContainers runs the language model as Cloud Run would, for those with an ID token of a metadata server.
func startLlamaContainers(ctx context.Context, l *laboratory) error {
	issuer, err := container.NewIssuer()
	if err != nil {
		return err
	}
	url, err := l.modelContainer(ctx, "llama", llamaAdminAddress, container.Config{Addr: llamaContainerAddress, Issuer: issuer, Invokers: []string{caller}})
	if err != nil {
		return err
	}
	if err := l.serve(ctx, metadataAddress, issuer.Metadata(caller)); err != nil {
		return err
	}
	l.set("GCE_METADATA_HOST=" + metadataAddress)
	metadata, err := l.expose("metadata server", "http", metadataAddress)
	if err != nil {
		return err
	}
	token, err := issuer.Token(caller, "http://"+llamaContainerAddress, time.Minute)
	if err != nil {
		return err
	}
	l.rouse("http://"+llamaContainerAddress+"/healthz", http.Header{"Authorization": {"Bearer " + token}})
	l.try(fmt.Sprintf(`curl -s %s/v1/completions -H "Authorization: Bearer $(curl -s -H 'Metadata-Flavor: Google' `+
		`'%s/computeMetadata/v1/instance/service-accounts/default/identity?audience=http://%s')" `+
		`-H 'Content-Type: application/json' -d '{"prompt":"Hello","max_tokens":16}'`, url, metadata, llamaContainerAddress))
	return nil
}

// modelContainer runs a model server, from zero instances to three, and back after a minute, and returns its URL outside. At admin,
// inside, it can be changed.
func (l *laboratory) modelContainer(ctx context.Context, name, admin string, c container.Config) (url string, err error) {
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
	if l.adminToken == "" {
		l.adminToken = rand.Text()
		l.set(adminToken + "=" + l.adminToken)
	}
	a, err := container.NewAdmin(ctx, services+name, s, container.Revision{
		Command: yielding(command.Args), Variables: command.Variables, Concurrency: 4, MaxInstances: 3, IdleHold: time.Minute,
		Startup: container.Probe{Path: "/healthz", Period: 100 * time.Millisecond, Failures: 300},
	}, l.adminToken)
	if err != nil {
		return "", err
	}
	l.onStop(func() error { a.Wait(); return nil })
	if err := l.serve(ctx, admin, a); err != nil {
		return "", err
	}
	return l.expose(name+", containers", "http", c.Addr)
}

// serve serves HTTP at an address inside, until the end.
func (l *laboratory) serve(ctx context.Context, address string, handler http.Handler) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
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
	return nil
}
