package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
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

func (h *Host) routes() http.Handler {
	mux := http.NewServeMux()
	control := func(pattern string, serve controlHandler) { mux.Handle(pattern, h.control(serve)) }
	const functions, function = "/2015-03-31/functions", "/2015-03-31/functions/{name}"
	control("POST "+functions, h.createFunction)
	control("GET "+functions, h.listFunctions)
	control("GET "+functions+"/{$}", h.listFunctions)
	control("GET "+function, h.getFunction)
	control("DELETE "+function, h.deleteFunction)
	control("GET "+function+"/configuration", h.getConfiguration)
	control("PUT "+function+"/configuration", h.updateConfiguration)
	control("POST "+function+"/versions", h.publishVersion)
	control("POST "+function+"/aliases", h.createAlias)
	control("GET "+function+"/aliases/{alias}", h.getAlias)
	control("PUT "+function+"/aliases/{alias}", h.updateAlias)
	control("GET /2016-08-19/account-settings", h.accountSettings)
	control("PUT /2017-10-31/functions/{name}/concurrency", h.putConcurrency)
	control("DELETE /2017-10-31/functions/{name}/concurrency", h.deleteConcurrency)
	control("GET /2019-09-30/functions/{name}/concurrency", h.getConcurrency)
	control("PUT /2019-09-30/functions/{name}/provisioned-concurrency", h.putProvisioned)
	control("GET /2019-09-30/functions/{name}/provisioned-concurrency", h.getProvisioned)
	control("DELETE /2019-09-30/functions/{name}/provisioned-concurrency", h.deleteProvisioned)
	control("PUT /2019-09-25/functions/{name}/event-invoke-config", h.putEventConfig)
	control("GET /2019-09-25/functions/{name}/event-invoke-config", h.getEventConfig)
	mux.HandleFunc("POST "+function+"/invocations", h.serveInvoke)
	mux.HandleFunc("POST /2021-11-15/functions/{name}/response-streaming-invocations", h.serveStream)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		(&apiError{status: http.StatusNotFound, code: "UnknownOperationException", message: "The laboratory's Lambda host has no " + r.Method + " " + r.URL.Path}).write(w)
	})
	return mux
}

// controlHandler answers a request of the control API whose signature is right; a nil answer is an empty body.
type controlHandler func(r *http.Request, body []byte) (status int, answer any, err error)

func (h *Host) control(serve controlHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", newRequestID())
		body, err := h.authentic(r, maxControlBody, "control")
		if err != nil {
			fail(w, err)
			return
		}
		status, answer, err := serve(r, body)
		switch {
		case err != nil:
			fail(w, err)
		case answer == nil:
			w.WriteHeader(status)
		default:
			writeJSON(w, status, answer)
		}
	})
}

// authentic reads a body of at most limit bytes and checks the signature.
func (h *Host) authentic(r *http.Request, limit int, operation string) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		return nil, &apiError{status: http.StatusBadRequest, code: "InvalidRequestContentException", message: "Could not read the request body: " + err.Error()}
	}
	if len(body) > limit {
		return nil, tooLarge(limit, operation)
	}
	return body, h.verify(r, body, time.Now())
}

func fail(w http.ResponseWriter, err error) {
	var known *apiError
	if !errors.As(err, &known) {
		known = internal(err)
	}
	known.write(w)
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
