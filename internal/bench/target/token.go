package target

import (
	"context"
	"fmt"
	"net/http"
)

// TokenSource gives a token that is valid now. Its method is called for each request, from many goroutines.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// bearerOf sends the token. The error is not wrapped: what befell a service of tokens is no fault of the target.
func bearerOf(tokens TokenSource) func(*http.Request, []byte) error {
	return func(req *http.Request, _ []byte) error {
		token, err := tokens.Token(req.Context())
		if err != nil {
			return fmt.Errorf("fetching an ID token: %v", err)
		}
		req.Header = req.Header.Clone()
		req.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}
