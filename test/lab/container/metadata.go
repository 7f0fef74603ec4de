package container

import (
	"net/http"
	"time"
)

// tokenValidity is how long Google's ID tokens are valid.
const tokenValidity = time.Hour

// Metadata answers as the metadata server of a machine of Google Cloud, as far as callers of a service need it: an ID token of
// the issuer for one service account. Programs find it at the address that GCE_METADATA_HOST names.
func (i *Issuer) Metadata(email string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /computeMetadata/v1/instance/service-accounts/{account}/identity", func(w http.ResponseWriter, r *http.Request) {
		account, audience := r.PathValue("account"), r.URL.Query().Get("audience")
		switch {
		case account != "default" && account != email:
			http.NotFound(w, r)
			return
		case audience == "":
			http.Error(w, "non-empty audience parameter required", http.StatusBadRequest)
			return
		}
		token, err := i.Token(email, audience, tokenValidity)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html") // as there
		_, _ = w.Write([]byte(token))               // fails only if the caller is gone
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A header that no browser sends: a page cannot make its reader's machine give away a token.
		w.Header().Set("Metadata-Flavor", "Google")
		if r.Header.Get("Metadata-Flavor") != "Google" {
			http.Error(w, "Missing Metadata-Flavor:Google header.", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
