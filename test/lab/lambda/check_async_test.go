package lambda_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/await"
)

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
	await.Condition(t, "the failure is recorded", func() bool { return len(lines(records)) == 1 })
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
