package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	golambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"fulcrum.dev/fulcrum/test/lab/lambda"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// sampleArgument makes this program be the function "hello".
const sampleArgument = "sample-function"

// sample is that function.
func sample() {
	golambda.Start(func(_ context.Context, event struct{ Name string }) (map[string]string, error) {
		if event.Name == "" {
			event.Name = "world"
		}
		return map[string]string{"greeting": "Hello, " + event.Name + "!"}, nil
	})
}

// startFunctions starts a Lambda host with one function.
func startFunctions(ctx context.Context, l *laboratory) error {
	l.functions = lambda.New(lambda.Config{Addr: lambdaAddress})
	if err := l.functions.Start(ctx); err != nil {
		return err
	}
	l.onStop(func() error { l.functions.Close(); return nil })
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := l.function(ctx, lambda.Function("hello", self, sampleArgument)); err != nil {
		return err
	}
	url, err := l.expose("Lambda API", "http", lambdaAddress)
	if err != nil {
		return err
	}
	if err := l.writeKeys(ctx, url); err != nil {
		return err
	}
	l.try(". "+l.keys, invocation("hello", `{"Name":"lab"}`))
	return nil
}

// startEncoderFunction makes the encoder a function, too.
func startEncoderFunction(ctx context.Context, l *laboratory) error {
	command, err := model.Encoder(ctx)
	if err != nil {
		return err
	}
	if err := l.modelFunction(ctx, "encoder", command); err != nil {
		return err
	}
	event, err := model.Event(http.MethodPost, "/v1/embeddings", []byte(`{"input":"Hello"}`))
	if err != nil {
		return err
	}
	l.try(invocation("encoder", string(event)))
	return nil
}

// startLlamaFunction makes the language model a function whose answers are streamed.
func startLlamaFunction(ctx context.Context, l *laboratory) error {
	command, err := commands["llama"](ctx)
	if err != nil {
		return err
	}
	command.Variables["INVOKE_MODE"] = "RESPONSE_STREAM"
	return l.modelFunction(ctx, "llama", command)
}

// modelFunction makes a model server a function.
func (l *laboratory) modelFunction(ctx context.Context, name string, command model.Command) error {
	in := lambda.Function(name, yielding(command.Args)...)
	in.MemorySize, in.Timeout, in.Environment = aws.Int32(512), aws.Int32(30), &types.Environment{Variables: command.Variables}
	l.rouseFunction(l.functions.Client(), name)
	return l.function(ctx, in)
}

// function makes one, and waits for it when all parts are started.
func (l *laboratory) function(ctx context.Context, in *sdk.CreateFunctionInput) error {
	client := l.functions.Client()
	if _, err := client.CreateFunction(ctx, in); err != nil {
		return err
	}
	l.await(func(ctx context.Context) error {
		waiter := sdk.NewFunctionActiveV2Waiter(client, func(o *sdk.FunctionActiveV2WaiterOptions) { o.MinDelay = 10 * time.Millisecond })
		return waiter.Wait(ctx, &sdk.GetFunctionInput{FunctionName: in.FunctionName}, time.Minute)
	})
	return nil
}

// writeKeys keeps what an AWS client needs in a file of shell variables that its owner alone may read.
func (l *laboratory) writeKeys(ctx context.Context, url string) error {
	keys, err := l.functions.Credentials().Retrieve(ctx)
	if err != nil {
		return err
	}
	access := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=" + keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey}
	l.set(append(access, "AWS_ENDPOINT_URL="+l.functions.URL())...)
	file := filepath.Join(sandbox.Scratch, "aws.env")
	text := "export AWS_ENDPOINT_URL=" + url + " " + strings.Join(access, " ") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	l.keys, err = sandbox.OutsidePath(file)
	return err
}

// invocation is a command that signs and sends a call.
func invocation(function, event string) string {
	return fmt.Sprintf(`curl -s --aws-sigv4 aws:amz:us-east-1:lambda --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" `+
		`"$AWS_ENDPOINT_URL/2015-03-31/functions/%s/invocations" -d '%s'`, function, event)
}
