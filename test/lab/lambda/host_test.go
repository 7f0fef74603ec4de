package lambda_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"fulcrum.dev/fulcrum/test/lab/lambda"
	"fulcrum.dev/fulcrum/test/lab/lambda/noderuntime"
)

func start(t *testing.T, c lambda.Config) *lambda.Host {
	t.Helper()
	h := lambda.New(c)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// program is the command of a function: the handler.js of testdata, or this test binary.
type program struct {
	entryPoint []string
	directory  string
}

func nodeProgram(t *testing.T, export string) program {
	t.Helper()
	script, err := noderuntime.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	directory, err := filepath.Abs("testdata/node")
	if err != nil {
		t.Fatal(err)
	}
	return program{[]string{"node", script, "handler." + export}, directory}
}

func goProgram(t *testing.T) program {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program{[]string{binary}, ""}
}

// create makes a function and waits until it is active.
func create(t *testing.T, c *sdk.Client, name string, p program, with ...func(*sdk.CreateFunctionInput)) {
	t.Helper()
	in := lambda.Function(name, p.entryPoint...)
	in.ImageConfig.WorkingDirectory = &p.directory
	in.Timeout = aws.Int32(20)
	for _, change := range with {
		change(in)
	}
	if _, err := c.CreateFunction(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	waiter := sdk.NewFunctionActiveV2Waiter(c, func(o *sdk.FunctionActiveV2WaiterOptions) { o.MinDelay = time.Millisecond })
	if err := waiter.Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func variables(of map[string]string) func(*sdk.CreateFunctionInput) {
	return func(in *sdk.CreateFunctionInput) { in.Environment = &types.Environment{Variables: of} }
}

func timeout(seconds int32) func(*sdk.CreateFunctionInput) {
	return func(in *sdk.CreateFunctionInput) { in.Timeout = &seconds }
}

// said is what the test functions answer.
type said struct {
	Instance  string
	Calls     int
	Ticks     int
	Echo      any
	RequestID string `json:"requestId"`
	Remaining int64
	Arn       string
	Client    any
	Name      string
	Version   string
	Memory    int
	Variable  string
}

// result is an answer with what came around it.
type result struct {
	said
	raw *sdk.InvokeOutput
	log string
}

func call(ctx context.Context, c *sdk.Client, name string, event any, with ...func(*sdk.InvokeInput)) (result, error) {
	payload, err := json.Marshal(event)
	if err != nil {
		return result{}, err
	}
	in := &sdk.InvokeInput{FunctionName: &name, Payload: payload}
	for _, change := range with {
		change(in)
	}
	out, err := c.Invoke(ctx, in)
	if err != nil {
		return result{}, err
	}
	r := result{raw: out}
	if out.FunctionError == nil {
		_ = json.Unmarshal(out.Payload, &r.said) // not every answer is of that form
	}
	log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	r.log = string(log)
	return r, err
}

func mustCall(t *testing.T, c *sdk.Client, name string, event any, with ...func(*sdk.InvokeInput)) result {
	t.Helper()
	r, err := call(t.Context(), c, name, event, with...)
	if err != nil {
		t.Fatal(err)
	}
	if r.raw.FunctionError != nil {
		t.Fatalf("%s: %s", *r.raw.FunctionError, r.raw.Payload)
	}
	return r
}

func tail(in *sdk.InvokeInput)    { in.LogType = types.LogTypeTail }
func asEvent(in *sdk.InvokeInput) { in.InvocationType = types.InvocationTypeEvent }
func dryRun(in *sdk.InvokeInput)  { in.InvocationType = types.InvocationTypeDryRun }

func at(qualifier string) func(*sdk.InvokeInput) {
	return func(in *sdk.InvokeInput) { in.Qualifier = &qualifier }
}

// object is shorthand for an event.
type object = map[string]any

// wantCode checks that err is an API error of a certain name.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}
