package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/inference"
	"fulcrum.dev/fulcrum/internal/record"
)

// grpcTarget is a server of the Open Inference Protocol that is asked by gRPC. Requests share connections, unless each makes
// its own.
type grpcTarget struct {
	address        string
	model, version string
	inputs         tensors
	metadata       metadata.MD
	tokens         TokenSource
	reply          reply
	options        []grpc.DialOption
	fresh          bool
	shared         *grpcPool // empty with fresh connections
	watch          *connWatch
}

func newGRPCTarget(t v1alpha1.Target, access Access) (Target, error) {
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
	made.shared = &grpcPool{dial: made.dial, watch: made.watch}
	return made, nil
}

func (t *grpcTarget) dial() (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+t.address, t.options...)
}

// Close closes the shared connections.
func (t *grpcTarget) Close() { t.shared.close() }

// Interrupt does nothing: the contexts of the exchanges end them.
func (t *grpcTarget) Interrupt() {}

// Exchange sends one request.
func (t *grpcTarget) Exchange(ctx context.Context, q Request, start time.Time, timeout time.Duration, r *record.Record) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, wire.ErrTimeout)
	defer cancel()
	r.Sent = time.Since(start)
	call := &grpcCall{start: start, connected: record.Unseen, firstByte: record.Unseen}
	header, err := t.authorised(ctx)
	var answer *inference.ModelInferResponse
	if err == nil {
		answer, err = t.call(metadata.NewOutgoingContext(context.WithValue(ctx, callKey{}, call), header), q)
	}
	r.LastByte = time.Since(start)
	call.fill(r)
	if err == nil {
		r.Status = 200
		if err := t.judge(answer, r); err != nil {
			r.Kind = classify(ctx, err, withinAnswer, false)
			return &redactedError{err, header.Get("authorization")}
		}
		r.Kind = record.OK
		return nil
	}
	var own *requestError
	if errors.As(err, &own) {
		r.Kind = classify(ctx, err, beforeAnswer, false)
		return err
	}
	r.Kind, r.Status = call.classify(ctx, err, t.watch.lastFault())
	return &redactedError{err, header.Get("authorization")}
}

// requestError says that there was no request to send.
type requestError struct{ error }

// authorised is the metadata of a request, with the token of now.
func (t *grpcTarget) authorised(ctx context.Context) (metadata.MD, error) {
	if t.tokens == nil {
		return t.metadata, nil
	}
	token, err := t.tokens.Token(ctx)
	if err != nil {
		return nil, &requestError{fmt.Errorf("fetching an ID token: %v", err)}
	}
	header := t.metadata.Copy()
	header.Set("authorization", "Bearer "+token)
	return header, nil
}

// call sends a request. The context has its metadata.
func (t *grpcTarget) call(ctx context.Context, q Request) (*inference.ModelInferResponse, error) {
	request, err := t.request(q)
	if err != nil {
		return nil, &requestError{err}
	}
	conn, release, err := t.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return inference.NewGRPCInferenceServiceClient(conn).ModelInfer(ctx, request)
}

// conn returns a connection for one request, which must be released after it.
func (t *grpcTarget) conn(ctx context.Context) (conn *grpc.ClientConn, release func(), err error) {
	if t.fresh {
		if conn, err = t.dial(); err != nil {
			return nil, nil, &requestError{err}
		}
		return conn, func() { _ = conn.Close() }, nil // nothing is in flight then
	}
	c, err := t.shared.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	return c.ClientConn, func() { t.shared.give(c) }, nil
}

func (t *grpcTarget) request(q Request) (*inference.ModelInferRequest, error) {
	inputs, err := t.inputs(q)
	if err != nil {
		return nil, err
	}
	m := &inference.ModelInferRequest{ModelName: t.model, ModelVersion: t.version, Id: strconv.FormatInt(q.Sequence, 10)}
	for _, in := range inputs {
		m.Inputs = append(m.Inputs, &inference.ModelInferRequest_InferInputTensor{
			Name: in.Name, Datatype: in.Datatype, Shape: in.Shape, Contents: contentsOf(&in),
		})
	}
	return m, nil
}

// judge looks into an answer, in the form that it would have over HTTP. An error is a fault.
func (t *grpcTarget) judge(answer *inference.ModelInferResponse, r *record.Record) error {
	if len(answer.GetOutputs()) == 0 {
		return wrongAnswer(nil, "expected an answer with outputs, got none of model %q", answer.GetModelName())
	}
	if len(t.reply.json) == 0 {
		return nil
	}
	text, err := answerJSON(answer)
	if err != nil {
		return wrongAnswer(nil, "expected outputs that fit their datatype, got another one: %v", err)
	}
	return t.reply.judgeBody(text, r)
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
