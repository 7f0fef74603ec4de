// Package kubernetes compares the HPA of internal/policy with the controller of
// k8s.io/kubernetes itself, under random specifications, pods, metrics and
// histories. It is a module of its own, so that only who runs it downloads Kubernetes.
//
// The controller runs as it is, workers and queue included, against fakes of
// its clients and on the virtual clock of testing/synctest; nothing is listed,
// watched or sent. Start with TestHPADecidesAsKubernetes.
package kubernetes
