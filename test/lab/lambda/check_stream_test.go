package lambda_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// streamed calls a function and hands each part to see as it comes.
func streamed(t *testing.T, c *sdk.Client, name string, event any, see func(string)) (all string, end types.InvokeWithResponseStreamCompleteEvent) {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.InvokeWithResponseStream(t.Context(), &sdk.InvokeWithResponseStreamInput{FunctionName: &name, Payload: payload, LogType: types.LogTypeTail})
	if err != nil {
		t.Fatal(err)
	}
	s := out.GetStream()
	defer s.Close()
	complete := false
	for e := range s.Events() {
		switch e := e.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			all += string(e.Value.Payload)
			see(all)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			complete, end = true, e.Value
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if !complete || aws.ToString(end.LogResult) == "" {
		t.Errorf("the stream ended with %+v, want InvokeComplete and a log", end)
	}
	return all, end
}

// checkStream has the function wait after its first part for a file that is written only when that part has come.
func checkStream(t *testing.T, x target) {
	const name = "stream"
	create(t, x.client, name, x.stream, variables(x.streams))
	seen := filepath.Join(t.TempDir(), "seen")
	all, end := streamed(t, x.client, name, object{"parts": []string{"one ", "two ", "three"}, "wait": seen}, func(so string) {
		if so == "one " {
			if err := os.WriteFile(seen, nil, 0o600); err != nil {
				t.Error(err)
			}
		}
	})
	if all != "one two three" || end.ErrorCode != nil {
		t.Errorf("got %q, %+v", all, end)
	}
}

func checkStreamFailure(t *testing.T, x target) {
	const name = "stream-failure"
	create(t, x.client, name, x.stream, variables(x.streams))
	all, end := streamed(t, x.client, name, object{"parts": []string{"one "}, "fail": "short and stout"}, func(string) {})
	var f failure
	if err := json.Unmarshal([]byte(aws.ToString(end.ErrorDetails)), &f); err != nil {
		t.Fatal(err)
	}
	if all != "one " || aws.ToString(end.ErrorCode) == "" || f.ErrorMessage != "short and stout" {
		t.Errorf("got %q, %q %+v", all, aws.ToString(end.ErrorCode), f)
	}
}

func checkStreamTimeout(t *testing.T, x target) {
	const name = "stream-timeout"
	create(t, x.client, name, x.stream, variables(x.streams), timeout(1))
	all, end := streamed(t, x.client, name, object{"parts": []string{"one ", "two "}, "wait": filepath.Join(t.TempDir(), "never")}, func(string) {})
	if all != "one " || aws.ToString(end.ErrorCode) != "Sandbox.Timedout" {
		t.Errorf("got %q, %q", all, aws.ToString(end.ErrorCode))
	}
}

func checkStreamOfBuffered(t *testing.T, x target) {
	all, _ := streamed(t, x.client, x.name("behave"), object{"echo": "hello"}, func(string) {})
	var r said
	if err := json.Unmarshal([]byte(all), &r); err != nil || r.Echo != "hello" {
		t.Errorf("got %q, %v", all, err)
	}
}
