package bench

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
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
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/inference"
	"fulcrum.dev/fulcrum/internal/inference/inferencetest"
	"fulcrum.dev/fulcrum/internal/record"
)

func inferenceServer(t *testing.T, options ...grpc.ServerOption) *inferencetest.Server {
	t.Helper()
	s, err := inferencetest.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// linear asks the model for one row, of which the scores are known.
func linear(name, url string) v1alpha1.Target {
	y, _ := inferencetest.Apply([]float32{1, 2, 3, 4}, []int64{1, 4})
	return v1alpha1.Target{
		Name: name, URL: url, Protocol: "inference",
		Inference: &v1alpha1.InferenceRequest{
			Model: inferencetest.Name, Inputs: []v1alpha1.InferenceTensor{{Name: "x", Datatype: "FP32", Shape: []int64{1, 4}, Data: "[1, 2, 3, 4]"}},
		},
		Expect: v1alpha1.Expect{JSON: map[string]string{"outputs.0.data.0": fmt.Sprint(y[0]), "outputs.0.data.2": fmt.Sprint(y[2]), "outputs.0.shape.1": "3"}},
	}
}

// TestInferenceOverHTTPAndGRPC asks one model both ways in one run, and expects the same of both.
func TestInferenceOverHTTPAndGRPC(t *testing.T) {
	s := inferenceServer(t)
	suite := suiteOf(100, 0.4, linear("http", "http://"+s.HTTP()), linear("grpc", "grpc://"+s.GRPC()))
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
	wrong := linear("grpc", "grpc://"+s.GRPC())
	wrong.Expect.JSON["outputs.0.data.0"] = "0"
	fresh := linear("grpc", "grpc://"+s.GRPC())
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
		return "grpc://" + inferenceServer(t, grpc.UnaryInterceptor(func(ctx context.Context, q any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if code == codes.OK {
				<-ctx.Done()
				return nil, grpcstatus.FromContextError(ctx.Err()).Err()
			}
			return nil, grpcstatus.Error(code, "sorry")
		})).GRPC()
	}
	closing := strings.Replace(raw(t, func(*net.TCPConn, int64) bool { return false }), "http:", "grpc:", 1)
	for name, test := range map[string]struct {
		url    string
		want   record.Kind
		status int
	}{
		"not found": {failing(codes.NotFound), record.ClientError, 404}, "exhausted": {failing(codes.ResourceExhausted), record.TooMany, 429},
		"unavailable": {failing(codes.Unavailable), record.ServerError, 503}, "internal": {failing(codes.Internal), record.ServerError, 500},
		"unimplemented": {failing(codes.Unimplemented), record.ClientError, 404}, "deadline": {failing(codes.DeadlineExceeded), record.Timeout, 0},
		"hangs": {failing(codes.OK), record.Timeout, 0}, "refused": {"grpc://127.0.0.1:1", record.Refused, 0},
		"dns": {"grpc://a..b:80", record.DNS, 0}, "no TLS there": {"grpcs://" + inferenceServer(t).GRPC(), record.TLS, 0},
		"closes": {closing, record.Reset, 0},
	} {
		suite := suiteOf(50, 0.1, linear("a", test.url))
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
	s := inferenceServer(t, grpc.Creds(credentials.NewServerTLSFromCert(&pair.TLS.Certificates[0])),
		grpc.UnaryInterceptor(func(ctx context.Context, q any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			if diff := cmp.Diff([]string{"Bearer token1", "search"}, append(md.Get("authorization"), md.Get("x-team")...)); diff != "" {
				return nil, grpcstatus.Error(codes.Unauthenticated, diff)
			}
			return next(ctx, q)
		}))
	roots := x509.NewCertPool()
	roots.AddCert(pair.Certificate())
	target := linear("a", "grpcs://"+s.GRPC())
	target.Headers = map[string]string{"X-Team": "search"}
	if r := runOf(t, suiteOf(10, 0.1, target), map[string]Access{"a": {Roots: roots, Tokens: new(countedTokens)}}).Records[0]; r.Kind != record.OK {
		t.Errorf("with the certificate: %+v", r)
	}
	if r := runOf(t, suiteOf(10, 0.1, target), map[string]Access{"a": {Roots: roots}}).Records[0]; r.Kind != record.ClientError || r.Status != 401 {
		t.Errorf("without a token: %+v", r)
	}
	if r := runOf(t, suiteOf(10, 0.1, target), nil).Records[0]; r.Kind != record.TLS {
		t.Errorf("without the certificate: %+v", r)
	}
}

// TestTensors: what is made up has the size that the load says, and fits its datatype.
func TestTensors(t *testing.T) {
	var j job
	j.sequence, j.ask.Input = 7, 5
	for datatype, want := range map[string]string{
		"INT64": "[7,14,21,28,35]", "UINT8": "[7,14,21,28,35]", "FP32": "[0.07,0.14,0.21,0.28,0.35]", "BOOL": "[true,false,true,false,true]",
	} {
		make, err := tensorsOf(&v1alpha1.InferenceRequest{Inputs: []v1alpha1.InferenceTensor{{Name: "x", Datatype: datatype, Shape: []int64{1, -1}}}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := make(j)
		if err != nil || string(list[0].Data) != want || list[0].Shape[1] != 5 {
			t.Errorf("%s: %+v, %v", datatype, list, err)
		}
	}
	for text, want := range map[string]string{
		"[1]": "expected 4 elements for the shape [1 4], got 1", "1": "expected a JSON array", "[[1,2,3,4]]": "got another one at place 0",
		`[1,"a",3,4]`: "got another one at place 1", "[1,2": "expected a JSON array", "{{.Nothing}}": "Nothing",
	} {
		target := linear("a", "grpc://127.0.0.1:1")
		target.Inference.Inputs[0].Data = text
		_, err := Run(t.Context(), inputOf(t, suiteOf(10, 0.1, target), nil), io.Discard)
		if err == nil || !strings.Contains(err.Error(), "target a: inference.inputs[0].data: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestRawContents: every datatype in its binary form, and forms that break.
func TestRawContents(t *testing.T) {
	for _, test := range []struct{ datatype, raw, want string }{
		{"BOOL", "\x01\x00", "[true,false]"},
		{"INT8", "\xff", "[-1]"},
		{"UINT8", "\xff", "[255]"},
		{"INT16", "\xfe\xff", "[-2]"},
		{"INT32", "\x01\x00\x00\x00", "[1]"},
		{"UINT64", "\xff\xff\xff\xff\xff\xff\xff\xff", "[18446744073709551615]"},
		{"FP32", "\x00\x00\xc0\x3f\x00\x00\xc0\x7f", `[1.5,"NaN"]`},
		{"FP64", "\x00\x00\x00\x00\x00\x00\xf8\x3f", "[1.5]"},
		{"BYTES", "\x02\x00\x00\x00hi\x00\x00\x00\x00", `["hi",""]`},
		{"BYTES", "\xff\xff\xff\xffhi", ""},
		{"INT32", "\x01\x00\x00", ""},
		{"FP16", "\x01\x00", ""},
	} {
		got, err := answerJSON(&inference.ModelInferResponse{
			Outputs: []*inference.ModelInferResponse_InferOutputTensor{{Name: "y", Datatype: test.datatype}}, RawOutputContents: [][]byte{[]byte(test.raw)},
		})
		if test.want == "" && err == nil || test.want != "" && (err != nil || !strings.Contains(string(got), `"data":`+test.want)) {
			t.Errorf("%s: %s, %v", test.datatype, got, err)
		}
	}
}
