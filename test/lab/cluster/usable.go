package cluster

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// awaitUsable waits until a pod can be created: the controller manager has to have made the default service account,
// and the API server to have published itself.
func (c *Cluster) awaitUsable(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyLimit, fmt.Errorf("not usable within %s", readyLimit))
	defer cancel()
	clients, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(readyPoll)
	defer ticker.Stop()
	for {
		_, err := clients.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		if err == nil {
			_, err = clients.CoreV1().Services("default").Get(ctx, "kubernetes", metav1.GetOptions{})
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return c.components[ControllerManager].failure(fmt.Errorf("%w: %w", context.Cause(ctx), err))
		case <-c.components[ControllerManager].ended:
			return c.components[ControllerManager].failure(c.components[ControllerManager].ending())
		case <-ticker.C:
		}
	}
}
