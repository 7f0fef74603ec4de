package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
)

// accessOf reads the tokens, keys and certificates that targets need.
func accessOf(ctx context.Context, s *v1alpha1.Suite, dir string) (map[string]target.Access, error) {
	all := map[string]target.Access{}
	for i := range s.Spec.Targets {
		t := &s.Spec.Targets[i]
		var a target.Access
		if t.BearerFrom != "" {
			if a.Bearer = os.Getenv(t.BearerFrom); a.Bearer == "" {
				return nil, fmt.Errorf("target %s: the environment variable %s is not set: it should hold the token", t.Name, t.BearerFrom)
			}
		}
		if path := t.Connection.CAFile; path != "" {
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("target %s: %w", t.Name, err)
			}
			a.Roots = x509.NewCertPool()
			if !a.Roots.AppendCertsFromPEM(data) {
				return nil, fmt.Errorf("target %s: %s holds no certificate in PEM form", t.Name, path)
			}
		}
		if t.Lambda != nil || t.Auth != nil && t.Auth.AWS != nil {
			if err := awsAccess(ctx, t, &a); err != nil {
				return nil, err
			}
		}
		if t.Auth != nil && t.Auth.IDToken != nil {
			tokens, err := newIDTokens(ctx, t.Auth.IDToken.Audience)
			if err != nil {
				return nil, fmt.Errorf("target %s: %w", t.Name, err)
			}
			a.Tokens = tokens
		}
		all[t.Name] = a
	}
	return all, nil
}

// hashOf identifies a suite by what it asks for, however it was written.
func hashOf(s *v1alpha1.Suite) (string, error) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(s.Spec); err != nil {
		return "", err
	}
	h := sha256.New()
	_, err := io.Copy(h, &b)
	return hex.EncodeToString(h.Sum(nil)), err
}
