package lambda_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"fulcrum.dev/fulcrum/test/lab/lambda"
)

// misbehave is a runtime that tries what the Runtime API forbids, answers its first call with the statuses it got, and
// fails its second one in a way that it calls handled.
func misbehave() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	got := map[string]int{}
	next := func() (string, int) {
		response, err := http.Get(base + "next")
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		defer response.Body.Close()
		_, _ = io.Copy(io.Discard, response.Body)
		return response.Header.Get("Lambda-Runtime-Aws-Request-Id"), response.StatusCode
	}
	send := func(path, body, kind string) int {
		request, err := http.NewRequest(http.MethodPost, base+path, strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		if kind != "" {
			request.Header.Set("Lambda-Runtime-Function-Error-Type", kind)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		response.Body.Close()
		return response.StatusCode
	}
	id, _ := next()
	got["another id"] = send("00000000-0000-0000-0000-000000000000/response", "{}", "")
	_, got["next without a response"] = next()
	text, _ := json.Marshal(got)
	first := send(id+"/response", string(text), "")
	again := send(id+"/response", "{}", "")
	id, _ = next()
	send(id+"/error", fmt.Sprintf(`{"errorType":"Statuses","errorMessage":"%d %d"}`, first, again), "Handled")
	next()
}

func TestRuntimeAPIRefuses(t *testing.T) {
	h := start(t, lambda.Config{})
	create(t, h.Client(), "raw", goProgram(t), variables(map[string]string{"HANDLER": "raw"}))
	r := mustCall(t, h.Client(), "raw", object{})
	var got map[string]int
	if err := json.Unmarshal(r.raw.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if got["another id"] != http.StatusBadRequest || got["next without a response"] != http.StatusForbidden {
		t.Errorf("got %v, want 400 and 403", got)
	}
	r, err := call(t.Context(), h.Client(), "raw", object{})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(r.raw.FunctionError) != "Handled" || !strings.Contains(string(r.raw.Payload), `"202 403"`) {
		t.Errorf("got %q %s, want Handled, and 202 and 403 for two responses", aws.ToString(r.raw.FunctionError), r.raw.Payload)
	}
}
