package target

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// awsSigner signs requests with Signature Version 4.
type awsSigner struct {
	credentials     aws.CredentialsProvider
	signer          *v4.Signer
	service, region string
}

func newAWSSigner(credentials aws.CredentialsProvider, service, region string) (*awsSigner, error) {
	if credentials == nil {
		return nil, fmt.Errorf("expected AWS credentials to sign requests for %s in %s with", service, region)
	}
	return &awsSigner{credentials, v4.NewSigner(), service, region}, nil
}

// prepare signs a request and its body. What requests share is copied, because the signer writes into it.
//
// The error is not wrapped: what befell a service of credentials is no fault of the target.
func (s *awsSigner) prepare(req *http.Request, body []byte) error {
	credentials, err := s.credentials.Retrieve(req.Context())
	if err != nil {
		return fmt.Errorf("reading AWS credentials: %v", err)
	}
	u := *req.URL
	req.URL, req.Header = &u, req.Header.Clone()
	sum := sha256.Sum256(body)
	if err := s.signer.SignHTTP(req.Context(), credentials, req, hex.EncodeToString(sum[:]), s.service, s.region, time.Now()); err != nil {
		return fmt.Errorf("signing: %v", err)
	}
	return nil
}
