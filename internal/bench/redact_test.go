package bench

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestExamplesHideTheToken: a server that repeats the token in its answer gets it into no log, not even a part that is cut off.
func TestExamplesHideTheToken(t *testing.T) {
	token := "tok-" + strings.Repeat("secret", 60)
	server := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "unknown: "+r.Header.Get("Authorization"))
	})
	suite := suiteOf(50, 0.1, v1alpha1.Target{Name: "a", URL: server.URL, BearerFrom: "TOKEN"})
	log := runOf(t, suite, map[string]target.Access{"a": {Bearer: token}})
	text := log.End.Examples[record.ClientError.String()]
	if !strings.Contains(text, "unknown: Bearer [hidden]") || strings.Contains(text, "secret") {
		t.Errorf("the example is %q", text)
	}
}

// renewed is a source of one token.
type renewed string

func (r renewed) Token(context.Context) (string, error) { return string(r), nil }

// TestExamplesHideTheTokenOfGRPC: one that is renewed is not in what all requests share.
func TestExamplesHideTheTokenOfGRPC(t *testing.T) {
	s := benchtest.InferenceServer(t, grpc.UnaryInterceptor(func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		return nil, grpcstatus.Error(codes.Unauthenticated, "unknown: "+md.Get("authorization")[0])
	}))
	log := runOf(t, suiteOf(50, 0.1, benchtest.Linear("a", "grpc://"+s.GRPC())), map[string]target.Access{"a": {Tokens: renewed("tok-secretsecret")}})
	text := log.End.Examples[record.ClientError.String()]
	if !strings.Contains(text, "unknown: Bearer [hidden]") || strings.Contains(text, "secret") {
		t.Errorf("the example is %q", text)
	}
}
