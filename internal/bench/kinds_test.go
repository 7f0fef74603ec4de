package bench

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); _, _ = io.WriteString(w, "sorry") }
}

func events(list ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, e := range list {
			fmt.Fprintf(w, "data: %s\n\n", e)
		}
	}
}

const token = `{"choices":[{"delta":{"content":"Hi"}}]}`

// TestKinds asks servers that misbehave: every failure is recorded as what it is, and the counts add up.
func TestKinds(t *testing.T) {
	// A target of its own for each case: defaults are written into what it points to, and the cases run side by side.
	chat := func() v1alpha1.Target {
		return v1alpha1.Target{Protocol: "openai-chat", OpenAI: &v1alpha1.OpenAIRequest{Model: "m"}}
	}
	reset := func(c *net.TCPConn, _ int64) bool { _ = c.SetLinger(0); return false }
	text := func(s string) func(*net.TCPConn, int64) bool {
		return func(c *net.TCPConn, _ int64) bool { _, _ = io.WriteString(c, s); return false }
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	halfStream := func(w http.ResponseWriter, r *http.Request) {
		events(token)(w, r)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	slowEnd := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begin")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, test := range map[string]struct {
		target v1alpha1.Target
		url    string
		server http.HandlerFunc
		want   record.Kind
		// example is what the log quotes of the first failure; "" for the message of the system, which differs.
		example string
	}{
		"dns":                          {url: "http://a..b/", want: record.DNS},
		"refused":                      {url: "http://127.0.0.1:1/", want: record.Refused},
		"reset":                        {url: benchtest.Raw(t, reset), want: record.Reset},
		"closed without an answer":     {url: benchtest.Raw(t, func(*net.TCPConn, int64) bool { return false }), want: record.Reset},
		"no TLS there":                 {url: strings.Replace(benchtest.Raw(t, reset), "http:", "https:", 1), want: record.TLS},
		"time-out":                     {server: hang, want: record.Timeout},
		"time-out within the answer":   {server: slowEnd, want: record.Timeout},
		"429":                          {server: status(429), want: record.TooMany, example: "429 Too Many Requests, expected a status from 200 to 299; the body: sorry"},
		"404":                          {server: status(404), want: record.ClientError, example: "404 Not Found, expected a status from 200 to 299; the body: sorry"},
		"500":                          {server: status(500), want: record.ServerError, example: "500 Internal Server Error, expected a status from 200 to 299; the body: sorry"},
		"503 with the openai protocol": {target: chat(), server: status(503), want: record.ServerError, example: "503 Service Unavailable, expected a status from 200 to 299; the body: sorry"},
		"redirect":                     {server: http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP, want: record.WrongAnswer, example: "302 Found to /elsewhere, expected a status from 200 to 299; the body: "},
		"half an answer": {
			url: benchtest.Raw(t, text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")), want: record.HalfAnswer,
		},
		"half a chunked answer": {
			url: benchtest.Raw(t, text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf")), want: record.HalfAnswer,
		},
		"no HTTP":                    {url: benchtest.Raw(t, text("SSH-2.0-OpenSSH_9.2\r\n\r\n")), want: record.Other},
		"half a stream":              {target: chat(), server: halfStream, want: record.HalfAnswer},
		"a stream that does not end": {target: chat(), server: events(token), want: record.HalfAnswer, example: "the stream ended after 1 chunks with text, expected [DONE] at its end"},
		"a stream of no JSON":        {target: chat(), server: events("hello", "[DONE]"), want: record.BadStream, example: "the stream breaks its protocol: an event that is not JSON: hello"},
		"a stream with an error":     {target: chat(), server: events(token, `{"error":{"message":"out of memory"}}`, "[DONE]"), want: record.BadStream, example: `the stream breaks its protocol: an event with an error: {"error":{"message":"out of memory"}}`},
		"a stream of numbers":        {target: chat(), server: events("7", "[DONE]"), want: record.BadStream, example: "the stream breaks its protocol: an event that is not a JSON object: 7"},
		"a stream of one long event": {target: chat(), server: events(strings.Repeat("a", 1<<20+1)), want: record.BadStream, example: "the stream breaks its protocol: an event of more than 1 MiB"},
		"a stream after its end":     {target: chat(), server: events(token, "[DONE]", token), want: record.BadStream, example: "the stream breaks its protocol: an event after [DONE]: " + token},
		"an empty stream":            {target: chat(), server: events(`{"choices":[{"delta":{"role":"assistant","content":""}}]}`, "[DONE]"), want: record.WrongAnswer, example: "expected a stream with text, got none in any of its events"},
		"HTML instead of a stream": {target: chat(), server: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>please log in</html>")
		}, want: record.ContentType, example: "content type text/html; charset=utf-8, expected text/event-stream; the body: <html>please log in</html>"},
		"text instead of JSON": {
			target: v1alpha1.Target{Expect: v1alpha1.Expect{ContentType: "application/json"}},
			server: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, want: record.ContentType,
			example: "content type text/plain; charset=utf-8, expected application/json; the body: ok",
		},
		"another score": {target: v1alpha1.Target{Expect: v1alpha1.Expect{JSON: map[string]string{"score": "2"}}}, server: answer, want: record.WrongAnswer, example: "expected 2 at score, got 1; the body: "},
		"no score":      {target: v1alpha1.Target{Expect: v1alpha1.Expect{JSON: map[string]string{"scores.0": "*", "z": "1"}}}, server: answer, want: record.WrongAnswer, example: "expected any value at scores.0, got nothing; the body: "},
		"no JSON": {
			target: v1alpha1.Target{Expect: v1alpha1.Expect{JSON: map[string]string{"score": "1"}}},
			server: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up\x1b[2J\nand well") }, want: record.WrongAnswer,
			example: "the answer is not JSON; the body: up [2J and well",
		},
		"an answer without text": {
			target: v1alpha1.Target{Protocol: "openai-chat", OpenAI: &v1alpha1.OpenAIRequest{Model: "m", Stream: new(bool)}}, want: record.WrongAnswer,
			server: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"choices":[]}`)
			},
			example: `expected something at choices.0.message.content or choices.0.message.reasoning_content or choices.0.message.tool_calls.0, got nothing; the body: {"choices":[]}`,
		},
		"a long page": {
			server: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, strings.Repeat("é", 300))
			}, want: record.ClientError, example: "401 Unauthorized, expected a status from 200 to 299; the body: " + strings.Repeat("é", 100) + "…",
		},
		"not the right status": {target: v1alpha1.Target{Expect: v1alpha1.Expect{Status: 201}}, server: answer, want: record.WrongAnswer, example: "200 OK, expected status 201; the body: "},
		"the score":            {target: v1alpha1.Target{Expect: v1alpha1.Expect{JSON: map[string]string{"score": "1"}}}, server: answer, want: record.OK},
		"a right 404":          {target: v1alpha1.Target{Expect: v1alpha1.Expect{Status: 404}}, server: status(404), want: record.OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := test.target
			target.Name, target.URL = "a", test.url
			if test.server != nil {
				target.URL = benchtest.Serve(t, test.server).URL
			}
			suite := suiteOf(100, 0.05, target)
			if test.want == record.Timeout {
				suite.Spec.Timeout = unit.Duration(50 * time.Millisecond)
			}
			l := runOf(t, suite, nil)
			kinds := kindsOf(l)
			if kinds[test.want] != len(l.Records) || int64(len(l.Records)) != l.Header.Planned || len(l.Records) < 4 {
				t.Errorf("%v of %d, want all %s; %v", kinds, l.Header.Planned, test.want, l.End.Examples)
			}
			if text, ok := l.End.Examples[test.want.String()]; ok != (test.want != record.OK) || !strings.HasPrefix(text, test.example) {
				t.Errorf("the example is %q, want one that begins with %q", text, test.example)
			}
			for _, r := range l.Records {
				if r.LastByte < r.Sent || r.Sent < r.Scheduled {
					t.Errorf("%+v has no end", r)
				}
			}
		})
	}
}

// TestCertificates: an unknown one is refused, a trusted one or none at all is taken when that was asked for.
func TestCertificates(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(answer))
	s.Config.ErrorLog = discardLog()
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	for name, test := range map[string]struct {
		connection v1alpha1.Connection
		access     target.Access
		want       record.Kind
	}{
		"unknown":  {v1alpha1.Connection{}, target.Access{}, record.TLS},
		"trusted":  {v1alpha1.Connection{}, target.Access{Roots: roots}, record.OK},
		"insecure": {v1alpha1.Connection{Insecure: true}, target.Access{}, record.OK},
		"HTTP/2":   {v1alpha1.Connection{HTTP: "2"}, target.Access{Roots: roots}, record.OK},
	} {
		suite := suiteOf(100, 0.05, v1alpha1.Target{Name: "a", URL: s.URL, Connection: test.connection})
		l := runOf(t, suite, map[string]target.Access{"a": test.access})
		if kinds := kindsOf(l); kinds[test.want] != len(l.Records) || len(l.Records) < 4 {
			t.Errorf("%s: %v, want all %s; %v", name, kinds, test.want, l.End.Examples)
		}
	}
}

// TestConnections: kept ones are used again, fresh ones never, and HTTP/2 comes over one.
func TestConnections(t *testing.T) {
	for name, test := range map[string]struct {
		connection v1alpha1.Connection
		isFresh    bool
		major      int
	}{
		"kept":  {v1alpha1.Connection{}, false, 1},
		"fresh": {v1alpha1.Connection{Fresh: true}, true, 1},
		"h2c":   {v1alpha1.Connection{HTTP: "h2c"}, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var wrong atomic.Int64
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.ProtoMajor != test.major || r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("X-Team") != "search" || len(body) == 0 {
					wrong.Add(1)
				}
				answer(w, r)
			}))
			s.Config.Protocols = new(http.Protocols)
			s.Config.Protocols.SetHTTP1(true)
			s.Config.Protocols.SetUnencryptedHTTP2(true)
			s.Start()
			defer s.Close()
			suite := suiteOf(100, 0.1, v1alpha1.Target{
				Name: "a", URL: s.URL, Connection: test.connection, Headers: map[string]string{"x-team": "search"},
				HTTP: &v1alpha1.HTTPRequest{Method: "PUT", Body: `{"n": {{.Sequence}}, "text": "{{.Prompt}}"}`},
			})
			l := runOf(t, suite, map[string]target.Access{"a": {Bearer: "secret"}})
			if kinds := kindsOf(l); kinds[record.OK] != len(l.Records) || wrong.Load() != 0 {
				t.Fatalf("%v, %d requests were not what the target asks for; %v", kinds, wrong.Load(), l.End.Examples)
			}
			reused := 0
			for _, r := range l.Records {
				if r.Reused {
					reused++
				}
				if r.BytesOut < 20 || r.Connected < r.Sent {
					t.Errorf("%+v", r)
				}
			}
			if test.isFresh != (reused == 0) {
				t.Errorf("%d of %d connections were kept", reused, len(l.Records))
			}
		})
	}
}

// TestNothingIsSentTwice: every second request is read and then dropped, as by a server that closes a kept connection. The
// server must have seen each request once, and the lost ones are in the log.
func TestNothingIsSentTwice(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		const enough = 20
		ctx, cancel := context.WithCancel(t.Context())
		var seen atomic.Int64
		url := benchtest.Raw(t, func(c *net.TCPConn, n int64) bool {
			seen.Store(n)
			if n == enough {
				cancel()
			}
			if n%2 == 0 {
				return false
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			return true
		})
		target := v1alpha1.Target{Name: "a", URL: url, HTTP: &v1alpha1.HTTPRequest{Method: method}}
		if method == "POST" {
			target.HTTP.Body = "{}"
		}
		suite := suiteOf(1, 1, target)
		suite.Spec.Load = v1alpha1.SuiteLoad{Closed: &v1alpha1.ClosedLoad{Callers: 1, Duration: unit.Duration(time.Hour)}}
		suitefile.Default(suite)
		var b bytes.Buffer
		if _, err := Run(ctx, inputOf(t, suite, nil), &b); err != nil {
			t.Fatal(err)
		}
		l := readLog(t, b.Bytes())
		kinds := kindsOf(l)
		last := kinds[record.Interrupted] // the request at which the run was stopped may be one
		if seen.Load() != enough || len(l.Records) != enough || kinds[record.OK] != enough/2 || kinds[record.Reset]+last != enough/2 || last > 1 {
			t.Errorf("%s: the server saw %d of %d requests: %v", method, seen.Load(), len(l.Records), kinds)
		}
	}
}
