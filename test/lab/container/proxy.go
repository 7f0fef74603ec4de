package container

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
)

// newProxy passes requests and streamed responses on.
func newProxy(address string, http2 bool) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		Transport:     &http.Transport{Protocols: protocols(!http2, http2), MaxIdleConnsPerHost: 1000},
		FlushInterval: -1,
		ErrorHandler:  failed,
		ErrorLog:      log.New(io.Discard, "", 0), // of answers that broke off, which the caller sees
	}
}

// failed answers for an instance that has not.
func failed(w http.ResponseWriter, r *http.Request, err error) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "Request Entity Too Large: expected at most "+strconv.FormatInt(large.Limit, 10)+" bytes over HTTP/1", http.StatusRequestEntityTooLarge)
	case errors.Is(r.Context().Err(), context.DeadlineExceeded):
		http.Error(w, "upstream request timeout", http.StatusGatewayTimeout)
	default:
		http.Error(w, "The request failed because the instance did not answer: "+err.Error(), http.StatusServiceUnavailable)
	}
}
