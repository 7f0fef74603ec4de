package target

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// event is an HTTP request in the format 2.0, which function URLs and HTTP APIs send to a function, as far as adapters of
// web servers read it.
type event struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Headers         map[string]string `json:"headers"`
	RequestContext  eventContext      `json:"requestContext"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type eventContext struct {
	HTTP struct {
		Method    string `json:"method"`
		Path      string `json:"path"`
		Protocol  string `json:"protocol"`
		SourceIP  string `json:"sourceIp"`
		UserAgent string `json:"userAgent"`
	} `json:"http"`
	RouteKey  string `json:"routeKey"`
	Stage     string `json:"stage"`
	TimeEpoch int64  `json:"timeEpoch"` // in milliseconds
}

// eventBody makes payloads of requests.
func eventBody(method, path string, header http.Header, of body) body {
	e := event{Version: "2.0", RouteKey: "$default", RawPath: path, Headers: map[string]string{"host": "lambda"}}
	for name, values := range header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	e.RequestContext.RouteKey, e.RequestContext.Stage = "$default", "$default"
	h := &e.RequestContext.HTTP
	h.Method, h.Path, h.Protocol, h.SourceIP, h.UserAgent = method, path, "HTTP/1.1", "127.0.0.1", header.Get("User-Agent")
	return func(q Request) ([]byte, error) {
		e := e // of this request; the headers are shared and not written to
		e.RequestContext.TimeEpoch = time.Now().UnixMilli()
		if of == nil {
			return json.Marshal(e)
		}
		data, err := of(q)
		if err != nil {
			return nil, err
		}
		if e.Body = string(data); !utf8.Valid(data) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(data), true
		}
		return json.Marshal(e)
	}
}
