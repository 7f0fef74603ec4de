package lambda

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Host is one account in one region. Its methods may be called concurrently.
type Host struct {
	config Config
	logs   io.Writer // config.Logs, one line at a time

	listener net.Listener
	server   *http.Server
	running  context.Context // ends when the host closes
	stop     context.CancelFunc
	work     sync.WaitGroup // everything that runs beside a request: serving, asynchronous events, environments that start or end

	mu        sync.Mutex
	closed    bool
	functions map[string]*function
	onDemand  int // calls in flight that count against the unreserved concurrency
	queued    int // asynchronous events accepted and not finished
}

// New makes a host that does not listen yet.
func New(c Config) *Host {
	h := &Host{config: c.withDefaults(), functions: map[string]*function{}}
	h.logs = &lockedWriter{to: h.config.Logs}
	return h
}

// Start listens and serves until Close, or until ctx ends.
func (h *Host) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.config.Addr)
	if err != nil {
		return fmt.Errorf("starting the Lambda host: %w", err)
	}
	h.listener = listener
	h.running, h.stop = context.WithCancel(ctx)
	h.server = &http.Server{Handler: h.admit(h.routes()), ReadHeaderTimeout: 10 * time.Second}
	h.work.Go(func() { _ = h.server.Serve(listener) }) // ends with ErrServerClosed
	h.work.Go(func() {
		<-h.running.Done()
		_ = h.server.Close() // closes connections; their calls end with their environments
		h.shut()
	})
	return nil
}

// Close ends every environment and waits until they are gone. Calls in flight fail.
func (h *Host) Close() {
	if h.server == nil {
		return
	}
	h.stop()
	h.work.Wait()
}

// admit lets requests in until the host closes, and makes Close wait for those that are in.
func (h *Host) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		closed := h.closed
		if !closed {
			h.work.Add(1)
		}
		h.mu.Unlock()
		if closed {
			fail(w, errClosed)
			return
		}
		defer h.work.Done()
		next.ServeHTTP(w, r)
	})
}

// shut kills all environments and lets no new one start.
func (h *Host) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, f := range h.functions {
		h.retire(f)
	}
}

// URL is the endpoint of the API.
func (h *Host) URL() string { return "http://" + h.listener.Addr().String() }

// Credentials are the only ones that may call.
func (h *Host) Credentials() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(h.config.AccessKeyID, h.config.SecretAccessKey, "")
}

// Client is an SDK client of the host that tries once: a laboratory wants to see the throttles that retries hide.
func (h *Host) Client() *sdk.Client {
	return sdk.New(sdk.Options{
		Region: h.config.Region, BaseEndpoint: aws.String(h.URL()), Credentials: h.Credentials(), RetryMaxAttempts: 1,
	})
}

// Function is the input of CreateFunction for a program and its arguments, to be completed as wanted.
func Function(name string, command ...string) *sdk.CreateFunctionInput {
	return &sdk.CreateFunctionInput{
		FunctionName: aws.String(name), PackageType: types.PackageTypeImage, Role: aws.String(role),
		Code: &types.FunctionCode{ImageUri: aws.String("this-machine")}, ImageConfig: &types.ImageConfig{EntryPoint: command},
	}
}

// Environments says how many environments a function has, busy or idle, of all its versions.
func (h *Host) Environments(name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.functions[name]
	if !ok {
		return 0
	}
	n := 0
	for _, v := range f.all {
		n += len(v.environments)
	}
	return n
}

// randomText is 26 characters that nobody guesses.
func randomText() string { return rand.Text() }

// lockedWriter lets several goroutines write whole lines.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
