package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// awsAccess finds credentials where the AWS SDKs do: environment, shared files, SSO, web identity, container, instance. They
// are read once before the run, so that a missing one is said then, and again before they expire.
func awsAccess(ctx context.Context, t *v1alpha1.Target, a *target.Access) error {
	// The region of a profile, which the URL goes before, may be missing; what fetches credentials needs one.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"))
	if err != nil {
		return fmt.Errorf("target %s: reading the AWS configuration: %w", t.Name, err)
	}
	a.AWS = cfg.Credentials
	if _, isCached := a.AWS.(*aws.CredentialsCache); !isCached {
		a.AWS = aws.NewCredentialsCache(a.AWS)
	}
	if _, err := a.AWS.Retrieve(ctx); err != nil {
		return fmt.Errorf("target %s: there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE: %w", t.Name, err)
	}
	if t.Lambda == nil {
		return nil
	}
	l, err := suitefile.ParseLambdaURL(t.URL)
	if err != nil {
		return fmt.Errorf("target %s: %w", t.Name, err)
	}
	if a.Endpoint = l.Base(); l.Endpoint != "" {
		return nil
	}
	if override := os.Getenv("AWS_ENDPOINT_URL_LAMBDA"); override != "" {
		a.Endpoint = strings.TrimSuffix(override, "/")
	} else if cfg.BaseEndpoint != nil {
		a.Endpoint = strings.TrimSuffix(*cfg.BaseEndpoint, "/")
	}
	return nil
}
