package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	golambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/uuid"
)

// TestMain makes this test binary a Go function when the Lambda host runs it.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	if wait, err := strconv.Atoi(os.Getenv("SLOW_INIT")); err == nil {
		<-time.After(time.Duration(wait) * time.Millisecond)
	}
	if os.Getenv("BROKEN_INIT") != "" {
		fmt.Println("broken at start")
		os.Exit(1)
	}
	if mark := os.Getenv("SLOW_FIRST_INIT"); mark != "" {
		if _, err := os.Stat(mark); err != nil {
			_ = os.WriteFile(mark, nil, 0o600)
			<-time.After(time.Minute)
		}
	}
	go func() {
		for range time.Tick(2 * time.Millisecond) {
			ticks.Add(1)
		}
	}()
	switch os.Getenv("HANDLER") {
	case "streaming":
		golambda.Start(stream)
	case "raw":
		misbehave()
	default:
		golambda.Start(handle)
	}
}

var (
	instance = uuid.NewString()
	calls    int
	ticks    atomic.Int64
)

// event says how the function behaves. testdata/node/handler.js is the same for Node.
type event struct {
	Append         string
	Record         json.RawMessage
	RequestContext struct{ Condition string }
	Print          string
	Sleep          int
	Fail           string
	Exit           int
	Size           int
	Echo           any
	Variable       string
	Parts          []string
	Wait           string
}

type teapot struct{ message string }

func (e *teapot) Error() string { return e.message }

func handle(ctx context.Context, raw json.RawMessage) (any, error) {
	calls++
	var e event
	_ = json.Unmarshal(raw, &e) // an event that is no object says nothing
	if e.Append != "" {
		line := e.Record
		if line == nil {
			line = raw
		}
		if err := appendLine(e.Append, line); err != nil {
			return nil, err
		}
	}
	if e.RequestContext.Condition != "" {
		if err := appendLine(os.Getenv("RECORDS"), raw); err != nil {
			return nil, err
		}
	}
	if e.Print != "" {
		fmt.Println(e.Print)
	}
	<-time.After(time.Duration(e.Sleep) * time.Millisecond)
	waitFor(e.Wait)
	switch {
	case e.Fail != "":
		return nil, &teapot{e.Fail}
	case e.Exit != 0:
		os.Exit(e.Exit)
	case e.Size != 0:
		return strings.Repeat("x", e.Size), nil
	}
	lc, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return nil, errors.New("no Lambda context")
	}
	deadline, _ := ctx.Deadline()
	return map[string]any{
		"instance": instance, "calls": calls, "ticks": ticks.Load(), "echo": e.Echo, "requestId": lc.AwsRequestID,
		"remaining": time.Until(deadline).Milliseconds(), "arn": lc.InvokedFunctionArn, "client": map[string]any{"custom": lc.ClientContext.Custom},
		"name": lambdacontext.FunctionName, "version": lambdacontext.FunctionVersion, "memory": lambdacontext.MemoryLimitInMB,
		"variable": os.Getenv(e.Variable),
	}, nil
}

func appendLine(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(append(line, '\n'))
	return err
}

// waitFor returns when there is such a file.
func waitFor(file string) {
	for file != "" {
		if _, err := os.Stat(file); err == nil {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
}

// stream answers with a reader, which aws-lambda-go sends in parts.
func stream(_ context.Context, e event) (io.Reader, error) {
	r, w := io.Pipe()
	go func() {
		for _, part := range e.Parts {
			_, _ = io.WriteString(w, part)
			waitFor(e.Wait)
		}
		if e.Fail != "" {
			w.CloseWithError(&teapot{e.Fail})
			return
		}
		w.Close()
	}()
	return r, nil
}
