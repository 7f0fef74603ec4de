package lambda_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/lambda"
)

func TestOnlyTheRightSignatureMayCall(t *testing.T) {
	h := start(t, lambda.Config{AccessKeyID: "KEY", SecretAccessKey: "secret"})
	create(t, h.Client(), "f", goProgram(t))
	response, err := http.Post(h.URL()+"/2015-03-31/functions/f/invocations", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if kind := response.Header.Get("X-Amzn-Errortype"); response.StatusCode != http.StatusForbidden || kind != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned: got %d %s", response.StatusCode, kind)
	}
	for _, c := range []struct{ region, key, secret, code string }{
		{"us-east-1", "KEY", "wrong", "InvalidSignatureException"},
		{"us-east-1", "OTHER", "secret", "UnrecognizedClientException"},
		{"eu-west-1", "KEY", "secret", "InvalidSignatureException"},
	} {
		client := sdk.New(sdk.Options{
			Region: c.region, BaseEndpoint: aws.String(h.URL()), RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider(c.key, c.secret, ""),
		})
		_, err := call(t.Context(), client, "f", object{})
		wantCode(t, err, c.code)
	}
	for _, name := range []string{"f", "f:$LATEST", "000000000000:function:f", "arn:aws:lambda:us-east-1:000000000000:function:f"} {
		mustCall(t, h.Client(), name, object{})
	}
}

func TestAccountConcurrency(t *testing.T) {
	h := start(t, lambda.Config{Concurrency: 4, UnreservedMinimum: 1})
	x := target{client: h.Client(), host: h}
	create(t, x.client, "shared", goProgram(t))
	create(t, x.client, "other", goProgram(t))
	create(t, x.client, "own", goProgram(t))
	reserve(t, x, "own", 2)
	_, err := x.client.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: aws.String("other"), ReservedConcurrentExecutions: aws.Int32(2)})
	wantCode(t, err, "InvalidParameterValueException") // would leave nothing
	settings, err := x.client.GetAccountSettings(t.Context(), &sdk.GetAccountSettingsInput{})
	if err != nil || settings.AccountLimit.ConcurrentExecutions != 4 || *settings.AccountLimit.UnreservedConcurrentExecutions != 2 {
		t.Errorf("got %+v, %v", settings, err)
	}
	holding(t, x, "shared", 2, func() {
		_, err := call(t.Context(), x.client, "other", object{})
		wantThrottle(t, err, types.ThrottleReasonConcurrentInvocationLimitExceeded)
		mustCall(t, x.client, "own", object{}) // its reservation is its own
	})
	mustCall(t, x.client, "other", object{})
}

func TestScalingRate(t *testing.T) {
	h := start(t, lambda.Config{ScalingRate: 1})
	x := target{client: h.Client(), host: h}
	create(t, x.client, "f", goProgram(t))
	holding(t, x, "f", 1, func() {
		_, err := call(t.Context(), x.client, "f", object{})
		wantThrottle(t, err, types.ThrottleReasonConcurrentInvocationLimitExceeded)
	})
	mustCall(t, x.client, "f", object{}) // warm environments may be used at any rate
}

func TestAsyncQueueIsBounded(t *testing.T) {
	h := start(t, lambda.Config{AsyncQueue: 2})
	c := h.Client()
	create(t, c, "f", goProgram(t))
	for range 2 {
		if _, err := call(t.Context(), c, "f", object{"sleep": 10_000}, asEvent); err != nil {
			t.Fatal(err)
		}
	}
	_, err := call(t.Context(), c, "f", object{}, asEvent)
	wantThrottle(t, err, types.ThrottleReasonCallerRateLimitExceeded)
}

func TestThrottledEventWaits(t *testing.T) {
	h := start(t, lambda.Config{RetryDelay: 600 * time.Millisecond})
	x := target{client: h.Client(), host: h}
	create(t, x.client, "f", goProgram(t))
	reserve(t, x, "f", 1)
	file := filepath.Join(t.TempDir(), "ran")
	holding(t, x, "f", 1, func() {
		if _, err := call(t.Context(), x.client, "f", object{"append": file}, asEvent); err != nil {
			t.Error(err)
		}
		if n := len(lines(file)); n != 0 {
			t.Errorf("it ran %d times while the limit was reached", n)
		}
	})
	await.Condition(t, "the event has run", func() bool { return len(lines(file)) == 1 })
}

