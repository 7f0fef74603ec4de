package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/offline"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// offlinePaths are what the functions of serverless-offline serve.
var offlinePaths = []struct{ model, path string }{{"encoder", "/v1/embeddings"}, {"llama", "/v1/completions"}}

func prepareOffline(ctx context.Context) error {
	for _, prepare := range []func(context.Context) error{offline.Install, prepareEncoder, prepareLlama} {
		if err := prepare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// startOffline runs both models behind serverless-offline. An unused instance is there for three to six seconds.
func startOffline(ctx context.Context, l *laboratory) error {
	c := offline.Config{
		Dir: filepath.Join(sandbox.Scratch, "offline"), LambdaPort: offlineLambdaPort, HTTPPort: offlineHTTPPort, IdleTimeout: 3 * time.Second,
		Files: map[string][]byte{},
	}
	if err := os.Mkdir(c.Dir, 0o755); err != nil {
		return err
	}
	var service strings.Builder
	service.WriteString("service: lab\nframeworkVersion: \"3\"\nprovider: {name: aws, runtime: nodejs20.x, region: us-east-1}\n" +
		"plugins: [serverless-offline]\nfunctions:\n")
	for _, f := range offlinePaths {
		command, err := commands[f.model](ctx)
		if err != nil {
			return err
		}
		module, variables := command.Handler()
		environment, err := json.Marshal(variables) // which is YAML, too
		if err != nil {
			return err
		}
		c.Files[f.model+".mjs"] = fmt.Appendf(nil, "export { handler } from %q;\n", module)
		fmt.Fprintf(&service, "  %s:\n    handler: %[1]s.handler\n    timeout: 30\n    environment: %s\n    events: [{httpApi: {method: POST, path: %s}}]\n",
			f.model, environment, f.path)
	}
	c.Service = service.String()
	s, err := offline.Start(ctx, c)
	if err != nil {
		return err
	}
	l.onStop(func() error { s.Kill(); return nil })
	url, err := l.expose("serverless-offline", "http", fmt.Sprintf("127.0.0.1:%d", offlineHTTPPort))
	if err != nil {
		return err
	}
	if _, err := l.expose("its Lambda API", "http", fmt.Sprintf("127.0.0.1:%d", offlineLambdaPort)); err != nil {
		return err
	}
	client := sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(fmt.Sprintf("http://127.0.0.1:%d", offlineLambdaPort)), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
	for _, f := range offlinePaths {
		l.rouseFunction(client, "lab-dev-"+f.model)
	}
	l.try(fmt.Sprintf(`curl -s %s/v1/completions -H 'Content-Type: application/json' -d '{"prompt":"Hello","max_tokens":16}'`, url))
	return nil
}
