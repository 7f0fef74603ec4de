package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"
)

// tokenUntil has the form of an ID token.
func tokenUntil(end time.Time) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"RS256"}`) + "." + part(fmt.Sprintf(`{"exp":%d}`, end.Unix())) + ".signature"
}

// TestIDTokenOfMetadata asks a metadata server as there is one on every machine of Google's.
func TestIDTokenOfMetadata(t *testing.T) {
	token := tokenUntil(time.Now().Add(time.Hour))
	var path atomic.Value
	path.Store("/computeMetadata/v1/instance/service-accounts/default/identity")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path.Load() || r.Header.Get("Metadata-Flavor") != "Google" || r.URL.Query().Get("audience") != "https://svc.example/" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprintln(w, token)
	}))
	defer s.Close()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(s.URL, "http://"))
	tokens, err := newIDTokens(t.Context(), "https://svc.example/")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tokens.Token(t.Context()); err != nil || got != token {
		t.Errorf("%q, %v", got, err)
	}
	path.Store("elsewhere")
	if _, err := newIDTokens(t.Context(), "https://svc.example/"); err == nil || !strings.Contains(err.Error(), "there is no ID token for https://svc.example/: name the key") {
		t.Errorf("error %v", err)
	}
}

// TestIDTokenOfAServiceAccount exchanges a signed statement for a token.
func TestIDTokenOfAServiceAccount(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	token := tokenUntil(time.Now().Add(time.Hour))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.PostFormValue("assertion"), ".")
		if len(parts) == 3 {
			claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
			c := gjson.ParseBytes(claims)
			if c.Get("iss").String() == "me@p.iam" && c.Get("target_audience").String() == "https://svc.example" {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"id_token":%q}`, token)
				return
			}
		}
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "key.json")
	write := func(kind string) {
		text, err := json.Marshal(map[string]string{
			"type": kind, "client_email": "me@p.iam", "private_key_id": "1", "token_uri": s.URL,
			"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	write("service_account")
	tokens, err := newIDTokens(t.Context(), "https://svc.example")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tokens.Token(t.Context()); err != nil || got != token {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := newIDTokens(t.Context(), "https://another.example"); err == nil {
		t.Error("a refused exchange is no error")
	}
	write("authorized_user")
	if _, err := newIDTokens(t.Context(), "https://svc.example"); err == nil || !strings.Contains(err.Error(), `got credentials of type "authorized_user"`) {
		t.Errorf("error %v", err)
	}
}

// TestIDTokensAreRenewed: in time, by one of many, and with the old one while there is no new one.
func TestIDTokensAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fetched atomic.Int64
		isDown := false
		tokens := idTokensOf(func(context.Context) (string, error) {
			fetched.Add(1)
			if isDown {
				return "", errors.New("down")
			}
			time.Sleep(time.Second) // of the bubble's clock
			return tokenUntil(time.Now().Add(time.Hour)), nil
		})
		ask := func(want int64) {
			t.Helper()
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					token, err := tokens.Token(t.Context())
					end, _ := endOf(token)
					if err != nil || !time.Now().Before(end) {
						t.Errorf("%q until %s, %v", token, end, err)
					}
				})
			}
			all.Wait()
			if got := fetched.Load(); got != want {
				t.Errorf("fetched %d times, want %d", got, want)
			}
		}
		ask(1)
		time.Sleep(50 * time.Minute)
		ask(1)
		time.Sleep(6 * time.Minute)
		ask(2)
		isDown = true
		time.Sleep(56 * time.Minute)
		ask(3)
		ask(3) // not at once again
		time.Sleep(fetchTimeout)
		ask(4)
		time.Sleep(5 * time.Minute)
		if _, err := tokens.Token(t.Context()); err == nil {
			t.Error("a token that has ended is not sent")
		}
	})
}

func TestWhatIsNoToken(t *testing.T) {
	for _, text := range []string{"", "a.b", "a.b.c", "<html>", "e30.e30.e30"} {
		if _, err := endOf(text); err == nil {
			t.Errorf("%q has an end", text)
		}
	}
}
