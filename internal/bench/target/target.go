package target

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Target asks one endpoint. Its methods may be called from many goroutines, except Close.
type Target interface {
	// Exchange sends one request, waits for the end of its answer, and fills in the record. Times in the record count from
	// start. It returns the error behind a failure, if there is one; the record has its kind.
	Exchange(ctx context.Context, q Request, start time.Time, timeout time.Duration, r *record.Record) error
	// Interrupt ends the exchanges under way that no context ends. Their contexts must have ended.
	Interrupt()
	// Close closes the connections. No exchange may be under way.
	Close()
}

// Request is what differs from one request to the next.
type Request struct {
	// Sequence is the number of the request in the schedule, from 0.
	Sequence int64
	// Size says how large it is; 0 leaves that to the target.
	Size workload.Request
}

// Access is what a target needs that does not belong into a suite file.
type Access struct {
	// Bearer is the token to send; "" for none.
	Bearer string
	// Tokens give the token to send where it is renewed; nil for none.
	Tokens TokenSource
	// Roots are the certificates to trust; nil for the system's.
	Roots *x509.CertPool
	// AWS are the credentials to sign with; nil where nothing is signed.
	AWS aws.CredentialsProvider
	// Endpoint is asked for functions instead of what their URL says; "" for that.
	Endpoint string
}

// Open returns the target that a suite describes. It asks nobody yet. At most maxInFlight connections are kept idle.
//
// Errors: a template that cannot be filled in, credentials that are missing.
func Open(t v1alpha1.Target, access Access, maxInFlight int) (Target, error) {
	if t.IsGRPC() {
		return newGRPCTarget(t, access)
	}
	made, err := newHTTPTarget(t, access)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Auth != nil && t.Auth.AWS != nil:
		signer, err := newAWSSigner(access.AWS, t.Auth.AWS.Service, t.Auth.AWS.Region)
		if err != nil {
			return nil, fmt.Errorf("target %s: %w", t.Name, err)
		}
		made.prepare = signer.prepare
	case access.Tokens != nil:
		made.prepare = bearerOf(access.Tokens)
	case t.Lambda != nil:
		if err := made.overLambda(t, access); err != nil {
			return nil, fmt.Errorf("target %s: %w", t.Name, err)
		}
	}
	made.transport = wire.New(made.url, t.Connection, access.Roots, maxInFlight)
	if t.HTTP != nil && isFixed(t.HTTP.Body) && made.prepare == nil && made.open == nil {
		made.fast = newFastPath(made)
	}
	return made, nil
}
