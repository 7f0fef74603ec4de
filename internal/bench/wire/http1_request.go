package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// bodyOf returns the whole body of a request.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	if b, ok := req.Body.(*payload); ok {
		return b.data, nil
	}
	data, err := io.ReadAll(io.LimitReader(req.Body, MaxBody+1))
	if err == nil && len(data) > MaxBody {
		err = fmt.Errorf("expected a body of at most %d bytes", MaxBody)
	}
	return data, err
}

// appendHead appends the head of a request whose body has size bytes.
func appendHead(dst []byte, req *http.Request, size int64, isLast bool) ([]byte, error) {
	dst = append(dst, req.Method...)
	dst = append(dst, ' ')
	dst = append(dst, req.URL.RequestURI()...)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	if !isFieldValue(host) {
		return nil, errors.New("the name of the host holds a control character")
	}
	dst = append(dst, host...)
	dst = append(dst, "\r\n"...)
	for name, values := range req.Header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Connection":
			continue // are the transport's to say
		}
		for _, value := range values {
			if !isToken(name) || !isFieldValue(value) {
				return nil, fmt.Errorf("the header %q has a name or a value that HTTP does not allow", name)
			}
			dst = append(dst, name...)
			dst = append(dst, ": "...)
			dst = append(dst, value...)
			dst = append(dst, "\r\n"...)
		}
	}
	if size > 0 || req.Method == http.MethodPost || req.Method == http.MethodPut || req.Method == http.MethodPatch {
		dst = append(dst, "Content-Length: "...)
		dst = strconv.AppendInt(dst, size, 10)
		dst = append(dst, "\r\n"...)
	}
	if isLast {
		dst = append(dst, "Connection: close\r\n"...)
	}
	return append(dst, "\r\n"...), nil
}

// isFieldValue reports whether a text may be the value of a header field (RFC 9110, section 5.5): it could end the
// field otherwise, and say something that nobody asked for.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isToken reports whether a text may be the name of a header field (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '!' || c >= '#' && c <= '\'' || c == '*' || c == '+' || c == '-' || c == '.' || c == '^' || c == '_' || c == '`' || c == '|' || c == '~':
		default:
			return false
		}
	}
	return len(s) > 0
}
