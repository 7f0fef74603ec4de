package probe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// verdict is "" for success, otherwise the error's text.
func verdict(t *testing.T, c Checker, handler corev1.ProbeHandler) string {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("too late"))
	defer cancel()
	if err := c.Check(ctx, handler); err != nil {
		return err.Error()
	}
	return ""
}

func port(l net.Addr) int { return l.(*net.TCPAddr).Port }

func TestHTTP(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "model.example" || r.Header.Get("X-Key") != "v" || !strings.HasPrefix(r.UserAgent(), "kube-probe/") {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	mux.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.Handle("/moved", http.RedirectHandler("/bad", http.StatusFound))
	mux.Handle("/away", http.RedirectHandler("http://elsewhere.invalid/", http.StatusFound))
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	plain, secure := httptest.NewServer(mux), httptest.NewTLSServer(mux)
	defer plain.Close()
	defer secure.Close()

	c := Checker{IP: "127.0.0.1", Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: int32(port(plain.Listener.Addr()))}}}
	headers := []corev1.HTTPHeader{{Name: "Host", Value: "model.example"}, {Name: "X-Key", Value: "v"}}
	for _, test := range []struct {
		path   string
		port   intstr.IntOrString
		scheme corev1.URIScheme
		want   string // part of the error
	}{
		{"/ok", intstr.FromString("web"), "", ""},
		{"/ok?a=b", intstr.FromInt(port(secure.Listener.Addr())), corev1.URISchemeHTTPS, ""},
		{"/bad", intstr.FromString("web"), "", "statuscode: 503"},
		{"/moved", intstr.FromString("web"), "", "statuscode: 503"},
		{"/away", intstr.FromString("web"), "", ""},
		{"/slow", intstr.FromString("web"), "", "too late"},
		{"/ok", intstr.FromString("none"), "", `port "none"`},
		{"/ok", intstr.FromInt32(1), "", "refused"},
	} {
		got := verdict(t, c, corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: test.path, Port: test.port, Scheme: test.scheme, HTTPHeaders: headers}})
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s at %v: %q, want %q", test.path, test.port.String(), got, test.want)
		}
	}
}

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt(port(l.Addr()))}}
	if got := verdict(t, Checker{IP: "127.0.0.1"}, handler); got != "" {
		t.Error(got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := verdict(t, Checker{IP: "127.0.0.1"}, handler); !strings.Contains(got, "refused") {
		t.Errorf("closed port: %q", got)
	}
}

func TestGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, status := grpc.NewServer(), health.NewServer()
	healthpb.RegisterHealthServer(server, status)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	name := "model"
	handler := corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: int32(port(l.Addr())), Service: &name}}
	if got := verdict(t, Checker{IP: "127.0.0.1"}, handler); !strings.Contains(got, "unknown service") {
		t.Errorf("unknown service: %q", got)
	}
	status.SetServingStatus(name, healthpb.HealthCheckResponse_NOT_SERVING)
	if got := verdict(t, Checker{IP: "127.0.0.1"}, handler); !strings.Contains(got, "NOT_SERVING") {
		t.Errorf("not serving: %q", got)
	}
	status.SetServingStatus(name, healthpb.HealthCheckResponse_SERVING)
	if got := verdict(t, Checker{IP: "127.0.0.1"}, handler); got != "" {
		t.Error(got)
	}
}

func TestExec(t *testing.T) {
	c := Checker{Exec: func(_ context.Context, argv []string) (string, error) {
		if argv[0] == "false" {
			return "no\n", errors.New("exit status 1")
		}
		return "", nil
	}}
	if got := verdict(t, c, corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}); got != "" {
		t.Error(got)
	}
	if got := verdict(t, c, corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"false"}}}); got != "no: exit status 1" {
		t.Error(got)
	}
	if got := verdict(t, c, corev1.ProbeHandler{}); !strings.Contains(got, "no handler") {
		t.Error(got)
	}
}
