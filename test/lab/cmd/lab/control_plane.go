package main

import (
	"context"
	"path/filepath"

	"k8s.io/client-go/kubernetes"

	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// Kubeconfigs of the administrator: one for the machine and one for "lab exec".
var (
	kubeconfigOutside = filepath.Join(sandbox.Scratch, "kubeconfig-outside")
	kubeconfigInside  = filepath.Join(sandbox.Scratch, "kubeconfig")
)

// startControlPlane starts Kubernetes and writes kubeconfigs.
func startControlPlane(ctx context.Context, l *laboratory) error {
	c, err := cluster.Start(ctx, l.options)
	if err != nil {
		return err
	}
	l.cluster = c
	l.onStop(c.Stop)
	if l.client, err = kubernetes.NewForConfig(c.Config); err != nil {
		return err
	}
	url, err := l.expose("Kubernetes API", "https", c.Address.String())
	if err != nil {
		return err
	}
	if err := c.WriteKubeconfig(kubeconfigOutside, url); err != nil {
		return err
	}
	if err := c.WriteKubeconfig(kubeconfigInside, c.Config.Host); err != nil {
		return err
	}
	if l.kubeconfig, err = sandbox.OutsidePath(kubeconfigOutside); err != nil {
		return err
	}
	l.set("KUBECONFIG=" + kubeconfigInside)
	l.try("kubectl get nodes,pods,services,hpa --all-namespaces")
	return nil
}
