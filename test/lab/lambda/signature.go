package lambda

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxSkew is how far the clock of a signature may be off.
const maxSkew = 5 * time.Minute

func denied(code, message string) *apiError {
	return &apiError{status: http.StatusForbidden, code: code, message: message}
}

// verify checks the request's Signature Version 4 by signing it again with the host's own key: exactly the headers that
// the caller says it signed, and the body as it arrived.
func (h *Host) verify(r *http.Request, body []byte, now time.Time) error {
	header := r.Header.Get("Authorization")
	if header == "" {
		return denied("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	key, scope, signed, ok := parseAuthorization(header)
	if !ok {
		return denied("IncompleteSignatureException", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
	}
	if key != h.config.AccessKeyID {
		return denied("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return denied("IncompleteSignatureException", "Date must be in ISO-8601 'basic format' in the X-Amz-Date header.")
	}
	if at.Sub(now).Abs() > maxSkew {
		return denied("InvalidSignatureException", "Signature expired: "+r.Header.Get("X-Amz-Date")+" is not within 5 minutes of the current time.")
	}
	want := at.Format("20060102") + "/" + h.config.Region + "/lambda/aws4_request"
	if scope != want {
		return denied("InvalidSignatureException", "Credential should be scoped to "+want+".")
	}
	again, err := h.sign(r, signed, body, at)
	if err != nil {
		return internal(err)
	}
	if !hmac.Equal([]byte(again), []byte(header)) {
		return denied("InvalidSignatureException",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.")
	}
	return nil
}

// sign is the Authorization header that the request would have had from the host's own key.
func (h *Host) sign(r *http.Request, signed []string, body []byte, at time.Time) (string, error) {
	copied := &http.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: http.Header{}}
	for _, name := range signed {
		switch name {
		case "host":
		case "content-length":
			copied.ContentLength = int64(len(body))
		default:
			copied.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: h.config.AccessKeyID, SecretAccessKey: h.config.SecretAccessKey}
	err := v4.NewSigner().SignHTTP(context.Background(), credentials, copied, hex.EncodeToString(sum[:]), "lambda", h.config.Region, at)
	return copied.Header.Get("Authorization"), err
}

// parseAuthorization reads "AWS4-HMAC-SHA256 Credential=KEY/SCOPE, SignedHeaders=a;b, Signature=…".
func parseAuthorization(header string) (key, scope string, signed []string, ok bool) {
	rest, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	if !ok {
		return "", "", nil, false
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		values[name] = value
	}
	key, scope, ok = strings.Cut(values["Credential"], "/")
	signed = strings.Split(values["SignedHeaders"], ";")
	return key, scope, signed, ok && values["SignedHeaders"] != "" && values["Signature"] != ""
}
