package node

import (
	"context"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// tokens are a pod's, by audience: asked of the API server for, and again when four fifths of their life are over.
type tokens map[string]token

type token struct {
	text  string
	renew time.Time
}

func (t tokens) get(ctx context.Context, e environment, source *corev1.ServiceAccountTokenProjection) (string, error) {
	now := time.Now()
	if have, ok := t[source.Audience]; ok && now.Before(have.renew) {
		return have.text, nil
	}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: source.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: e.pod.Name, UID: e.pod.UID},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	accounts := e.client.CoreV1().ServiceAccounts(e.pod.Namespace)
	answer, err := accounts.CreateToken(ctx, e.pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	life := answer.Status.ExpirationTimestamp.Sub(now)
	t[source.Audience] = token{text: answer.Status.Token, renew: now.Add(life * 4 / 5)}
	return answer.Status.Token, nil
}
