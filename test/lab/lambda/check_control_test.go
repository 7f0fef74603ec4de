package lambda_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// holding runs what while n calls of a function are in flight.
func holding(t *testing.T, x target, name string, n int, what func()) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "running")
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if _, err := call(t.Context(), x.client, name, object{"append": file, "sleep": 1500}); err != nil {
				t.Error(err)
			}
		})
	}
	defer group.Wait()
	eventually(t, "the calls are in flight", func() bool { return len(lines(file)) == n })
	what()
}

func wantThrottle(t *testing.T, err error, reason types.ThrottleReason) {
	t.Helper()
	var throttle *types.TooManyRequestsException
	if !errors.As(err, &throttle) || throttle.Reason != reason {
		t.Errorf("got %v, want TooManyRequestsException with reason %s", err, reason)
	}
}

func checkReserved(t *testing.T, x target) {
	const name = "reserved"
	create(t, x.client, name, x.program)
	reserve(t, x, name, 2)
	holding(t, x, name, 2, func() {
		_, err := call(t.Context(), x.client, name, object{})
		wantThrottle(t, err, types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded)
	})
	mustCall(t, x.client, name, object{})
}

func reserve(t *testing.T, x target, name string, n int32) {
	t.Helper()
	if _, err := x.client.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: &name, ReservedConcurrentExecutions: &n}); err != nil {
		t.Fatal(err)
	}
	got, err := x.client.GetFunctionConcurrency(t.Context(), &sdk.GetFunctionConcurrencyInput{FunctionName: &name})
	if err != nil || aws.ToInt32(got.ReservedConcurrentExecutions) != n {
		t.Errorf("got %v, %v", got, err)
	}
}

