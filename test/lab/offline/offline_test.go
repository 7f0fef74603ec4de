package offline_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/offline"
)

// TestStartRefused: what serverless-offline says before it ends is part of the error. That it serves is tested in package
// lambda, behaviour by behaviour.
func TestStartRefused(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; serverless-offline needs it", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := offline.Install(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := offline.Start(ctx, offline.Config{
		Dir: t.TempDir(), Service: "service: lab\nframeworkVersion: \"99\"\nprovider: {name: aws}\n", LambdaPort: 1, IdleTimeout: time.Second,
	})
	if err == nil || !strings.Contains(err.Error(), "it has ended: exit status 1") || !strings.Contains(err.Error(), `does not satisfy the "frameworkVersion" (99)`) {
		t.Errorf("got %v", err)
	}
}
