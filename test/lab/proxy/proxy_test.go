package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// until polls a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !condition() {
		select {
		case <-deadline:
			t.Fatalf("not within 20 s: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// backend answers with its name; /hang answers when the test lets it.
func backend(t *testing.T, ip, name string, hang <-chan struct{}) int32 {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			w.(http.Flusher).Flush()
			<-hang
		}
		fmt.Fprint(w, name)
	}))
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return int32(l.Addr().(*net.TCPAddr).Port)
}

func endpoint(ip string, ready, terminating bool) discoveryv1.Endpoint {
	yes := true
	return discoveryv1.Endpoint{Addresses: []string{ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready, Serving: &yes, Terminating: &terminating}}
}

func slice(name string, port int32, endpoints ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	portName := ""
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: map[string]string{discoveryv1.LabelServiceName: "model"}},
		Endpoints:  endpoints, Ports: []discoveryv1.EndpointPort{{Name: &portName, Port: &port}},
	}
}

// world is a service with two backends and a proxy, all on loopback addresses.
func world(t *testing.T, hang <-chan struct{}) (client *fake.Clientset, url string, ports [2]int32) {
	t.Helper()
	ports = [2]int32{backend(t, "127.0.0.2", "a", hang), backend(t, "127.0.0.3", "b", hang)}
	free, err := net.Listen("tcp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	port := int32(free.Addr().(*net.TCPAddr).Port)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "model", Namespace: "default"}, Spec: corev1.ServiceSpec{ClusterIP: "127.0.0.9", Ports: []corev1.ServicePort{{Port: port}}}}
	client = fake.NewClientset(service, slice("one", ports[0], endpoint("127.0.0.2", true, false)), slice("two", ports[1], endpoint("127.0.0.3", true, false)))
	p, err := start(t.Context(), client, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return client, "http://127.0.0.9:" + strconv.Itoa(int(port)), ports
}

func get(url string) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func TestRoundRobin(t *testing.T) {
	_, url, _ := world(t, nil)
	count := map[string]int{}
	for range 10 {
		got, err := get(url)
		if err != nil {
			t.Fatal(err)
		}
		count[got]++
	}
	if count["a"] != 5 || count["b"] != 5 {
		t.Errorf("calls %v, want 5 each", count)
	}
}

// TestDraining: an endpoint that is no longer ready gets no new connection, and ends those that it has.
func TestDraining(t *testing.T) {
	hang := make(chan struct{})
	client, url, ports := world(t, hang)
	update := func(s *discoveryv1.EndpointSlice) {
		t.Helper()
		if _, err := client.DiscoveryV1().EndpointSlices("default").Update(t.Context(), s, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	update(slice("two", ports[1], endpoint("127.0.0.3", false, false)))
	only(t, url, "a")
	response, err := http.Get(url + "/hang") // on a
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	update(slice("two", ports[1], endpoint("127.0.0.3", true, false)))
	update(slice("one", ports[0], endpoint("127.0.0.2", false, true)))
	only(t, url, "b")
	close(hang)
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "a" {
		t.Errorf("the open call got %q, %v", body, err)
	}

	// Without a ready endpoint one that serves while it terminates is used, and without any callers are refused.
	update(slice("two", ports[1], endpoint("127.0.0.3", false, false)))
	only(t, url, "a")
	update(slice("one", ports[0]))
	until(t, "refusal", func() bool {
		_, err := get(url)
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	update(slice("one", ports[0], endpoint("127.0.0.2", true, false)))
	only(t, url, "a")
}

// only waits until several calls in a row come from one backend.
func only(t *testing.T, url, name string) {
	t.Helper()
	until(t, "only "+name, func() bool {
		for range 4 {
			if got, err := get(url); err != nil || got != name {
				return false
			}
		}
		return true
	})
}

func TestDeadBackend(t *testing.T) {
	client, url, _ := world(t, nil)
	dead := slice("two", 1, endpoint("127.0.0.3", true, false)) // nobody listens on port 1
	if _, err := client.DiscoveryV1().EndpointSlices("default").Update(t.Context(), dead, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	only(t, url, "a")
}

func TestStopEndsConnections(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	ports := backend(t, "127.0.0.2", "a", hang)
	free, err := net.Listen("tcp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	port := int32(free.Addr().(*net.TCPAddr).Port)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "model", Namespace: "default"}, Spec: corev1.ServiceSpec{ClusterIP: "127.0.0.9", Ports: []corev1.ServicePort{{Port: port}}}}
	p, err := start(t.Context(), fake.NewClientset(service, slice("one", ports, endpoint("127.0.0.2", true, false))), slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get("http://127.0.0.9:" + strconv.Itoa(int(port)) + "/hang")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	p.Stop()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the call outlived the proxy")
	}
}

func TestStartNeedsAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := start(ctx, fake.NewClientset(), slog.Default()); err == nil {
		t.Error("started without having seen the services")
	}
}
