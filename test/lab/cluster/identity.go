package cluster

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/keyutil"
)

// User is whom a client certificate names.
type User struct {
	Name   string
	Groups []string
}

// NodeUser is the user that a node's agent is, with the rights of its node alone.
func NodeUser(node string) User {
	return User{Name: "system:node:" + node, Groups: []string{"system:nodes"}}
}

// Identity returns a client configuration of a user, who has the rights that RBAC gives. It works inside the sandbox.
func (c *Cluster) Identity(u User) (*rest.Config, error) {
	certificate, key, err := c.authority.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: u.Name, Organization: u.Groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return nil, err
	}
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return nil, err
	}
	return &rest.Config{
		Host:            "https://" + c.Address.String(),
		TLSClientConfig: rest.TLSClientConfig{CAData: c.authority.bundle(), CertData: certificate, KeyData: encoded},
		QPS:             500, Burst: 1000, // enough that the client is not what is measured
	}, nil
}

// WriteKubeconfig writes a kubeconfig of the administrator with another URL of the API server, such as that of a
// listener outside of the sandbox which forwards to Address. Its host has to be 127.0.0.1 or localhost.
func (c *Cluster) WriteKubeconfig(file, url string) error {
	config := rest.CopyConfig(c.Config)
	config.Host = url
	return writeKubeconfig(file, config)
}

func writeKubeconfig(file string, config *rest.Config) error {
	const name = "fulcrum-lab"
	return clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{name: {
			Server: config.Host, CertificateAuthorityData: config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{name: {
			ClientCertificateData: config.CertData, ClientKeyData: config.KeyData,
		}},
		Contexts:       map[string]*clientcmdapi.Context{name: {Cluster: name, AuthInfo: name}},
		CurrentContext: name,
	}, file)
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
