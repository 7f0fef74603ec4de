package container

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// googleIssuer is the iss of Google's ID tokens.
const googleIssuer = "https://accounts.google.com"

// Issuer signs ID tokens as Google's token service does, with a key of its own.
type Issuer struct{ key *rsa.PrivateKey }

// NewIssuer makes an issuer with a new key.
func NewIssuer() (*Issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making a token issuer: %w", err)
	}
	return &Issuer{key}, nil
}

// claims are those of an ID token that are looked at.
type claims struct {
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	jwt.RegisteredClaims
}

// Token is an ID token by which email may call what has the audience, until validity has passed.
func (i *Issuer) Token(email, audience string, validity time.Duration) (string, error) {
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims{
		Email: email, EmailVerified: true,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: googleIssuer, Subject: email, Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(validity)),
		},
	})
	text, err := token.SignedString(i.key)
	if err != nil {
		return "", fmt.Errorf("signing an ID token: %w", err)
	}
	return text, nil
}

// email checks a token and says whose it is.
func (i *Issuer) email(token string, audiences []string) (string, error) {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return i.key.Public(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(googleIssuer), jwt.WithAudience(audiences...), jwt.WithExpirationRequired())
	if err != nil {
		return "", err
	}
	if !c.EmailVerified {
		return "", errors.New("the token's e-mail address is not verified")
	}
	return c.Email, nil
}

// authorized answers a request that may not pass, and says whether it may: no token is 403, a token that does not hold is
// 401, one of somebody who is no invoker is 403. The signature does not reach the instance.
func (s *Service) authorized(w http.ResponseWriter, r *http.Request) bool {
	if s.config.Issuer == nil {
		return true
	}
	name := "X-Serverless-Authorization" // goes before the other
	if r.Header.Get(name) == "" {
		name = "Authorization"
	}
	kind, token, _ := strings.Cut(r.Header.Get(name), " ")
	if r.Header.Get(name) == "" {
		http.Error(w, "Forbidden: your client does not have permission to get this URL from this server.", http.StatusForbidden)
		return false
	}
	audiences := append(slices.Clone(s.config.Audiences), s.URL())
	email, err := "", errors.New("no bearer token")
	if strings.EqualFold(kind, "Bearer") {
		email, err = s.config.Issuer.email(token, audiences)
	}
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token" error_description="The access token could not be verified"`)
		http.Error(w, "Unauthorized: the access token could not be verified.", http.StatusUnauthorized)
		return false
	}
	if len(s.config.Invokers) > 0 && !slices.Contains(s.config.Invokers, email) {
		http.Error(w, "Forbidden: the caller is not an invoker of this service.", http.StatusForbidden)
		return false
	}
	unsigned := token[:strings.LastIndex(token, ".")+1] + "SIGNATURE_REMOVED"
	r.Header.Set(name, kind+" "+unsigned)
	return true
}
