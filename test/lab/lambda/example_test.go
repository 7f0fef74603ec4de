package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/lambda"
)

// The program of a function is any that speaks the Runtime API; here it is this test binary.
func Example() {
	ctx := context.Background()
	host := lambda.New(lambda.Config{})
	if err := host.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	client := host.Client()
	if _, err := client.CreateFunction(ctx, lambda.Function("infer", os.Args[0])); err != nil {
		fmt.Println(err)
		return
	}
	out, err := client.Invoke(ctx, &sdk.InvokeInput{FunctionName: aws.String("infer"), Payload: []byte(`{"echo":"hello"}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer struct{ Echo, Version string }
	if err := json.Unmarshal(out.Payload, &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.StatusCode, answer.Echo, answer.Version, host.Environments("infer"))
	// Output: 200 hello $LATEST 1
}
