package wire

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestHead(t *testing.T) {
	for name, test := range map[string]struct {
		method, url, host string
		header            http.Header
		size              int64
		isLast            bool
		want              string // "" is an error
	}{
		"GET":              {method: "GET", url: "http://h:80/a%2Fb?c=d e", want: "GET /a%2Fb?c=d%20e HTTP/1.1\r\nHost: h:80\r\n\r\n"},
		"no path":          {method: "GET", url: "http://h", want: "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
		"another host":     {method: "GET", url: "http://h/", host: "i", want: "GET / HTTP/1.1\r\nHost: i\r\n\r\n"},
		"POST":             {method: "POST", url: "http://h/", size: 7, want: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n"},
		"POST of nothing":  {method: "POST", url: "http://h/", want: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		"the last":         {method: "GET", url: "http://h/", isLast: true, want: "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"},
		"a header":         {method: "GET", url: "http://h/", header: http.Header{"X-A": {"b\tc", "d"}}, want: "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\tc\r\nX-A: d\r\n\r\n"},
		"framing is ours":  {method: "GET", url: "http://h/", header: http.Header{"Content-Length": {"9"}, "Transfer-Encoding": {"chunked"}, "Host": {"x"}}, want: "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
		"a token with LF":  {method: "GET", url: "http://h/", header: http.Header{"Authorization": {"Bearer x\n"}}},
		"a smuggled field": {method: "GET", url: "http://h/", header: http.Header{"X-A: b\r\nX-B": {"c"}}},
		"an empty name":    {method: "GET", url: "http://h/", header: http.Header{"": {"c"}}},
	} {
		u, err := url.Parse(strings.Replace(test.url, " ", "%20", 1))
		if err != nil {
			t.Fatal(err)
		}
		got, err := appendHead(nil, &http.Request{Method: test.method, URL: u, Host: test.host, Header: test.header}, test.size, test.isLast)
		if string(got) != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got, err, test.want)
		}
	}
}

// FuzzHead: what is written is refused, or read back as what was asked for.
func FuzzHead(f *testing.F) {
	f.Add("POST", "/a?b=c", "X-Name", "value", []byte("body"))
	f.Add("GET", "/\r\nX: y", "X", "a\r\nContent-Length: 9", []byte(nil))
	f.Fuzz(func(t *testing.T, method, path, name, value string, body []byte) {
		if !isToken(method) || method == http.MethodConnect {
			t.Skip("is no method of a target")
		}
		header := http.Header{name: {value}}
		head, err := appendHead(nil, &http.Request{Method: method, URL: &url.URL{Scheme: "http", Host: "h", Path: "/" + path}, Header: header}, int64(len(body)), false)
		if err != nil {
			return
		}
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(append(head, body...))))
		if err != nil {
			t.Fatalf("%q: %v", head, err)
		}
		if req.Method != method || req.Host != "h" || req.URL.Path != "/"+path {
			t.Errorf("%q: read as %s %s %s", head, req.Method, req.Host, req.URL.Path)
		}
		if req.ContentLength > 0 {
			if got, err := io.ReadAll(req.Body); err != nil || !bytes.Equal(got, body) {
				t.Errorf("%q: body %q, %v", head, got, err)
			}
		}
		for read := range req.Header {
			if read != http.CanonicalHeaderKey(name) && read != "Content-Length" {
				t.Errorf("%q: %s was not asked for", head, read)
			}
		}
	})
}
