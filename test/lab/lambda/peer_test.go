package lambda_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/npm"
	"fulcrum.dev/fulcrum/test/lab/process"
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
	packages, err := npm.Install(t.Context(), os.DirFS("testdata/peer"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	handler, err := os.ReadFile("testdata/node/handler.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"handler.js": handler, "serverless.yml": []byte(peerConfiguration), "package.json": []byte("{}\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	output, err := os.Create(filepath.Join(dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	port := freePort(t)
	p, err := process.Start(process.Command{
		Args: []string{
			"node", filepath.Join("node_modules", "serverless", "bin", "serverless.js"), "offline", "start", "--host", "127.0.0.1",
			"--lambdaPort", strconv.Itoa(port), "--httpPort", strconv.Itoa(freePort(t)), "--terminateIdleLambdaTime", strconv.Itoa(int(idle / time.Second)),
		},
		Dir: dir, Stdout: output, Stderr: output,
		Env: []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "SLS_INTERACTIVE_SETUP_ENABLE=0",
			"RECORDS=" + filepath.Join(dir, "records"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	await.Condition(t, "the peer listens", func() bool {
		select {
		case <-p.Done():
			text, _ := os.ReadFile(output.Name())
			t.Fatalf("the peer has ended: %v\n%s", p.Err(), text)
		default:
		}
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		connection.Close()
		return true
	})
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://" + address), RetryMaxAttempts: 1,
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
