package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/compute/metadata"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
)

const (
	// renewBefore is how long before its end a token is renewed, or half of its life where that is less. Google's are
	// valid for an hour.
	renewBefore = 5 * time.Minute
	// fetchTimeout bounds the fetch of one.
	fetchTimeout = 10 * time.Second
)

// idTokens keeps an ID token and renews it before it ends: one request does, while others go on with the old one.
type idTokens struct {
	fetch func(context.Context) (string, error)

	renewing chan struct{} // of one place, taken by who fetches

	mu    sync.Mutex // guards what follows
	token string
	renew time.Time
	end   time.Time
}

func idTokensOf(fetch func(context.Context) (string, error)) *idTokens {
	return &idTokens{fetch: fetch, renewing: make(chan struct{}, 1)}
}

// newIDTokens fetches the first token, so that what is missing is said before the run.
func newIDTokens(ctx context.Context, audience string) (*idTokens, error) {
	t := idTokensOf(func(ctx context.Context) (string, error) { return tokenOfMetadata(ctx, audience) })
	if path := os.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); path != "" {
		key, err := readServiceAccount(path, audience)
		if err != nil {
			return nil, fmt.Errorf("GOOGLE_APPLICATION_CREDENTIALS: %w", err)
		}
		t.fetch = func(ctx context.Context) (string, error) { return tokenOfServiceAccount(ctx, key) }
	}
	if _, err := t.Token(ctx); err != nil {
		return nil, fmt.Errorf("there is no ID token for %s: name the key of a service account with GOOGLE_APPLICATION_CREDENTIALS, "+
			"or a variable that holds a token with bearerFrom: %w", audience, err)
	}
	return t, nil
}

// Token returns a token that is valid now.
func (t *idTokens) Token(ctx context.Context) (string, error) {
	token, isValid, isDue := t.current()
	if isValid && !isDue {
		return token, nil
	}
	select {
	case t.renewing <- struct{}{}:
	default:
		if isValid {
			return token, nil
		}
		select {
		case t.renewing <- struct{}{}:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	defer func() { <-t.renewing }()
	if token, isValid, isDue := t.current(); isValid && !isDue { // somebody else was faster
		return token, nil
	}
	fetched, err := t.refresh(ctx)
	if err != nil && isValid {
		t.putOff()
		return token, nil
	}
	return fetched, err
}

// putOff tries again later, so that not every request waits for a source that does not answer.
func (t *idTokens) putOff() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.renew = time.Now().Add(fetchTimeout)
}

func (t *idTokens) current() (token string, isValid, isDue bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return t.token, now.Before(t.end), !now.Before(t.renew)
}

func (t *idTokens) refresh(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	token, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	end, err := endOf(token)
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	left := time.Until(end)
	if left <= 0 {
		return "", fmt.Errorf("the token ended at %s: is the clock of this machine right?", end.UTC().Format(time.RFC3339))
	}
	t.token, t.end, t.renew = token, end, end.Add(-min(renewBefore, left/2))
	return token, nil
}

// endOf reads when a token ends. Whoever gets it checks the signature.
func endOf(token string) (time.Time, error) {
	var claims struct {
		End int64 `json:"exp"`
	}
	parts := strings.Split(token, ".")
	if len(parts) == 3 {
		if text, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil && json.Unmarshal(text, &claims) == nil && claims.End > 0 {
			return time.Unix(claims.End, 0), nil
		}
	}
	return time.Time{}, errors.New("what should be an ID token is none")
}

// tokenOfMetadata asks the metadata server of the machine, which is at GCE_METADATA_HOST if that is set.
func tokenOfMetadata(ctx context.Context, audience string) (string, error) {
	client := metadata.NewClient(&http.Client{Timeout: fetchTimeout, Transport: &http.Transport{DisableKeepAlives: true}})
	query := url.Values{"audience": {audience}, "format": {"full"}}
	token, err := client.GetWithContext(ctx, "instance/service-accounts/default/identity?"+query.Encode())
	if err != nil {
		return "", fmt.Errorf("asking the metadata server: %w", err)
	}
	return strings.TrimSpace(token), nil
}

// readServiceAccount reads the key file of a service account.
func readServiceAccount(path, audience string) (*jwt.Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var key struct {
		Type     string `json:"type"`
		Email    string `json:"client_email"`
		ID       string `json:"private_key_id"`
		Key      string `json:"private_key"`
		TokenURI string `json:"token_uri"`
	}
	if err := json.Unmarshal(data, &key); err != nil {
		return nil, fmt.Errorf("%s: expected the key of a service account as JSON: %w", path, err)
	}
	if key.Type != "service_account" || key.Email == "" || key.Key == "" || key.TokenURI == "" {
		return nil, fmt.Errorf("%s: expected the key of a service account, got credentials of type %q, which give no ID tokens", path, key.Type)
	}
	return &jwt.Config{
		Email: key.Email, PrivateKey: []byte(key.Key), PrivateKeyID: key.ID, TokenURL: key.TokenURI,
		PrivateClaims: map[string]any{"target_audience": audience}, UseIDToken: true,
	}, nil
}

// tokenOfServiceAccount exchanges a statement that is signed with the key for a token.
func tokenOfServiceAccount(ctx context.Context, key *jwt.Config) (string, error) {
	client := &http.Client{Timeout: fetchTimeout, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	token, err := key.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client)).Token()
	if err != nil {
		return "", fmt.Errorf("asking %s: %w", key.TokenURL, err)
	}
	return token.AccessToken, nil
}
