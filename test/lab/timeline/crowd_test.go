package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/timeline"
)

// path is where this machine has its programs.
func path() string { return os.Getenv("PATH") }

// body asks for several texts, so that the way to the server and back is little of a request's time.
var body = fmt.Sprintf(`{"input":[%s"How do I reset my password?"]}`, strings.Repeat(`"I forgot my login credentials.",`, 7))

// A crowd is callers each of which has one request in flight all the time.
type crowd struct {
	lab      *labtest.Lab
	recorder *timeline.Recorder
	url      string

	stop    context.CancelFunc
	callers sync.WaitGroup

	answers, failures atomic.Int64
}

// be makes it so many callers, after the requests of those before have ended.
func (c *crowd) be(callers int) {
	c.leave()
	var ctx context.Context
	ctx, c.stop = context.WithCancel(context.Background())
	c.recorder.Callers(callers)
	for range callers {
		c.callers.Go(func() {
			for ctx.Err() == nil {
				c.call(ctx)
			}
		})
	}
	c.callers.Go(func() { c.watch(ctx) })
}

// leave ends all of it.
func (c *crowd) leave() {
	if c.stop != nil {
		c.stop()
		c.callers.Wait()
	}
}

// client opens a connection for each request, as a Service spreads connections.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func (c *crowd) call(ctx context.Context) {
	pod, err := post(ctx, c.url+"/v1/embeddings")
	switch {
	case err == nil:
		c.answers.Add(1)
		c.recorder.Answered(pod)
	case ctx.Err() == nil:
		c.failures.Add(1)
		c.lab.Log("a request:", err)
		tick(ctx, 100*time.Millisecond)
	}
}

// post returns the name of the pod that answered.
func post(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", errors.New(response.Status)
	}
	return response.Header.Get("X-Served-By"), nil
}

// watch reads the metric more often than the autoscaler does, for the recorder. It fails while no pod has been scraped.
func (c *crowd) watch(ctx context.Context) {
	at := fmt.Sprintf("/apis/custom.metrics.k8s.io/v1beta2/namespaces/%s/pods/*/%s", c.lab.Namespace, metric)
	for tick(ctx, 300*time.Millisecond) {
		_, _ = c.lab.Client.CoreV1().RESTClient().Get().AbsPath(at).DoRaw(ctx)
	}
}

// tick is false when the context has ended.
func tick(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
