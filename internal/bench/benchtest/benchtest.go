// Package benchtest has servers on loopback, well-behaved and not, for the tests of bench and of the packages below it.
// Start with Serve for a handler, and with Raw for what no HTTP server would send.
package benchtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/inference/inferencetest"
)

// Raw serves TCP connections on loopback: each request line that arrives is handed to answer, until it returns false.
func Raw(t testing.TB, answer func(c *net.TCPConn, n int64) bool) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	var n atomic.Int64
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				r := bufio.NewReader(c)
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					if !answer(c.(*net.TCPConn), n.Add(1)) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return "http://" + l.Addr().String()
}

// serve starts a server on loopback.
// Serve serves HTTP on loopback until the end of the test.
func Serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// Eventually waits until a condition holds.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

// InferenceServer starts the model of inferencetest.
func InferenceServer(t testing.TB, options ...grpc.ServerOption) *inferencetest.Server {
	t.Helper()
	s, err := inferencetest.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Linear asks the model for one row, of which the scores are known.
func Linear(name, url string) v1alpha1.Target {
	y, _ := inferencetest.Apply([]float32{1, 2, 3, 4}, []int64{1, 4})
	return v1alpha1.Target{
		Name: name, URL: url, Protocol: "inference",
		Inference: &v1alpha1.InferenceRequest{
			Model: inferencetest.Name, Inputs: []v1alpha1.InferenceTensor{{Name: "x", Datatype: "FP32", Shape: []int64{1, 4}, Data: "[1, 2, 3, 4]"}},
		},
		Expect: v1alpha1.Expect{JSON: map[string]string{"outputs.0.data.0": fmt.Sprint(y[0]), "outputs.0.data.2": fmt.Sprint(y[2]), "outputs.0.shape.1": "3"}},
	}
}
