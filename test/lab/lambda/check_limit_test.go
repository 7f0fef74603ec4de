package lambda_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/await"
)

// holding runs what while n calls of a function are in flight, and gives their answers.
func holding(t *testing.T, x target, name string, n int, what func()) (answers []result) {
	t.Helper()
	dir := t.TempDir()
	running, release := filepath.Join(dir, "running"), filepath.Join(dir, "release")
	var mu sync.Mutex
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			r, err := call(t.Context(), x.client, name, object{"append": running, "wait": release})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers = append(answers, r)
		})
	}
	await.Condition(t, "the calls are in flight", func() bool { return len(lines(running)) == n })
	what()
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Error(err)
	}
	group.Wait()
	return answers
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
