package lambda_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/offline"
)

// idle is how long the targets of the behaviours keep an unused instance; the peer knows whole seconds only.
const idle = time.Second

// peerConfiguration is the peer's own form of the functions that every target has.
const peerConfiguration = `service: lab
frameworkVersion: "3"
provider:
  name: aws
  runtime: nodejs20.x
  region: us-east-1
plugins: [serverless-offline]
functions:
  behave:
    handler: handler.handler
    timeout: 20
    memorySize: 512
    environment: {COLOUR: green}
  brief:
    handler: handler.handler
    timeout: 1
  broken:
    handler: handler.handler
    timeout: 20
    environment: {BROKEN_INIT: "yes"}
`

// requireNode skips what cannot run without Node, and says so.
func requireNode(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; Node handlers and the peer need it", err)
		}
	}
}

// startPeer runs serverless-offline, which others wrote from the same documentation, and gives a client of it.
func startPeer(t *testing.T) *sdk.Client {
	t.Helper()
	handler, err := os.ReadFile("testdata/node/handler.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	port := freePort(t)
	p, err := offline.Start(ctx, offline.Config{
		Dir: t.TempDir(), Service: peerConfiguration, Files: map[string][]byte{"handler.js": handler}, LambdaPort: port, IdleTimeout: idle,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
}

// freePort gives a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func peerName(name string) string { return fmt.Sprintf("lab-dev-%s", name) }
