package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// testAggregatedAPI serves an API of its own behind the API server, and looks at what comes through to it.
func testAggregatedAPI(t *testing.T, c *Cluster) {
	address := aggregatedServer(t, c)
	clients, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	registerAggregated(t, c, clients, address)
	agent, err := c.Identity(User{Name: "reader", Groups: []string{"system:masters"}})
	if err != nil {
		t.Fatal(err)
	}
	if clients, err = kubernetes.NewForConfig(agent); err != nil {
		t.Fatal(err)
	}
	var answer []byte
	await.Success(t, "the aggregated API to answer", func(ctx context.Context) error {
		var err error
		answer, err = clients.Discovery().RESTClient().Get().AbsPath("/apis/aggregated.fulcrum.dev/v1/whoami").DoRaw(ctx)
		return err
	})
	if want := "reader asks through " + frontProxy; string(answer) != want {
		t.Errorf("answer %q, want %q", answer, want)
	}
}

// aggregatedServer listens on another machine of the network and demands a certificate of the front proxy.
func aggregatedServer(t *testing.T, c *Cluster) netip.AddrPort {
	t.Helper()
	host := sandbox.ControlPlane.Next()
	listener, err := net.Listen("tcp", netip.AddrPortFrom(host, 0).String())
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := c.authority.issue(&x509.Certificate{
		DNSNames: []string{"aggregated.kube-system.svc"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(certificate)
	pool := x509.NewCertPool()
	pool.AddCert(c.authority.cert)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/whoami") {
			fmt.Fprintf(w, "%s asks through %s", r.Header.Get("X-Remote-User"), r.TLS.PeerCertificates[0].Subject.CommonName)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(metav1.APIResourceList{
			TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: "aggregated.fulcrum.dev/v1",
		})
	}))
	server.Listener.Close()
	server.Listener = listener
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{block.Bytes}, PrivateKey: key}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: pool,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return netip.MustParseAddrPort(listener.Addr().String())
}

// registerAggregated makes a Service whose endpoint is the server, and an APIService that names it.
func registerAggregated(t *testing.T, c *Cluster, clients kubernetes.Interface, address netip.AddrPort) {
	t.Helper()
	const name, namespace = "aggregated", "kube-system"
	port, ready := int32(address.Port()), true
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "https", Port: 443}}},
	}
	if _, err := clients.CoreV1().Services(namespace).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	portName := "https"
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints: []discoveryv1.Endpoint{{
			Addresses: []string{address.Addr().String()}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
		}},
		Ports: []discoveryv1.EndpointPort{{Name: &portName, Port: &port}},
	}
	if _, err := clients.DiscoveryV1().EndpointSlices(namespace).Create(t.Context(), slice, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	dynamicClient, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	registration := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": "v1.aggregated.fulcrum.dev"},
		"spec": map[string]any{
			"group": "aggregated.fulcrum.dev", "version": "v1", "groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"caBundle": base64.StdEncoding.EncodeToString(c.authority.bundle()),
			"service":  map[string]any{"namespace": namespace, "name": name, "port": int64(443)},
		},
	}}
	registrations := dynamicClient.Resource(schema.GroupVersionResource{
		Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices",
	})
	if _, err := registrations.Create(t.Context(), registration, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}
