package coldstart_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	golambda "github.com/aws/aws-lambda-go/lambda"

	"fulcrum.dev/fulcrum/test/lab/labtest"
)

// TestMain makes this test binary what a host runs: a function, a container, or a pod's server.
func TestMain(m *testing.M) {
	if wait, err := strconv.Atoi(os.Getenv("SLOW_START")); err == nil {
		<-time.After(time.Duration(wait) * time.Millisecond)
	}
	switch {
	case os.Getenv("AWS_LAMBDA_RUNTIME_API") != "":
		golambda.Start(func(context.Context, any) (map[string]string, error) {
			return map[string]string{"secret": os.Getenv("SECRET")}, nil
		})
	case os.Getenv("K_SERVICE") != "":
		if err := serveContainer(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		labtest.Main(m)
	}
}

// serveContainer answers on $PORT until it is told to end.
func serveContainer() error {
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, os.Getenv("K_REVISION"))
	})}
	context.AfterFunc(terminated, func() { _ = server.Close() })
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
