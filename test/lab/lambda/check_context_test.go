package lambda_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

func checkRequestID(t *testing.T, x target) {
	a, b := mustCall(t, x.client, x.name("behave"), object{}), mustCall(t, x.client, x.name("behave"), object{})
	if a.RequestID == "" || a.RequestID == b.RequestID {
		t.Errorf("got %q and %q", a.RequestID, b.RequestID)
	}
}

func checkRequestIDHeader(t *testing.T, x target) {
	r := mustCall(t, x.client, x.name("behave"), object{})
	if id, ok := awsmiddleware.GetRequestIDMetadata(r.raw.ResultMetadata); !ok || id != r.RequestID {
		t.Errorf("got %q in the header, %q in the function", id, r.RequestID)
	}
}

func checkDeadline(t *testing.T, x target) {
	if r := mustCall(t, x.client, x.name("behave"), object{}); r.Remaining < 15_000 || r.Remaining > 20_000 {
		t.Errorf("got %d ms left, want a little less than 20 s", r.Remaining)
	}
}

func checkContext(t *testing.T, x target) {
	r := mustCall(t, x.client, x.name("behave"), object{})
	if r.Name != x.name("behave") || r.Memory != 512 {
		t.Errorf("got %+v", r.said)
	}
}

func checkArn(t *testing.T, x target) {
	if r := mustCall(t, x.client, x.name("behave"), object{}); r.Arn != "arn:aws:lambda:us-east-1:000000000000:function:behave" {
		t.Errorf("got %q", r.Arn)
	}
}

func checkClientContext(t *testing.T, x target) {
	r := mustCall(t, x.client, x.name("behave"), object{}, func(in *sdk.InvokeInput) {
		in.ClientContext = aws.String(base64.StdEncoding.EncodeToString([]byte(`{"custom":{"tenant":"a"}}`)))
	})
	text, err := json.Marshal(r.Client)
	if err != nil || string(text) != `{"custom":{"tenant":"a"}}` {
		t.Errorf("got %s, %v", text, err)
	}
}

func checkVariable(t *testing.T, x target) {
	if r := mustCall(t, x.client, x.name("behave"), object{"variable": "COLOUR"}); r.Variable != "green" {
		t.Errorf("got %q", r.Variable)
	}
}
