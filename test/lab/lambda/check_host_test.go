package lambda_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/lambda"
)

func checkTimeoutKills(t *testing.T, x target) {
	before := mustCall(t, x.client, x.name("brief"), object{})
	f, _ := mustFail(t, x, x.name("brief"), object{"sleep": 5000})
	if f.ErrorType != "Sandbox.Timedout" || !strings.HasSuffix(f.ErrorMessage, "Error: Task timed out after 1.00 seconds") {
		t.Errorf("got %+v", f)
	}
	if after := mustCall(t, x.client, x.name("brief"), object{}); after.Instance == before.Instance || after.Calls != 1 {
		t.Error("the instance lived on")
	}
}

func checkExit(t *testing.T, x target) {
	f, _ := mustFail(t, x, x.name("behave"), object{"exit": 3})
	if f.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(f.ErrorMessage, "Error: Runtime exited with error: exit status 3") {
		t.Errorf("got %+v", f)
	}
}

func checkDryRun(t *testing.T, x target) {
	file := filepath.Join(t.TempDir(), "events")
	r, err := call(t.Context(), x.client, x.name("behave"), object{"append": file}, dryRun)
	if err != nil || r.raw.StatusCode != 204 {
		t.Errorf("got %v, %+v", err, r.raw)
	}
	if n := len(lines(file)); n != 0 {
		t.Errorf("it ran %d times", n)
	}
}

func checkVersion(t *testing.T, x target) {
	if r := mustCall(t, x.client, x.name("behave"), object{}); aws.ToString(r.raw.ExecutedVersion) != "$LATEST" || r.Version != "$LATEST" {
		t.Errorf("got %q, in the function %q", aws.ToString(r.raw.ExecutedVersion), r.Version)
	}
}

func checkTail(t *testing.T, x target) {
	r := mustCall(t, x.client, x.name("behave"), object{"print": "hello log"}, tail)
	want := "START RequestId: " + r.RequestID + " Version: $LATEST\nhello log\nEND RequestId: " + r.RequestID + "\nREPORT RequestId: " + r.RequestID + "\t"
	if !strings.HasPrefix(r.log, want) {
		t.Errorf("got %q, want %q…", r.log, want)
	}
	long := mustCall(t, x.client, x.name("behave"), object{"print": strings.Repeat("x", 10_000)}, tail)
	if len(long.log) != 4096 || !strings.Contains(long.log, "REPORT RequestId: "+long.RequestID) {
		t.Errorf("the tail of a long log has %d bytes, want 4096 with the REPORT", len(long.log))
	}
	if r := mustCall(t, x.client, x.name("behave"), object{}); r.raw.LogResult != nil {
		t.Error("a log that nobody asked for")
	}
}

func checkReport(t *testing.T, x target) {
	const name = "report"
	create(t, x.client, name, x.program)
	first := mustCall(t, x.client, name, object{}, tail)
	second := mustCall(t, x.client, name, object{}, tail)
	const rest = `Duration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t`
	for r, want := range map[*result]string{&first: rest + `Init Duration: \d+\.\d\d ms\t\n$`, &second: rest + `\n$`} {
		if !regexp.MustCompile(`(?m)^REPORT RequestId: ` + r.RequestID + `\t` + want).MatchString(r.log) {
			t.Errorf("got %q, want %q", r.log, want)
		}
	}
}

func checkNotJSON(t *testing.T, x target) {
	_, err := x.client.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String(x.name("behave")), Payload: []byte("{not json")})
	var wrong *types.InvalidRequestContentException
	if !errors.As(err, &wrong) {
		t.Errorf("got %v", err)
	}
}

func checkTooLarge(t *testing.T, x target) {
	_, err := call(t.Context(), x.client, x.name("behave"), strings.Repeat("x", 6<<20))
	var large *types.RequestTooLargeException
	if !errors.As(err, &large) {
		t.Errorf("got %v", err)
	}
}

func checkTooLargeAsync(t *testing.T, x target) {
	_, err := call(t.Context(), x.client, x.name("behave"), strings.Repeat("x", 1<<20), asEvent)
	var large *types.RequestTooLargeException
	if !errors.As(err, &large) {
		t.Errorf("got %v", err)
	}
}

func checkResponseTooLarge(t *testing.T, x target) {
	f, _ := mustFail(t, x, x.name("behave"), object{"size": 7 << 20})
	if f.ErrorType != "Function.ResponseSizeTooLarge" {
		t.Errorf("got %+v", f)
	}
}

// checkFrozen compares what the function's own clock of 2 ms has counted over a pause with what the pause would hold.
func checkFrozen(t *testing.T, x target) {
	before := mustCall(t, x.client, x.name("behave"), object{})
	<-time.After(idle / 2)
	after := mustCall(t, x.client, x.name("behave"), object{})
	if after.Instance != before.Instance {
		t.Fatal("the instance was replaced")
	}
	if ran := after.Ticks - before.Ticks; ran > 100 {
		t.Errorf("%d ticks of 2 ms in a pause of %v", ran, idle/2)
	}
	running := mustCall(t, x.client, x.name("behave"), object{"sleep": 300})
	if ran := running.Ticks - after.Ticks; ran < 20 {
		t.Errorf("only %d ticks of 2 ms within a call of 300 ms", ran)
	}
}

func checkSlowInit(t *testing.T, x target) {
	h := start(t, lambda.Config{InitTimeout: 400 * time.Millisecond})
	mark := filepath.Join(t.TempDir(), "slept")
	create(t, h.Client(), "slow", x.program, variables(map[string]string{"SLOW_FIRST_INIT": mark}))
	r := mustCall(t, h.Client(), "slow", object{}, tail)
	if !strings.Contains(r.log, "Phase: invoke") && strings.Contains(r.log, "Init Duration") {
		t.Errorf("the init phase within the call was reported as one before it: %q", r.log)
	}
	if r.Remaining > 20_000 {
		t.Errorf("%d ms left, although the second init phase is part of the call", r.Remaining)
	}
	if n := h.Environments("slow"); n != 1 {
		t.Errorf("%d environments, want 1", n)
	}
}
