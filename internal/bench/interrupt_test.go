package bench

import (
	"bytes"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestNothingIsLeft: an interruption ends all exchanges at once, over TLS and without, also those that still shake hands, and
// leaves neither a goroutine nor an open connection.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepted by the kernel, and never answered
	if err != nil {
		t.Fatal(err)
	}
	var waiting atomic.Int64
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { waiting.Add(1); <-r.Context().Done() })
	plain, secure := httptest.NewServer(hang), httptest.NewTLSServer(hang)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	suite := suiteOf(300, 600, v1alpha1.Target{Name: "a", URL: plain.URL}, v1alpha1.Target{Name: "b", URL: secure.URL},
		v1alpha1.Target{Name: "c", URL: "https://" + silent.Addr().String()})
	suite.Spec.Turn = new(unit.Duration) // by request
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan *record.Log, 1)
	go func() {
		var b bytes.Buffer
		if _, err := Run(ctx, inputOf(t, suite, map[string]target.Access{"b": {Roots: roots}}), &b); err != nil {
			t.Error(err)
		}
		ended <- readLog(t, b.Bytes())
	}()
	benchtest.Eventually(t, "60 requests wait", func() bool { return waiting.Load() >= 60 })
	cancel()
	select {
	case l := <-ended:
		kinds := kindsOf(l)
		if kinds[record.Interrupted] < 60 || len(kinds) != 1 {
			t.Errorf("%v, want all interrupted; %v", kinds, l.End.Examples)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the run goes on")
	}
	silent.Close()
	plain.Close()
	secure.Close()
	http.DefaultClient.CloseIdleConnections()
	benchtest.Eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}
