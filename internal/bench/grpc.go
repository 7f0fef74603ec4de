package bench

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/inference"
	"fulcrum.dev/fulcrum/internal/measure"
)

// grpcTarget is a server of the Open Inference Protocol that is asked by gRPC. All requests share a connection, unless each
// makes its own.
type grpcTarget struct {
	address        string
	model, version string
	inputs         tensors
	metadata       metadata.MD
	tokens         TokenSource
	reply          reply
	options        []grpc.DialOption
	fresh          bool
	shared         *grpc.ClientConn // nil with fresh connections
	watch          *connWatch
}

func newGRPCTarget(t v1alpha1.Target, access Access) (client, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", t.Name, err)
	}
	made := &grpcTarget{
		address: u.Host, model: t.Inference.Model, version: t.Inference.Version, tokens: access.Tokens, fresh: t.Connection.Fresh,
		metadata: metadata.MD{}, reply: reply{json: t.Expect.JSON}, watch: newConnWatch(),
	}
	if made.inputs, err = tensorsOf(t.Inference); err != nil {
		return nil, fmt.Errorf("target %s: inference.%w", t.Name, err)
	}
	for name, value := range t.Headers {
		made.metadata.Set(name, value)
	}
	if access.Bearer != "" {
		made.metadata.Set("authorization", "Bearer "+access.Bearer)
	}
	security := insecure.NewCredentials()
	if u.Scheme == "grpcs" {
		security = credentials.NewTLS(&tls.Config{RootCAs: access.Roots, InsecureSkipVerify: t.Connection.Insecure})
	}
	made.options = []grpc.DialOption{
		grpc.WithTransportCredentials(&watchedCredentials{security, made.watch}), grpc.WithContextDialer(made.watch.dial), grpc.WithStatsHandler(made.watch),
		grpc.WithDisableRetry(), grpc.WithDisableServiceConfig(), grpc.WithNoProxy(), grpc.WithIdleTimeout(0), grpc.WithUserAgent("fulcrum-bench"),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxKept)),
		// While the server cannot be reached, requests end as the last attempt did; the next one is not long to wait for.
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, MaxDelay: time.Second}, MinConnectTimeout: 20 * time.Second}),
	}
	if !made.fresh {
		made.shared, err = grpc.NewClient("passthrough:///"+made.address, made.options...)
	}
	return made, err
}

func (t *grpcTarget) close() {
	if t.shared != nil {
		_ = t.shared.Close() // nothing is in flight
	}
}

func (t *grpcTarget) exchange(ctx context.Context, timeout time.Duration, j job, now func() time.Duration, r *measure.Record) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	r.Sent = now()
	call := &grpcCall{now: now, connected: measure.Unseen, firstByte: measure.Unseen}
	answer, err := t.call(context.WithValue(ctx, callKey{}, call), j)
	r.LastByte = now()
	call.fill(r)
	if err == nil {
		r.Status = 200
		r.Kind = t.judge(answer, r)
		return nil
	}
	var own *requestError
	if errors.As(err, &own) {
		r.Kind = classify(ctx, err, beforeAnswer, false)
		return err
	}
	r.Kind, r.Status = call.classify(ctx, err, t.watch.lastFault())
	return err
}

// requestError says that there was no request to send.
type requestError struct{ error }

func (t *grpcTarget) call(ctx context.Context, j job) (*inference.ModelInferResponse, error) {
	request, err := t.request(j)
	if err != nil {
		return nil, &requestError{err}
	}
	header := t.metadata
	if t.tokens != nil {
		token, err := t.tokens.Token(ctx)
		if err != nil {
			return nil, &requestError{fmt.Errorf("fetching an ID token: %v", err)}
		}
		header = header.Copy()
		header.Set("authorization", "Bearer "+token)
	}
	conn := t.shared
	if t.fresh {
		if conn, err = grpc.NewClient("passthrough:///"+t.address, t.options...); err != nil {
			return nil, &requestError{err}
		}
		defer conn.Close() // nothing is in flight then
	}
	return inference.NewGRPCInferenceServiceClient(conn).ModelInfer(metadata.NewOutgoingContext(ctx, header), request)
}

func (t *grpcTarget) request(j job) (*inference.ModelInferRequest, error) {
	inputs, err := t.inputs(j)
	if err != nil {
		return nil, err
	}
	q := &inference.ModelInferRequest{ModelName: t.model, ModelVersion: t.version, Id: strconv.FormatInt(j.sequence, 10)}
	for _, in := range inputs {
		q.Inputs = append(q.Inputs, &inference.ModelInferRequest_InferInputTensor{
			Name: in.Name, Datatype: in.Datatype, Shape: in.Shape, Contents: contentsOf(&in),
		})
	}
	return q, nil
}

// judge looks into an answer, in the form that it would have over HTTP.
func (t *grpcTarget) judge(answer *inference.ModelInferResponse, r *measure.Record) measure.Kind {
	if len(answer.GetOutputs()) == 0 {
		return measure.WrongAnswer
	}
	if len(t.reply.json) == 0 {
		return measure.OK
	}
	text, err := answerJSON(answer)
	if err != nil {
		return measure.WrongAnswer
	}
	return t.reply.judgeBody(text, r)
}

// connWatch makes connections and sees what becomes of them: which are new, and why one was not made.
type connWatch struct {
	dialer net.Dialer

	mu    sync.Mutex
	used  map[string]bool // by local address
	fault error           // of the last attempt that failed, until a request goes out
}

func newConnWatch() *connWatch {
	return &connWatch{dialer: net.Dialer{KeepAlive: 30 * time.Second}, used: map[string]bool{}}
}

func (w *connWatch) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := w.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		w.setFault(err)
	}
	return conn, err
}

func (w *connWatch) setFault(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = err
}

func (w *connWatch) lastFault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// use notes that a request goes out by a connection, and reports whether one did before.
func (w *connWatch) use(local net.Addr) (again bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if local == nil {
		return false
	}
	w.fault = nil
	again = w.used[local.String()]
	w.used[local.String()] = true
	return again
}

func (w *connWatch) forget(local net.Addr) {
	if local == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.used, local.String())
}

// watchedCredentials notes why a handshake failed.
type watchedCredentials struct {
	credentials.TransportCredentials
	watch *connWatch
}

// errHandshake marks what a handshake failed of.
var errHandshake = errors.New("TLS handshake")

func (c *watchedCredentials) ClientHandshake(ctx context.Context, name string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := c.TransportCredentials.ClientHandshake(ctx, name, raw)
	if err != nil {
		c.watch.setFault(fmt.Errorf("%w: %w", errHandshake, err))
	}
	return conn, info, err
}

func (c *watchedCredentials) Clone() credentials.TransportCredentials {
	return &watchedCredentials{c.TransportCredentials.Clone(), c.watch}
}

// isGone reports whether an error of the transport says that its connection went away.
func isGone(text string) bool {
	for _, part := range []string{"error reading from server", "transport is closing", "connection reset", "EOF", "broken pipe", "closing transport"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