func TestControlErrors(t *testing.T) {
	h := start(t, lambda.Config{ActivationDelay: time.Hour})
	c := h.Client()
	p := goProgram(t)
	in := func() *sdk.CreateFunctionInput { return lambda.Function("f", p.entryPoint...) }
	for name, change := range map[string]func(*sdk.CreateFunctionInput){
		"a zip file":          func(in *sdk.CreateFunctionInput) { in.PackageType = types.PackageTypeZip },
		"no program":          func(in *sdk.CreateFunctionInput) { in.ImageConfig = nil },
		"too little memory":   func(in *sdk.CreateFunctionInput) { in.MemorySize = aws.Int32(64) },
		"too long a time-out": timeout(901),
		"a reserved variable": variables(map[string]string{"AWS_REGION": "mars"}),
		"too large variables": variables(map[string]string{"A": strings.Repeat("x", 5000)}),
		"a bad name":          func(in *sdk.CreateFunctionInput) { in.FunctionName = aws.String("a b") },
	} {
		t.Run(name, func(t *testing.T) {
			wrong := in()
			change(wrong)
			_, err := c.CreateFunction(t.Context(), wrong)
			wantCode(t, err, "InvalidParameterValueException")
		})
	}
	out, err := c.CreateFunction(t.Context(), in())
	if err != nil || out.State != types.StatePending {
		t.Fatalf("got %+v, %v", out, err)
	}
	_, err = c.CreateFunction(t.Context(), in())
	wantCode(t, err, "ResourceConflictException")
	_, err = call(t.Context(), c, "f", object{})
	wantCode(t, err, "ResourceConflictException") // still Pending
	_, err = c.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"), MemorySize: aws.Int32(256)})
	wantCode(t, err, "ResourceConflictException")
	if _, err := c.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: aws.String("f")}); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("f")})
	wantCode(t, err, "ResourceNotFoundException")
}

func TestListAndGet(t *testing.T) {
	h := start(t, lambda.Config{})
	c := h.Client()
	for _, name := range []string{"b", "a"} {
		create(t, c, name, goProgram(t), variables(map[string]string{"COLOUR": name}))
	}
	list, err := c.ListFunctions(t.Context(), &sdk.ListFunctionsInput{})
	if err != nil || len(list.Functions) != 2 || *list.Functions[0].FunctionName != "a" {
		t.Fatalf("got %+v, %v", list, err)
	}
	got, err := c.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: aws.String("b")})
	if err != nil {
		t.Fatal(err)
	}
	if f := got.Configuration; f.State != types.StateActive || *f.MemorySize != 128 || *f.Timeout != 20 || f.Environment.Variables["COLOUR"] != "b" ||
		f.ImageConfigResponse.ImageConfig.EntryPoint[0] != goProgram(t).entryPoint[0] || *f.FunctionArn != "arn:aws:lambda:us-east-1:000000000000:function:b" {
		t.Errorf("got %+v", f)
	}
}

// TestDeletedFunctionStaysDeleted deletes a function while one of its provisioned environments is busy.
func TestDeletedFunctionStaysDeleted(t *testing.T) {
	h := start(t, lambda.Config{})
	c := h.Client()
	dir := t.TempDir()
	pids, running := filepath.Join(dir, "pids"), filepath.Join(dir, "running")
	create(t, c, "f", program{[]string{"sh", "-c", `echo $$ >> "$PIDS"; exec "$BINARY"`}, ""},
		variables(map[string]string{"PIDS": pids, "BINARY": goProgram(t).entryPoint[0]}))
	version := publish(t, target{client: c}, "f")
	if _, err := c.PutProvisionedConcurrencyConfig(t.Context(), &sdk.PutProvisionedConcurrencyConfigInput{
		FunctionName: aws.String("f"), Qualifier: &version, ProvisionedConcurrentExecutions: aws.Int32(1),
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := call(t.Context(), c, "f", object{"append": running, "sleep": 500}, at(version))
			done <- err
		}()
	}
	await.Condition(t, "two calls run", func() bool { return len(lines(running)) == 2 })
	before := len(lines(pids))
	if _, err := c.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: aws.String("f")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("a call that had begun: %v", err)
		}
	}
	h.Close()
	if after := len(lines(pids)); after != before {
		t.Errorf("%d environments were started for a deleted function", after-before)
	}
}

// TestCloseWhileEnvironmentsStart closes at different moments of a start.
func TestCloseWhileEnvironmentsStart(t *testing.T) {
	for i := range 20 {
		h := start(t, lambda.Config{})
		c := h.Client()
		create(t, c, "f", goProgram(t))
		if _, err := call(t.Context(), c, "f", object{"sleep": 10_000}, asEvent); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(i) * time.Millisecond)
		h.Close()
	}
}

// TestCloseLeavesNoProcess closes the host while calls run.
func TestCloseLeavesNoProcess(t *testing.T) {
	h := start(t, lambda.Config{})
	c := h.Client()
	dir := t.TempDir()
	pids, running := filepath.Join(dir, "pids"), filepath.Join(dir, "running")
	create(t, c, "f", program{[]string{"sh", "-c", `echo $$ >> "$PIDS"; exec "$BINARY"`}, ""},
		variables(map[string]string{"PIDS": pids, "BINARY": goProgram(t).entryPoint[0]}))
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := call(t.Context(), c, "f", object{"append": running, "sleep": 15_000})
			done <- err
		}()
	}
	await.Condition(t, "two calls run", func() bool { return len(lines(running)) == 2 })
	h.Close()
	for range 2 {
		if err := <-done; err == nil {
			t.Error("a call of a closed host succeeded")
		}
	}
	if len(lines(pids)) != 2 {
		t.Fatalf("got %d processes, want 2", len(lines(pids)))
	}
	for _, pid := range lines(pids) {
		if _, err := os.Stat("/proc/" + pid); err == nil {
			t.Errorf("process %s is still there", pid)
		}
	}
}
