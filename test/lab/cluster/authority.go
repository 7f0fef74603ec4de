package cluster

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// frontProxy is the name under which the API server calls aggregated APIs.
const frontProxy = "front-proxy-client"

// validity is that of certificates. No laboratory runs for longer; the past part allows for faults of clocks.
const validity = 24 * time.Hour

// authority signs all certificates of a cluster. One is enough here: a front proxy's name is checked besides.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// newAuthority makes one and writes it to ca.crt and ca.key.
func newAuthority(folder string) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	c, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "fulcrum-lab", NotBefore: time.Now().Add(-validity)}, key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate authority: %w", err)
	}
	a := &authority{key: key, cert: c}
	return a, writePair(folder, "ca", a.bundle(), key)
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// bundle is the authority's certificate in PEM.
func (a *authority) bundle() []byte { return encodeCertificate(a.cert.Raw) }

// writeServerFiles makes what the servers need: their certificate, that of the front proxy, and the key that signs
// tokens of service accounts.
func (a *authority) writeServerFiles(folder string) error {
	server := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), apiAddress.AsSlice(), serviceAddress.AsSlice()},
	}
	if err := a.issueTo(folder, "server", server); err != nil {
		return err
	}
	proxy := &x509.Certificate{Subject: pkix.Name{CommonName: frontProxy}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if err := a.issueTo(folder, "front-proxy", proxy); err != nil {
		return err
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	return writeKey(filepath.Join(folder, "service-account.key"), key)
}

// issue signs a certificate for a new key.
func (a *authority) issue(template *x509.Certificate) (certificate []byte, key *ecdsa.PrivateKey, err error) {
	if key, err = newKey(); err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template.SerialNumber = serial
	template.NotBefore, template.NotAfter = time.Now().Add(-validity), time.Now().Add(validity)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("signing a certificate for %s: %w", template.Subject, err)
	}
	return encodeCertificate(der), key, nil
}

// issueTo signs a certificate and writes it to NAME.crt and NAME.key.
func (a *authority) issueTo(folder, name string, template *x509.Certificate) error {
	certificate, key, err := a.issue(template)
	if err != nil {
		return err
	}
	return writePair(folder, name, certificate, key)
}

// client returns an HTTP client that trusts the authority. It opens a connection for each request, as what it asks is
// restarted now and then.
func (a *authority) client() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true},
	}
}

func writePair(folder, name string, certificate []byte, key *ecdsa.PrivateKey) error {
	if err := os.WriteFile(filepath.Join(folder, name+".crt"), certificate, 0o600); err != nil {
		return err
	}
	return writeKey(filepath.Join(folder, name+".key"), key)
}

func writeKey(file string, key *ecdsa.PrivateKey) error {
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	return os.WriteFile(file, encoded, 0o600)
}