func checkReservedZero(t *testing.T, x target) {
	const name = "off"
	create(t, x.client, name, x.program)
	reserve(t, x, name, 0)
	_, err := call(t.Context(), x.client, name, object{})
	wantThrottle(t, err, types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded)
	if _, err := x.client.DeleteFunctionConcurrency(t.Context(), &sdk.DeleteFunctionConcurrencyInput{FunctionName: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	mustCall(t, x.client, name, object{})
}

func checkUpdate(t *testing.T, x target) {
	const name = "update"
	create(t, x.client, name, x.program, variables(map[string]string{"COLOUR": "green"}))
	before := mustCall(t, x.client, name, object{"variable": "COLOUR"})
	setVariable(t, x, name, "blue")
	after := mustCall(t, x.client, name, object{"variable": "COLOUR"}, tail)
	if before.Variable != "green" || after.Variable != "blue" || after.Instance == before.Instance || !strings.Contains(after.log, "Init Duration") {
		t.Errorf("got %+v, then %+v", before.said, after.said)
	}
	eventually(t, "the old environment is gone", func() bool { return x.host.Environments(name) == 1 })
}

func setVariable(t *testing.T, x target, name, colour string) {
	t.Helper()
	out, err := x.client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{
		FunctionName: &name, Environment: &types.Environment{Variables: map[string]string{"COLOUR": colour}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.LastUpdateStatus != types.LastUpdateStatusInProgress {
		t.Errorf("got %s, want InProgress", out.LastUpdateStatus)
	}
	waiter := sdk.NewFunctionUpdatedV2Waiter(x.client, func(o *sdk.FunctionUpdatedV2WaiterOptions) { o.MinDelay = time.Millisecond })
	if err := waiter.Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, x target, name string) string {
	t.Helper()
	out, err := x.client.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Version
}

func checkVersions(t *testing.T, x target) {
	const name = "versions"
	create(t, x.client, name, x.program, variables(map[string]string{"COLOUR": "green"}))
	one := publish(t, x, name)
	if again := publish(t, x, name); one != "1" || again != "1" {
		t.Errorf("got versions %s and %s of the same configuration, want 1 and 1", one, again)
	}
	live := aws.String("live")
	if _, err := x.client.CreateAlias(t.Context(), &sdk.CreateAliasInput{FunctionName: aws.String(name), Name: live, FunctionVersion: &one}); err != nil {
		t.Fatal(err)
	}
	setVariable(t, x, name, "blue")
	two := publish(t, x, name)
	wantColour := func(qualifier, version, colour string) {
		t.Helper()
		r := mustCall(t, x.client, name, object{"variable": "COLOUR"}, at(qualifier))
		if *r.raw.ExecutedVersion != version || r.Variable != colour || !strings.HasSuffix(r.Arn, ":"+qualifier) {
			t.Errorf("%s: got version %s, %+v", qualifier, *r.raw.ExecutedVersion, r.said)
		}
	}
	wantColour("live", "1", "green")
	if _, err := x.client.UpdateAlias(t.Context(), &sdk.UpdateAliasInput{FunctionName: aws.String(name), Name: live, FunctionVersion: &two}); err != nil {
		t.Fatal(err)
	}
	wantColour("live", "2", "blue")
	wantColour("1", "1", "green")
	_, err := call(t.Context(), x.client, name, object{}, at("3"))
	wantCode(t, err, "ResourceNotFoundException")
}

func checkProvisioned(t *testing.T, x target) {
	const name = "provisioned"
	create(t, x.client, name, x.program)
	version := publish(t, x, name)
	in := &sdk.PutProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: aws.String("$LATEST"), ProvisionedConcurrentExecutions: aws.Int32(2)}
	_, err := x.client.PutProvisionedConcurrencyConfig(t.Context(), in)
	wantCode(t, err, "InvalidParameterValueException")
	in.Qualifier = &version
	if _, err := x.client.PutProvisionedConcurrencyConfig(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	get := &sdk.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: &version}
	eventually(t, "both environments are ready", func() bool {
		out, err := x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
		return err == nil && out.Status == types.ProvisionedConcurrencyStatusEnumReady && *out.AvailableProvisionedConcurrentExecutions == 2
	})
	r := mustCall(t, x.client, name, object{"variable": "AWS_LAMBDA_INITIALIZATION_TYPE"}, tail, at(version))
	if r.Variable != "provisioned-concurrency" || strings.Contains(r.log, "Init Duration") {
		t.Errorf("got %+v, %q", r.said, r.log)
	}
	// A spent environment is replaced, and an idle one does not expire.
	if _, err := call(t.Context(), x.client, name, object{"exit": 1}, at(version)); err != nil {
		t.Fatal(err)
	}
	<-time.After(idle + idle/4)
	eventually(t, "both environments are ready again", func() bool {
		out, err := x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
		return err == nil && *out.AvailableProvisionedConcurrentExecutions == 2 && x.host.Environments(name) == 2
	})
	if _, err := x.client.DeleteProvisionedConcurrencyConfig(t.Context(), &sdk.DeleteProvisionedConcurrencyConfigInput{FunctionName: aws.String(name), Qualifier: &version}); err != nil {
		t.Fatal(err)
	}
	_, err = x.client.GetProvisionedConcurrencyConfig(t.Context(), get)
	wantCode(t, err, "ProvisionedConcurrencyConfigNotFoundException")
	eventually(t, "no environment is left", func() bool { return x.host.Environments(name) == 0 })
}

func checkRetries(t *testing.T, x target) {
	const name, sink = "events", "sink"
	records, tries := filepath.Join(t.TempDir(), "records"), filepath.Join(t.TempDir(), "tries")
	create(t, x.client, name, x.program)
	create(t, x.client, sink, x.program, variables(map[string]string{"RECORDS": records}))
	_, err := x.client.PutFunctionEventInvokeConfig(t.Context(), &sdk.PutFunctionEventInvokeConfigInput{
		FunctionName: aws.String(name), DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{
			Destination: aws.String("arn:aws:lambda:us-east-1:000000000000:function:" + sink),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call(t.Context(), x.client, name, object{"append": tries, "fail": "short and stout"}, asEvent); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the failure is recorded", func() bool { return len(lines(records)) == 1 })
	if n := len(lines(tries)); n != 3 {
		t.Errorf("%d tries, want 3", n)
	}
	var record struct {
		RequestContext struct {
			Condition              string
			ApproximateInvokeCount int
			FunctionArn            string
		}
		RequestPayload  struct{ Fail string }
		ResponseContext struct{ FunctionError string }
		ResponsePayload failure
	}
	if err := json.Unmarshal([]byte(lines(records)[0]), &record); err != nil {
		t.Fatal(err)
	}
	if c := record.RequestContext; c.Condition != "RetriesExhausted" || c.ApproximateInvokeCount != 3 || !strings.HasSuffix(c.FunctionArn, ":function:events:$LATEST") ||
		record.RequestPayload.Fail != "short and stout" || record.ResponseContext.FunctionError != "Unhandled" || record.ResponsePayload.ErrorMessage != "short and stout" {
		t.Errorf("got %+v", record)
	}
}
