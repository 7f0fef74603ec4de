package lambda_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"fulcrum.dev/fulcrum/test/lab/lambda"
)

// target is a Lambda that has the functions behave, brief and broken.
type target struct {
	client  *sdk.Client
	name    func(string) string
	host    *lambda.Host // nil for the peer
	program program      // of handler; for functions of a check's own, not with the peer
	stream  program
	streams map[string]string // variables that a streaming function needs
}

// behaviour is something that Lambda documents or shows, and a check of it.
type behaviour struct {
	name  string
	lacks string // why the peer is not asked; empty if it is
	check func(*testing.T, target)
}

// behaviours are checked against the host with a Go and with a Node handler, and against the peer.
var behaviours = []behaviour{
	{"a synchronous call is answered", "", checkAnswer},
	{"a payload comes back byte for byte", "", checkUnicode},
	{"a payload of 5 MB passes", "", checkLargePayload},
	{"no payload is an empty object", "", checkNoPayload},
	{"an asynchronous call is accepted with 202 and runs", "", checkAsync},
	{"an error of the handler is a function error with its message", "", checkFailure},
	{"the instance survives an error of the handler", "", checkSurvival},
	{"an unknown function is ResourceNotFoundException", "", checkUnknown},
	{"each call has a request id of its own", "", checkRequestID},
	{"the context knows the time left", "", checkDeadline},
	{"the context knows name and memory", "", checkContext},
	{"the client context arrives", "", checkClientContext},
	{"the function's variables are set", "", checkVariable},
	{"one call after the other uses the same instance", "", checkReuse},
	{"calls at the same time have an instance each", "", checkConcurrent},
	{"an idle instance expires", "", checkExpiry},
	{"a call is ended at its time-out", "", checkTimeout},
	{"an instance is new after a time-out", "the next call times out too", checkTimeoutKills},
	{"a handler that fails to load is a function error", "", checkBroken},
	{"the context knows the ARN", "it says offline_invokedFunctionArn_for_ and the name", checkArn},
	{"the request id is the response's header", "it sends none", checkRequestIDHeader},
	{"the error keeps its type", "it says Error for all", checkErrorType},
	{"a process that exits is Runtime.ExitError", "its worker thread exits and the call hangs until the time-out", checkExit},
	{"a dry run is 204 and runs nothing", "it answers 400", checkDryRun},
	{"the executed version is told", "it has no versions", checkVersion},
	{"the log's tail is returned", "it has no logs", checkTail},
	{"REPORT has Init Duration at the first call only", "it has no logs", checkReport},
	{"a payload that is not JSON is InvalidRequestContentException", "it answers 500", checkNotJSON},
	{"a request above 6 MB is RequestTooLargeException", "it answers 413 without the exception's name", checkTooLarge},
	{"an asynchronous request above 1 MB is RequestTooLargeException", "it allows 6 MB", checkTooLargeAsync},
	{"a response above 6 MB is Function.ResponseSizeTooLarge", "it has no limit", checkResponseTooLarge},
	{"nothing runs between calls", "it does not stop its threads", checkFrozen},
	{"a response is streamed while it is written", "it has no streaming", checkStream},
	{"a stream that fails says so at its end", "it has no streaming", checkStreamFailure},
	{"a stream is ended at its time-out", "it has no streaming", checkStreamTimeout},
	{"a response that was not streamed comes as a stream too", "it has no streaming", checkStreamOfBuffered},
	{"reserved concurrency throttles", "it has no limits", checkReserved},
	{"no reserved concurrency at all stops a function", "it has no limits", checkReservedZero},
	{"a changed configuration makes instances new", "it has no control API", checkUpdate},
	{"versions keep their configuration, and aliases move", "it has no versions", checkVersions},
	{"provisioned concurrency answers warm at the first call", "it has no versions", checkProvisioned},
	{"a failed event is tried three times, then recorded", "it does not retry", checkRetries},
	{"an init phase that is too slow starts again within the call", "it has no init phase", checkSlowInit},
}

func TestBehaviours(t *testing.T) {
	targets := map[string]func(*testing.T) target{
		"host with a Go handler": func(t *testing.T) target {
			return hostTarget(t, goProgram(t), goProgram(t), map[string]string{"HANDLER": "streaming"})
		},
		"host with a Node handler": func(t *testing.T) target {
			requireNode(t)
			return hostTarget(t, nodeProgram(t, "handler"), nodeProgram(t, "streaming"), nil)
		},
		"serverless-offline": func(t *testing.T) target { requireNode(t); return target{client: startPeer(t), name: peerName} },
	}
	for name, make := range targets {
		t.Run(name, func(t *testing.T) {
			target := make(t)
			for _, b := range behaviours {
				t.Run(b.name, func(t *testing.T) {
					if target.host == nil && b.lacks != "" {
						t.Skipf("skipped: the peer lacks this: %s", b.lacks)
					}
					b.check(t, target)
				})
			}
		})
	}
}

func hostTarget(t *testing.T, handler, stream program, streams map[string]string) target {
	h := start(t, lambda.Config{IdleTimeout: idle, RetryDelay: idle / 100})
	c := h.Client()
	create(t, c, "behave", handler, variables(map[string]string{"COLOUR": "green"}), func(in *sdk.CreateFunctionInput) { in.MemorySize = aws.Int32(512) })
	create(t, c, "brief", handler, timeout(1))
	create(t, c, "broken", handler, variables(map[string]string{"BROKEN_INIT": "yes"}))
	return target{client: c, name: func(name string) string { return name }, host: h, program: handler, stream: stream, streams: streams}
}
