package model_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/lambda"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
)

// create makes a model server a function.
func create(t *testing.T, client *sdk.Client, name string, c model.Command) {
	t.Helper()
	in := lambda.Function(name, c.Args...)
	in.MemorySize, in.Timeout, in.Environment = aws.Int32(512), aws.Int32(30), &types.Environment{Variables: c.Variables}
	_, err := client.CreateFunction(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
}

// serverless is a Lambda host that is patient: an init phase of more than the platform's 10 s, as on a busy machine, is done again
// within the call, and the call's REPORT does not say that it was cold.
func serverless(t *testing.T, c lambda.Config) *lambda.Host {
	t.Helper()
	c.InitTimeout = time.Minute
	h := lambda.New(c)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// call is an invocation as its caller sees it.
type call struct {
	latency time.Duration
	init    time.Duration // of the REPORT line; 0 if the environment was warm
	vector  []float64
}

var initDuration = regexp.MustCompile(`Init Duration: ([\d.]+) ms`)

const sentence = `{"input":"How do I reset my password?"}`

// invoke asks the encoder through the AWS SDK.
func invoke(ctx context.Context, t *testing.T, client *sdk.Client, name string) (call, error) {
	t.Helper()
	event, err := model.Event(http.MethodPost, "/v1/embeddings", []byte(sentence))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	out, err := client.Invoke(ctx, &sdk.InvokeInput{FunctionName: &name, Payload: event, LogType: types.LogTypeTail})
	if err != nil {
		return call{}, err
	}
	c := call{latency: time.Since(began)}
	status, body, err := model.Response(out.Payload)
	if err != nil || status != http.StatusOK || out.FunctionError != nil {
		t.Fatalf("got %d %s, %v", status, out.Payload, err)
	}
	c.vector = vector(t, parseEmbeddings(t, string(body)).Data[0].Embedding)
	log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		t.Fatal(err)
	}
	if found := initDuration.FindStringSubmatch(string(log)); found != nil {
		milliseconds, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		c.init = time.Duration(milliseconds * float64(time.Millisecond))
	}
	return c, nil
}

func mustInvoke(t *testing.T, client *sdk.Client, name string) call {
	t.Helper()
	c, err := invoke(t.Context(), t, client, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// TestEncoderBehindLambda is cold, warm, throttled at its limit, and cold again after an idle time.
func TestEncoderBehindLambda(t *testing.T) {
	h := serverless(t, lambda.Config{IdleTimeout: time.Second})
	client := h.Client()
	create(t, client, "encoder", encoder(t))
	cold := mustInvoke(t, client, "encoder")
	if cold.init < 50*time.Millisecond || cold.latency < cold.init {
		t.Errorf("the first call took %v, of which %v to load the model", cold.latency, cold.init)
	}
	var warm []time.Duration
	for range 20 {
		c := mustInvoke(t, client, "encoder")
		if c.init != 0 {
			t.Errorf("a call after the first one was cold for %v", c.init)
		}
		if cosine(c.vector, cold.vector) < 0.9999 {
			t.Error("equal texts have different vectors")
		}
		warm = append(warm, c.latency)
	}
	if median(warm)*3 > cold.latency {
		t.Errorf("cold %v, warm %v; expected a cold start to cost several times as much", cold.latency, median(warm))
	}
	t.Logf("Lambda host: cold %v (init %v), warm median %v, slowest %v", cold.latency, cold.init, median(warm), warm[len(warm)-1])
	throttled(t, client)
	await.Condition(t, "the idle environment has expired", func() bool { return h.Environments("encoder") == 0 })
	if again := mustInvoke(t, client, "encoder"); again.init == 0 {
		t.Error("the call after the idle time was warm")
	}
}

// throttled sends more calls at once than the function's concurrency.
func throttled(t *testing.T, client *sdk.Client) {
	t.Helper()
	if _, err := client.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: aws.String("encoder"), ReservedConcurrentExecutions: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	const n = 4
	var mu sync.Mutex
	served, refused := 0, 0
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			_, err := invoke(t.Context(), t, client, "encoder")
			mu.Lock()
			defer mu.Unlock()
			var throttle *types.TooManyRequestsException
			switch {
			case err == nil:
				served++
			case errors.As(err, &throttle) && throttle.Reason == types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if served == 0 || refused == 0 {
		t.Errorf("of %d calls at once, with one allowed, %d were served and %d throttled", n, served, refused)
	}
}

// TestLlamaBehindLambda streams from the same command that is a pod elsewhere.
func TestLlamaBehindLambda(t *testing.T) {
	h := serverless(t, lambda.Config{})
	c := llama(t, gguf.Small, 1)
	c.Variables["INVOKE_MODE"] = "RESPONSE_STREAM"
	create(t, h.Client(), "llama", c)
	event, err := model.Event(http.MethodPost, "/v1/completions", []byte(`{"prompt":"Hello","max_tokens":20,"seed":5,"temperature":0.8,"stream":true,"stream_options":{"include_usage":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.Client().InvokeWithResponseStream(t.Context(), &sdk.InvokeWithResponseStreamInput{FunctionName: aws.String("llama"), Payload: event})
	if err != nil {
		t.Fatal(err)
	}
	stream := out.GetStream()
	defer stream.Close()
	var all strings.Builder
	parts := 0
	for e := range stream.Events() {
		switch e := e.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			parts++
			all.Write(e.Value.Payload)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			if e.Value.ErrorCode != nil {
				t.Errorf("got %s %s", *e.Value.ErrorCode, aws.ToString(e.Value.ErrorDetails))
			}
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	metadata, body, ok := strings.Cut(all.String(), strings.Repeat("\x00", 8))
	var head struct{ StatusCode int }
	if err := json.Unmarshal([]byte(metadata), &head); err != nil || !ok || head.StatusCode != http.StatusOK {
		t.Fatalf("got %q, %v", all.String(), err)
	}
	done, _, _ := chunks(t, strings.NewReader(body))
	if end := done[len(done)-1]; end.Usage == nil || end.Usage.CompletionTokens == 0 || parts < 3 {
		t.Errorf("got %d chunks in %d parts, the last %+v", len(done), parts, end)
	}
}
