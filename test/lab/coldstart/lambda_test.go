package coldstart_test

import (
	"context"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/lambda"
)

const initMilliseconds = 150

// found are the variables of the function as a run finds it.
var found = map[string]string{"SECRET": "abc", "SLOW_START": "150"}

// function makes this test binary one of the host's.
func function(t *testing.T, c lambda.Config) (*lambda.Host, v1alpha1.Target, target.Access) {
	t.Helper()
	h := lambda.New(c)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in := lambda.Function("infer", self)
	in.Environment, in.Timeout = &types.Environment{Variables: found}, aws.Int32(30)
	if _, err := h.Client().CreateFunction(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	asked := v1alpha1.Target{
		Name: "fn", URL: "lambda://infer?region=us-east-1&endpoint=" + h.URL(), HTTP: &v1alpha1.HTTPRequest{Body: `{"text": "hello"}`},
		ColdStart: &v1alpha1.ColdStartMethod{Lambda: new(v1alpha1.LambdaColdStart)},
	}
	return h, asked, target.Access{AWS: h.Credentials()}
}

func configured(t *testing.T, h *lambda.Host) *sdk.GetFunctionConfigurationOutput {
	t.Helper()
	c, err := h.Client().GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("infer")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFunctionUpdate: every change of the configuration makes a cold start that the platform shows, and the variables of the
// function are in the end what they were.
func TestFunctionUpdate(t *testing.T) {
	h, asked, access := function(t, lambda.Config{ActivationDelay: 100 * time.Millisecond})
	log := run(t.Context(), t, suite(3, asked), access, nil, nil)
	if len(log.ColdStarts) != 3 || !log.End.Complete {
		t.Fatalf("%+v %+v", log.ColdStarts, log.End)
	}
	for _, c := range log.ColdStarts {
		wantColdStart(t, c, "lambda-update", record.Trigger, record.Process, record.Ready, record.FirstByte)
		if !c.Request.Cold || c.Request.Started < initMilliseconds*time.Millisecond || !strings.HasPrefix(c.Evidence, "the REPORT line has an Init Duration of ") {
			t.Errorf("%+v", c)
		}
	}
	if c := configured(t, h); !maps.Equal(c.Environment.Variables, found) || c.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		t.Errorf("%s with %v are left, want %v", c.LastUpdateStatus, c.Environment.Variables, found)
	}
}

// TestFunctionUpdateInterrupted while a change is on its way.
func TestFunctionUpdateInterrupted(t *testing.T) {
	h, asked, access := function(t, lambda.Config{ActivationDelay: 500 * time.Millisecond})
	await.Condition(t, "the function is active", func() bool { return configured(t, h).State == types.StateActive })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		defer cancel()
		await.Condition(t, "a change is on its way", func() bool { return configured(t, h).LastUpdateStatus == types.LastUpdateStatusInProgress })
	}()
	log := run(ctx, t, suite(3, asked), access, nil, nil)
	<-watching
	if c := configured(t, h); !maps.Equal(c.Environment.Variables, found) || c.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		t.Errorf("%s with %v are left, want %v", c.LastUpdateStatus, c.Environment.Variables, found)
	}
	if log.End.Complete || len(log.ColdStarts) != 1 || log.ColdStarts[0].Failure != "the run was stopped" {
		t.Errorf("%+v %+v", log.End, log.ColdStarts)
	}
}

// TestFunctionKeepAlive finds the host's own expiry, because answers say whether they were cold.
func TestFunctionKeepAlive(t *testing.T) {
	const expiry = 2 * time.Second
	_, asked, access := function(t, lambda.Config{IdleTimeout: expiry})
	asked.ColdStart = nil
	asked.KeepAlive = &v1alpha1.KeepAliveSearch{From: unit.Duration(500 * time.Millisecond), To: unit.Duration(8 * time.Second), Within: 0.1}
	s := suite(0, asked)
	s.Spec.ColdStarts = nil
	log := run(t.Context(), t, s, access, nil, nil)
	if len(log.KeepAlives) != 1 {
		t.Fatalf("%+v", log)
	}
	// The host counts from when the answer was in, the client from when it had it.
	k := log.KeepAlives[0]
	if k.Failure != "" || !k.Confirmed || k.Warm > expiry+50*time.Millisecond || k.Cold < expiry-50*time.Millisecond || k.Cold.Seconds() > 1.15*k.Warm.Seconds() {
		t.Errorf("%+v", k)
	}
}

// TestIdleFunction: after a while without a request the answer itself confirms that it was cold, or that it was not.
func TestIdleFunction(t *testing.T) {
	h, asked, access := function(t, lambda.Config{IdleTimeout: 300 * time.Millisecond})
	asked.ColdStart = &v1alpha1.ColdStartMethod{Idle: unit.Duration(time.Second)}
	log := run(t.Context(), t, suite(2, asked), access, nil, nil)
	for _, c := range log.ColdStarts {
		wantColdStart(t, c, "idle", record.Trigger, record.FirstByte)
	}
	if c := configured(t, h); !maps.Equal(c.Environment.Variables, found) {
		t.Errorf("%v are left", c.Environment.Variables)
	}
}

// TestFunctionKeepsItsVariable: one that was there before gets its value back.
func TestFunctionKeepsItsVariable(t *testing.T) {
	h, asked, access := function(t, lambda.Config{})
	with := maps.Clone(found)
	with["FULCRUM_COLD_START"] = "mine"
	await.Success(t, "the function is changed", func(ctx context.Context) error {
		_, err := h.Client().UpdateFunctionConfiguration(ctx, &sdk.UpdateFunctionConfigurationInput{
			FunctionName: aws.String("infer"), Environment: &types.Environment{Variables: with},
		})
		return err
	})
	run(t.Context(), t, suite(1, asked), access, nil, nil)
	if c := configured(t, h); !maps.Equal(c.Environment.Variables, with) {
		t.Errorf("%v are left, want %v", c.Environment.Variables, with)
	}
}
