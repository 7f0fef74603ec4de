package lambda_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/await"
)

func checkAnswer(t *testing.T, x target) {
	r := mustCall(t, x.client, x.name("behave"), object{"echo": "hello"})
	if r.raw.StatusCode != 200 || r.Echo != "hello" {
		t.Errorf("got %d %s", r.raw.StatusCode, r.raw.Payload)
	}
}

func checkUnicode(t *testing.T, x target) {
	const text = "äöü ✓ 漢字 🙂 \"quoted\" \\ \u0000\n"
	if r := mustCall(t, x.client, x.name("behave"), object{"echo": text}); r.Echo != text {
		t.Errorf("got %q", r.Echo)
	}
}

func checkLargePayload(t *testing.T, x target) {
	text := strings.Repeat("0123456789", 500_000)
	if r := mustCall(t, x.client, x.name("behave"), object{"echo": text}); r.Echo != text {
		t.Errorf("got %d bytes", len(r.raw.Payload))
	}
}

func checkNoPayload(t *testing.T, x target) {
	out, err := x.client.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String(x.name("behave"))})
	if err != nil || out.FunctionError != nil {
		t.Errorf("got %v, %+v", err, out)
	}
}

func checkAsync(t *testing.T, x target) {
	file := filepath.Join(t.TempDir(), "events")
	began := time.Now()
	r, err := call(t.Context(), x.client, x.name("behave"), object{"append": file, "sleep": 300}, asEvent)
	if err != nil {
		t.Fatal(err)
	}
	if r.raw.StatusCode != 202 || len(r.raw.Payload) != 0 {
		t.Errorf("got %d %s", r.raw.StatusCode, r.raw.Payload)
	}
	if took := time.Since(began); took > 250*time.Millisecond {
		t.Logf("accepted after %v, although the call itself takes 300 ms", took)
	}
	await.Condition(t, "the event has run", func() bool { return len(lines(file)) == 1 })
}

// lines of a file, none if it is not there.
func lines(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// failure is the payload of a function error.
type failure struct{ ErrorType, ErrorMessage string }

func mustFail(t *testing.T, x target, function string, event any) (failure, result) {
	t.Helper()
	r, err := call(t.Context(), x.client, function, event)
	if err != nil {
		t.Fatal(err)
	}
	if r.raw.StatusCode != 200 || aws.ToString(r.raw.FunctionError) != "Unhandled" {
		t.Errorf("got status %d, function error %q; want 200, Unhandled", r.raw.StatusCode, aws.ToString(r.raw.FunctionError))
	}
	var f failure
	if err := json.Unmarshal(r.raw.Payload, &f); err != nil {
		t.Fatalf("%v: %s", err, r.raw.Payload)
	}
	return f, r
}

func checkFailure(t *testing.T, x target) {
	if f, _ := mustFail(t, x, x.name("behave"), object{"fail": "short and stout"}); f.ErrorMessage != "short and stout" {
		t.Errorf("got %+v", f)
	}
}

func checkErrorType(t *testing.T, x target) {
	if f, _ := mustFail(t, x, x.name("behave"), object{"fail": "short and stout"}); !strings.EqualFold(f.ErrorType, "teapot") {
		t.Errorf("got %+v", f)
	}
}

func checkSurvival(t *testing.T, x target) {
	before := mustCall(t, x.client, x.name("behave"), object{})
	mustFail(t, x, x.name("behave"), object{"fail": "short and stout"})
	if after := mustCall(t, x.client, x.name("behave"), object{}); after.Instance != before.Instance {
		t.Error("the instance was replaced")
	}
}

func checkUnknown(t *testing.T, x target) {
	_, err := call(t.Context(), x.client, x.name("nobody"), object{})
	wantCode(t, err, "ResourceNotFoundException")
}

func checkReuse(t *testing.T, x target) {
	a, b := mustCall(t, x.client, x.name("behave"), object{}), mustCall(t, x.client, x.name("behave"), object{})
	if a.Instance != b.Instance || b.Calls != a.Calls+1 {
		t.Errorf("got %+v, then %+v", a.said, b.said)
	}
}

func checkConcurrent(t *testing.T, x target) {
	const n = 3
	instances := map[string]bool{}
	for _, r := range holding(t, x, x.name("behave"), n, func() {}) {
		instances[r.Instance] = true
	}
	if len(instances) != n {
		t.Errorf("got %d instances, want %d", len(instances), n)
	}
}

// checkExpiry calls after longer and longer pauses, because a call keeps its instance and nothing else shows it. It looks
// for an instance at its first call: there may be several, and the peer takes any of them.
func checkExpiry(t *testing.T, x target) {
	mustCall(t, x.client, x.name("behave"), object{})
	for pause := idle / 4; pause < 16*idle; pause *= 2 {
		rests := time.Now()
		<-time.After(pause)
		if r := mustCall(t, x.client, x.name("behave"), object{}); r.Calls == 1 {
			if rested := time.Since(rests); rested < idle/2 {
				t.Errorf("expired after %v, want about %v", rested, idle)
			}
			return
		}
	}
	t.Error("the instance never expired")
}

func checkTimeout(t *testing.T, x target) {
	began := time.Now()
	f, _ := mustFail(t, x, x.name("brief"), object{"sleep": 5000})
	// Lambda says "timed out", the peer "timeout".
	if took := time.Since(began); took < 900*time.Millisecond || took > 4*time.Second || !strings.Contains(f.ErrorMessage, "time") {
		t.Errorf("got %+v after %v, want an error after 1 s", f, took)
	}
}

func checkBroken(t *testing.T, x target) {
	f, _ := mustFail(t, x, x.name("broken"), object{})
	if f.ErrorMessage == "" {
		t.Errorf("got %+v", f)
	}
}
