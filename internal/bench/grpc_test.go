package bench

import (
	"context"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestInferenceOverHTTPAndGRPC asks one model both ways in one run, and expects the same of both.
func TestInferenceOverHTTPAndGRPC(t *testing.T) {
	s := benchtest.InferenceServer(t)
	suite := suiteOf(100, 0.4, benchtest.Linear("http", "http://"+s.HTTP()), benchtest.Linear("grpc", "grpc://"+s.GRPC()))
	suite.Spec.Turn = new(unit.Duration)
	seen, made := map[int]int{}, 0
	for _, r := range runOf(t, suite, nil).Records {
		if r.Kind != record.OK || r.Status != 200 || r.Connected < r.Sent || r.FirstByte < r.Connected || r.LastByte < r.FirstByte || r.BytesIn == 0 || r.BytesOut == 0 {
			t.Errorf("%+v", r)
		}
		if seen[r.Target]++; r.Target == 1 && !r.Reused {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d connections for gRPC, want one", made)
	}
	if seen[0] < 15 || seen[1] < 15 {
		t.Errorf("requests %v", seen)
	}
	wrong := benchtest.Linear("grpc", "grpc://"+s.GRPC())
	wrong.Expect.JSON["outputs.0.data.0"] = "0"
	fresh := benchtest.Linear("grpc", "grpc://"+s.GRPC())
	fresh.Connection.Fresh = true
	l := runOf(t, suiteOf(50, 0.1, wrong), nil)
	for _, r := range l.Records {
		if r.Kind != record.WrongAnswer {
			t.Errorf("%s, want wrong-answer", r.Kind)
		}
	}
	if text := l.End.Examples["wrong-answer"]; !strings.HasPrefix(text, "expected 0 at outputs.0.data.0, got ") {
		t.Errorf("the example is %q", text)
	}
	for _, r := range runOf(t, suiteOf(50, 0.1, fresh), nil).Records {
		if r.Kind != record.OK || r.Reused {
			t.Errorf("%+v", r)
		}
	}
}

// TestKindsOfGRPC: codes of the server, connections that fail, and answers that do not come.
func TestKindsOfGRPC(t *testing.T) {
	failing := func(code codes.Code) string {
		return "grpc://" + benchtest.InferenceServer(t, grpc.UnaryInterceptor(func(ctx context.Context, q any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if code == codes.OK {
				<-ctx.Done()
				return nil, grpcstatus.FromContextError(ctx.Err()).Err()
			}
			return nil, grpcstatus.Error(code, "sorry")
		})).GRPC()
	}
	closing := strings.Replace(benchtest.Raw(t, func(*net.TCPConn, int64) bool { return false }), "http:", "grpc:", 1)
	for name, test := range map[string]struct {
		url    string
		want   record.Kind
		status int
	}{
		"not found": {failing(codes.NotFound), record.ClientError, 404}, "exhausted": {failing(codes.ResourceExhausted), record.TooMany, 429},
		"unavailable": {failing(codes.Unavailable), record.ServerError, 503}, "internal": {failing(codes.Internal), record.ServerError, 500},
		"unimplemented": {failing(codes.Unimplemented), record.ClientError, 404}, "deadline": {failing(codes.DeadlineExceeded), record.Timeout, 0},
		"hangs": {failing(codes.OK), record.Timeout, 0}, "refused": {"grpc://127.0.0.1:1", record.Refused, 0},
		"dns": {"grpc://a..b:80", record.DNS, 0}, "no TLS there": {"grpcs://" + benchtest.InferenceServer(t).GRPC(), record.TLS, 0},
		"closes": {closing, record.Reset, 0},
	} {
		suite := suiteOf(50, 0.1, benchtest.Linear("a", test.url))
		suite.Spec.Timeout = unit.Duration(300 * time.Millisecond)
		l := runOf(t, suite, nil)
		for _, r := range l.Records {
			if r.Kind != test.want || r.Status != test.status {
				t.Errorf("%s: %s with status %d, want %s with %d: %v", name, r.Kind, r.Status, test.want, test.status, l.End.Examples)
			}
		}
	}
}

// TestSecureGRPC: certificates, and what is sent beside a request.
func TestSecureGRPC(t *testing.T) {
	pair := httptest.NewTLSServer(nil)
	defer pair.Close()
	s := benchtest.InferenceServer(t, grpc.Creds(credentials.NewServerTLSFromCert(&pair.TLS.Certificates[0])),
		grpc.UnaryInterceptor(func(ctx context.Context, q any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			if diff := cmp.Diff([]string{"Bearer token1", "search"}, append(md.Get("authorization"), md.Get("x-team")...)); diff != "" {
				return nil, grpcstatus.Error(codes.Unauthenticated, diff)
			}
			return next(ctx, q)
		}))
	roots := x509.NewCertPool()
	roots.AddCert(pair.Certificate())
	spec := benchtest.Linear("a", "grpcs://"+s.GRPC())
	spec.Headers = map[string]string{"X-Team": "search"}
	if r := runOf(t, suiteOf(10, 0.1, spec), map[string]target.Access{"a": {Roots: roots, Tokens: new(countedTokens)}}).Records[0]; r.Kind != record.OK {
		t.Errorf("with the certificate: %+v", r)
	}
	if r := runOf(t, suiteOf(10, 0.1, spec), map[string]target.Access{"a": {Roots: roots}}).Records[0]; r.Kind != record.ClientError || r.Status != 401 {
		t.Errorf("without a token: %+v", r)
	}
	if r := runOf(t, suiteOf(10, 0.1, spec), nil).Records[0]; r.Kind != record.TLS {
		t.Errorf("without the certificate: %+v", r)
	}
}
