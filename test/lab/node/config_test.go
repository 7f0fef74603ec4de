package node_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"fulcrum.dev/fulcrum/test/lab/labtest"
)

func keyRef(name, key string) corev1.ConfigMapKeySelector {
	return corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key}
}

// configure makes a config map and a secret.
func configure(l *labtest.Lab) {
	l.Helper()
	_, err := l.Client.CoreV1().ConfigMaps(l.Namespace).Create(l.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"mode": "fast", "file.txt": "old\n"},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
	_, err = l.Client.CoreV1().Secrets(l.Namespace).Create(l.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key"}, Data: map[string][]byte{"token": []byte("s3cret")},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
}

// TestEnvironment: every source of variables.
func TestEnvironment(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	configure(l)
	field := func(path string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
	}
	mode, absent, optional := keyRef("settings", "mode"), keyRef("nothing", "x"), true
	absent.Optional = &optional
	c := labtest.Shell("c", "env; echo args $0 $1")
	c.Args = []string{"$(NAME)-1", "$$(NAME) $(UNKNOWN)"}
	c.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")}
	c.EnvFrom = []corev1.EnvFromSource{{Prefix: "CFG_", ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}}
	c.Env = []corev1.EnvVar{
		{Name: "NAME", ValueFrom: field("metadata.name")},
		{Name: "NS", ValueFrom: field("metadata.namespace")},
		{Name: "APP", ValueFrom: field("metadata.labels['app']")},
		{Name: "NODE", ValueFrom: field("spec.nodeName")},
		{Name: "IP", ValueFrom: field("status.podIP")},
		{Name: "MODE", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &mode}},
		{Name: "ABSENT", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &absent}},
		{Name: "TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "key"}, Key: "token"}}},
		{Name: "MEMORY", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.memory", Divisor: resource.MustParse("1Mi")}}},
		{Name: "CPUS", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}}},
		{Name: "BOTH", Value: "$(MODE)/$(TOKEN)"},
	}
	pod := labtest.Pod("p", c)
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	l.Create(pod)
	pod = l.UntilPod("p", "succeeded", labtest.Phase(corev1.PodSucceeded))
	got := "\n" + l.PodLog("p", corev1.PodLogOptions{})
	for _, want := range []string{
		"NAME=p", "NS=" + l.Namespace, "APP=p", "NODE=" + pod.Spec.NodeName, "IP=" + pod.Status.PodIP, "POD_IP=" + pod.Status.PodIP,
		"MODE=fast", "CFG_mode=fast", "TOKEN=s3cret", "MEMORY=64", "CPUS=8", "BOTH=fast/s3cret", "HOSTNAME=p",
		"KUBERNETES_SERVICE_HOST=10.96.0.1", "args p-1 $(NAME) $(UNKNOWN)",
	} {
		if !strings.Contains(got, "\n"+want+"\n") {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if strings.Contains(got, "\nABSENT=") {
		t.Error("an optional variable is set though its config map is missing")
	}
}

// TestMissingConfig: a container whose references lead nowhere waits, and starts when they are there.
func TestMissingConfig(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	mode := keyRef("settings", "mode")
	c := labtest.Shell("c", "exit 0")
	c.Env = []corev1.EnvVar{{Name: "MODE", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &mode}}}
	pod := labtest.Pod("p", c)
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	l.Create(pod)
	l.UntilPod("p", "waiting for its config", func(p *corev1.Pod) bool {
		s := p.Status.ContainerStatuses
		return len(s) == 1 && s[0].State.Waiting != nil && s[0].State.Waiting.Reason == "CreateContainerConfigError" && p.Status.Phase == corev1.PodPending
	})
	configure(l)
	l.UntilPod("p", "succeeded", labtest.Phase(corev1.PodSucceeded))
}

// TestVolumes: every kind of volume, and that those of data follow their source.
func TestVolumes(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	configure(l)
	server := labtest.Server()
	server.VolumeMounts = []corev1.VolumeMount{
		{Name: "settings", MountPath: "/etc/settings"},
		{Name: "settings", MountPath: "/etc/one.txt", SubPath: "file.txt"},
		{Name: "key", MountPath: "/keys"},
		{Name: "about", MountPath: "/etc/about"},
		{Name: "scratch", MountPath: "/scratch"},
	}
	writer := labtest.Shell("writer", "echo shared > /scratch/x; sleep 1000")
	writer.VolumeMounts = []corev1.VolumeMount{{Name: "scratch", MountPath: "/scratch"}}
	pod := labtest.Pod("p", server, writer)
	pod.Spec.Volumes = []corev1.Volume{
		{Name: "settings", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}},
		{Name: "key", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "key", Items: []corev1.KeyToPath{{Key: "token", Path: "deep/token"}}}}},
		{Name: "about", VolumeSource: corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{{Path: "labels", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels"}}}}}},
		{Name: "scratch", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	}
	l.Create(pod)
	pod = l.UntilPod("p", "ready", labtest.Ready)
	holds := func(path, want string) {
		t.Helper()
		l.Until(fmt.Sprintf("%q in %s", want, path), func(ctx context.Context) (bool, error) {
			got, err := labtest.Get(ctx, labtest.URL(pod, "/file?path="+path))
			return strings.TrimSpace(got) == want, fmt.Errorf("%q, %w", got, err)
		})
	}
	holds("/etc/settings/mode", "fast")
	holds("/etc/one.txt", "old")
	holds("/keys/deep/token", "s3cret")
	holds("/etc/about/labels", `app="p"`)
	holds("/scratch/x", "shared")
	holds("/var/run/secrets/kubernetes.io/serviceaccount/namespace", l.Namespace)
	token, err := labtest.Get(t.Context(), labtest.URL(pod, "/file?path=/var/run/secrets/kubernetes.io/serviceaccount/token"))
	if err != nil || strings.Count(token, ".") != 2 {
		t.Errorf("token %q, %v", token, err)
	}
	patch := []byte(`{"data":{"mode":"slow","file.txt":null,"more":"yes"}}`)
	if _, err := l.Client.CoreV1().ConfigMaps(l.Namespace).Patch(t.Context(), "settings", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	holds("/etc/settings/mode", "slow")
	holds("/etc/settings/more", "yes")
}
