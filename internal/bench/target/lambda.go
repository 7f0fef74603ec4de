package target

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// lambdaCall carries the request of another protocol in an invocation of a function, and takes its answer out again.
type lambdaCall struct {
	stream bool
	// isHTTP says that payload and answer are HTTP requests and responses; otherwise they are bodies.
	isHTTP bool
}

// functionError says that a function was invoked and failed.
type functionError struct{ kind, detail string }

func (e *functionError) Error() string {
	return fmt.Sprintf("the function failed: %s: %s", e.kind, e.detail)
}

// overLambda makes a target, which would ask over HTTP, ask a function.
func (t *httpTarget) overLambda(spec v1alpha1.Target, access Access) error {
	l, err := suitefile.ParseLambdaURL(spec.URL)
	if err != nil {
		return err
	}
	if access.Endpoint != "" {
		l.Endpoint = access.Endpoint
	}
	call := &lambdaCall{stream: *spec.Lambda.Stream, isHTTP: l.Path != ""}
	if call.isHTTP {
		t.body = eventBody(t.method, l.Path, t.header, t.body)
	} else {
		t.reply.contentType = "" // a payload has none
	}
	if t.url, err = invocationURL(l, call.stream); err != nil {
		return err
	}
	signer, err := newAWSSigner(access.AWS, "lambda", l.Region)
	if err != nil {
		return err
	}
	t.method, t.header = http.MethodPost, http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"fulcrum-bench"}, "X-Amz-Invocation-Type": {"RequestResponse"},
		"X-Amz-Log-Type": {"Tail"}, // of which the last line says whether the start was cold
	}
	t.prepare, t.open = signer.prepare, call.open
	return nil
}

// invocationURL is that of the operations Invoke and InvokeWithResponseStream.
func invocationURL(l suitefile.LambdaURL, stream bool) (*url.URL, error) {
	text := l.Base() + "/2015-03-31/functions/" + l.Function + "/invocations"
	if stream {
		text = l.Base() + "/2021-11-15/functions/" + l.Function + "/response-streaming-invocations"
	}
	if l.Qualifier != "" {
		text += "?" + url.Values{"Qualifier": {l.Qualifier}}.Encode()
	}
	return url.Parse(text)
}

// open takes the function's answer out of that of the Invoke API. One that is no success is left as it is: no function
// answered.
func (l *lambdaCall) open(res *http.Response, now func() time.Duration, r *record.Record) error {
	if res.StatusCode/100 != 2 {
		return nil
	}
	takeReport(res.Header.Get("X-Amz-Log-Result"), r)
	if kind := res.Header.Get("X-Amz-Function-Error"); kind != "" {
		detail, err := io.ReadAll(io.LimitReader(res.Body, maxWrong))
		if err != nil {
			return err
		}
		return &functionError{kind, string(detail)}
	}
	if l.stream {
		return l.openStream(res, now, r)
	}
	if !l.isHTTP {
		return nil
	}
	payload, err := io.ReadAll(io.LimitReader(res.Body, maxKept))
	if err != nil {
		return err
	}
	return asHTTP(res, payload)
}

// openStream waits for the first part of the answer: its first byte is that, not the API's header.
func (l *lambdaCall) openStream(res *http.Response, now func() time.Duration, r *record.Record) error {
	s := newInvocation(res.Body, r)
	if err := s.next(); err != nil && !errors.Is(err, io.EOF) { // of an empty answer
		return err
	}
	r.FirstByte = now()
	var body io.Reader = s
	if l.isHTTP {
		rest, err := takeMetadata(res, s)
		if err != nil {
			return err
		}
		body = io.MultiReader(bytes.NewReader(rest), s)
	}
	res.Body = readCloser{body, res.Body}
	return nil
}

// readCloser reads from one and closes the other.
type readCloser struct {
	io.Reader
	io.Closer
}

// takeReport reads the end of a call's log in base64. Its REPORT line tells how long the call took, and of a cold start the
// duration of the initialisation (or of restoring a snapshot) that it waited for; of one that was too slow, and was done again
// within the call, there is an INIT_REPORT line instead.
func takeReport(log string, r *record.Record) {
	text, err := base64.StdEncoding.DecodeString(log)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "REPORT "):
			r.Ran = reported(line, "Duration")
			r.Started = max(reported(line, "Init Duration"), reported(line, "Restore Duration"))
			r.Cold = r.Cold || r.Started > 0
		case strings.HasPrefix(line, "INIT_REPORT "):
			r.Cold = true
		}
	}
}

// reported is a duration of a REPORT line, whose fields are separated by tabs; 0 where it is missing.
func reported(line, name string) time.Duration {
	for field := range strings.SplitSeq(line, "\t") {
		value, ok := strings.CutPrefix(field, name+": ")
		if !ok {
			continue
		}
		milliseconds, err := strconv.ParseFloat(strings.TrimSuffix(value, " ms"), 64)
		if err == nil && milliseconds > 0 && milliseconds < 1e9 {
			return time.Duration(milliseconds * float64(time.Millisecond))
		}
	}
	return 0
}

// asHTTP puts the HTTP response in a payload, of the form that function URLs take, in the place of the API's. JSON without a
// status code is, as there, the body of a success.
func asHTTP(res *http.Response, payload []byte) error {
	if metadata, body, ok := bytes.Cut(payload, metadataEnd); ok { // of a function that streams to one who asked for the whole
		setMetadata(res, metadata)
		res.Body = readCloser{bytes.NewReader(body), res.Body}
		return nil
	}
	body := payload
	if answer := gjson.ParseBytes(payload); answer.IsObject() && answer.Get("statusCode").Exists() {
		setMetadata(res, payload)
		body = []byte(answer.Get("body").String())
		if answer.Get("isBase64Encoded").Bool() {
			var err error
			if body, err = base64.StdEncoding.AppendDecode(nil, body); err != nil {
				return &functionError{"InvalidResponse", "its body is not base64, as isBase64Encoded says"}
			}
		}
	}
	res.Body = readCloser{bytes.NewReader(body), res.Body}
	return nil
}

// setMetadata sets status and headers.
func setMetadata(res *http.Response, metadata []byte) {
	res.StatusCode, res.Header = http.StatusOK, http.Header{}
	if status := gjson.GetBytes(metadata, "statusCode"); status.Exists() {
		res.StatusCode = min(max(int(status.Int()), 0), 999)
	}
	gjson.GetBytes(metadata, "headers").ForEach(func(name, value gjson.Result) bool {
		res.Header.Set(name.String(), value.String())
		return true
	})
}
