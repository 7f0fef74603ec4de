package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A Checker knows one container.
type Checker struct {
	IP    string                 // of the pod
	Ports []corev1.ContainerPort // by whose names a probe may call them
	// Exec runs a command in the container and returns its output; an exit status is an error.
	Exec func(ctx context.Context, argv []string) (string, error)
}

// Check makes one try. A nil error is success.
func (c Checker) Check(ctx context.Context, handler corev1.ProbeHandler) error {
	switch {
	case handler.HTTPGet != nil:
		return c.http(ctx, handler.HTTPGet)
	case handler.TCPSocket != nil:
		return c.tcp(ctx, handler.TCPSocket)
	case handler.GRPC != nil:
		return c.grpc(ctx, handler.GRPC)
	case handler.Exec != nil:
		output, err := c.Exec(ctx, handler.Exec.Command)
		if ctx.Err() != nil {
			return fmt.Errorf("command timed out: %w", context.Cause(ctx))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(output), err)
		}
		return nil
	}
	return errors.New("probe has no handler: expected exec, httpGet, tcpSocket or grpc")
}

// http succeeds with a status from 200 to 399. A redirect to another host counts as success and is not followed.
func (c Checker) http(ctx context.Context, action *corev1.HTTPGetAction) error {
	request, err := c.request(ctx, action)
	if err != nil {
		return err
	}
	// A connection of its own for each try: an idle one would keep a server from draining.
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // as the kubelet does: the pod's certificate is its own
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Hostname() != via[0].URL.Hostname() {
			return http.ErrUseLastResponse
		}
		if len(via) >= 10 {
			return errors.New("stopped after 10 redirects")
		}
		return nil
	}}
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("get %q: %w", request.URL, context.Cause(ctx))
		}
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 10<<10)); err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d", response.StatusCode)
	}
	return nil
}

func (c Checker) request(ctx context.Context, action *corev1.HTTPGetAction) (*http.Request, error) {
	address, err := c.address(action.Host, action.Port)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(action.Path)
	if err != nil {
		return nil, fmt.Errorf("path of the probe: %w", err)
	}
	target.Scheme, target.Host = "http", address
	if action.Scheme == corev1.URISchemeHTTPS {
		target.Scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "kube-probe/1.37")
	request.Header.Set("Accept", "*/*")
	for _, h := range action.HTTPHeaders {
		if strings.EqualFold(h.Name, "Host") {
			request.Host = h.Value
			continue
		}
		request.Header.Add(h.Name, h.Value)
	}
	return request, nil
}

func (c Checker) tcp(ctx context.Context, action *corev1.TCPSocketAction) error {
	address, err := c.address(action.Host, action.Port)
	if err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// grpc asks the health service (grpc.health.v1.Health).
func (c Checker) grpc(ctx context.Context, action *corev1.GRPCAction) error {
	address, err := c.address("", intstr.FromInt32(action.Port))
	if err != nil {
		return err
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUserAgent("kube-probe/1.37"))
	if err != nil {
		return err
	}
	defer conn.Close()
	request := &healthpb.HealthCheckRequest{}
	if action.Service != nil {
		request.Service = *action.Service
	}
	response, err := healthpb.NewHealthClient(conn).Check(ctx, request)
	if err != nil {
		return err
	}
	if response.Status != healthpb.HealthCheckResponse_SERVING {
		return fmt.Errorf("service unhealthy (responded with %q)", response.Status)
	}
	return nil
}

func (c Checker) address(host string, port intstr.IntOrString) (string, error) {
	if host == "" {
		host = c.IP
	}
	number, err := c.port(port)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(number)), nil
}

func (c Checker) port(port intstr.IntOrString) (int, error) {
	if port.Type == intstr.Int {
		return port.IntValue(), nil
	}
	for _, p := range c.Ports {
		if p.Name == port.StrVal {
			return int(p.ContainerPort), nil
		}
	}
	if n, err := strconv.Atoi(port.StrVal); err == nil {
		return n, nil
	}
	return 0, fmt.Errorf("port %q of the probe: the container has no port of this name", port.StrVal)
}
