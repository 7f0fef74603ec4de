package coldstart

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// Forcer forces cold starts of one target. It is for one goroutine.
type Forcer interface {
	// Server is the URL of the server that changes the target; "" if nothing is changed. Change describes the change, as in
	// "scales deployment default/encoder to 0 and back".
	Server() string
	Change() string
	// Force forces one. Times are those of now; ask sends the request that meets it and waits for its end.
	Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error)
	// Restore puts the target back to its state before the first Force. Its error says what is left to do by hand.
	Restore(ctx context.Context) error
}

// Environment holds what a suite file refers to only by name.
type Environment struct {
	// Dir is the folder that relative paths start from.
	Dir string
	// Variable reads an environment variable; "" where there is none.
	Variable func(name string) string
	// AWS are the credentials for functions; Endpoint overrides the one in their URL, "" for none.
	AWS      aws.CredentialsProvider
	Endpoint string
}

// Open returns the forcer of a target with a coldStart. It reads credentials, and contacts no server.
func Open(t v1alpha1.Target, env Environment) (Forcer, error) {
	var (
		f   Forcer
		err error
	)
	switch c := t.ColdStart; {
	case c.Kubernetes != nil:
		k := *c.Kubernetes
		if k.Kubeconfig != "" && !filepath.IsAbs(k.Kubeconfig) {
			k.Kubeconfig = filepath.Join(env.Dir, k.Kubeconfig)
		}
		f, err = openKubernetes(k)
	case c.Lambda != nil:
		f, err = openLambda(t, env)
	case c.CloudRun != nil:
		f, err = openCloudRun(*c.CloudRun, env)
	default:
		f = &idle{span: c.Idle.Std()}
	}
	if err != nil {
		return nil, fmt.Errorf("target %s: coldStart: %w", t.Name, err)
	}
	return f, nil
}

// finish bounds a change that is waited for although the run was stopped.
const finish = 30 * time.Second

// committed is the context of a change: it outlives the run, so that a change either was made or was not.
func committed(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), finish)
}

// pause waits, and returns why the context ended if that was before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
