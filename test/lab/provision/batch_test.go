package provision

import (
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/types"

	"fulcrum.dev/fulcrum/test/lab/node"
)

func pending(names ...string) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, name := range names {
		pod := &corev1.Pod{}
		pod.UID = types.UID(name)
		pods = append(pods, pod)
	}
	return pods
}

// TestBatch: seconds at which pods appear, and when a batch of 1 s idle and 10 s at most is due.
func TestBatch(t *testing.T) {
	at := func(s float64) time.Time { return time.Unix(1000, 0).Add(time.Duration(s * float64(time.Second))) }
	var b batch
	due := func(s float64) bool {
		now, _ := b.due(at(s), time.Second, 10*time.Second)
		return now
	}
	if due(0) {
		t.Error("due without a pod")
	}
	b.add(pending("a"), at(0))
	b.add(pending("a"), at(0.5)) // the same one
	if due(0.9) || !due(1) {
		t.Error("not due 1 s after the only pod")
	}
	names := []string{"a"}
	for i := range 12 { // one more every 0.9 s: never idle
		names = append(names, string(rune('b'+i)))
		b.add(pending(names...), at(0.9*float64(i+1)))
		if s := 0.9 * float64(i+1); due(s+0.05) != (s+0.05 >= 10) {
			t.Errorf("at %g s: due %v", s, due(s+0.05))
		}
	}
	b.decided(at(11), 10*time.Second)
	if due(20) || !due(21) {
		t.Error("not due again 10 s after a decision that left pods")
	}
	b.add(nil, at(22))
	if due(40) {
		t.Error("due though no pod waits")
	}
}

func TestIdle(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1000+int64(s), 0) }
	m := &machine{}
	for _, step := range []struct {
		second, pods int
		after        time.Duration
		want         bool
	}{
		{0, 0, 5 * time.Second, false},
		{9, 0, 5 * time.Second, false}, // kept for the pod that it was ordered for
		{10, 0, 5 * time.Second, true},
		{11, 1, 5 * time.Second, false},
		{12, 0, 5 * time.Second, false},
		{16, 0, 5 * time.Second, false},
		{17, 0, 5 * time.Second, true},
		{99, 0, -1, false},
	} {
		if got := m.idle(step.pods, at(step.second), step.after); got != step.want {
			t.Errorf("at %d s with %d pods: leaves %v, want %v", step.second, step.pods, got, step.want)
		}
	}
}

func TestFit(t *testing.T) {
	pool := Pool{Name: "gpu", Node: node.Spec{
		Capacity: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("4"), node.GPU: resource.MustParse("2")},
		Labels:   map[string]string{"gpu": "a100"}, Taints: []corev1.Taint{{Key: "gpu", Effect: corev1.TaintEffectNoSchedule}},
	}}
	pod := func(gpus string, change func(*corev1.PodSpec)) *corev1.Pod {
		p := &corev1.Pod{}
		c := corev1.Container{}
		c.Resources.Requests = corev1.ResourceList{node.GPU: resource.MustParse(gpus)}
		p.Spec = corev1.PodSpec{Containers: []corev1.Container{c}, Tolerations: []corev1.Toleration{{Key: "gpu", Operator: corev1.TolerationOpExists}}}
		if change != nil {
			change(&p.Spec)
		}
		return p
	}
	for _, test := range []struct {
		name string
		pod  *corev1.Pod
		want string
	}{
		{"fits", pod("2", nil), ""},
		{"too many GPUs", pod("3", nil), "insufficient nvidia.com/gpu"},
		{"selector", pod("1", func(s *corev1.PodSpec) { s.NodeSelector = map[string]string{"gpu": "h100"} }), "node selector or affinity does not match"},
		{"taint", pod("1", func(s *corev1.PodSpec) { s.Tolerations = nil }), "did not tolerate gpu:NoSchedule"},
	} {
		got := ""
		if err := newBin(pool.template()).fits(test.pod); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	bins := []*bin{newBin(pool.template()), newBin(pool.template())}
	if left := pack([]*corev1.Pod{pod("1", nil), pod("2", nil), pod("1", nil), pod("1", nil)}, bins); len(left) != 1 {
		t.Errorf("%d pods are left, want 1", len(left))
	}
}

func TestQuota(t *testing.T) {
	pool := Pool{Name: "p", MaxNodes: 3, MaxGPUs: 4, Node: node.Spec{Capacity: corev1.ResourceList{node.GPU: resource.MustParse("2")}}}
	if err := pool.room(1); err != nil {
		t.Error(err)
	}
	if err := pool.room(2); err == nil || err.Error() != "pool p: limit of 4 GPUs reached" {
		t.Errorf("error %v", err)
	}
	pool.MaxGPUs = 0
	if err := pool.room(3); err == nil || err.Error() != "pool p: limit of 3 nodes reached" {
		t.Errorf("error %v", err)
	}
}

func TestSubnet(t *testing.T) {
	network := netip.MustParsePrefix("10.244.128.0/17")
	for n, want := range map[int]string{0: "10.244.128.0/24", 127: "10.244.255.0/24", 128: "10.244.128.0/24"} {
		if got := subnet(network, n).String(); got != want {
			t.Errorf("network %d is %s, want %s", n, got, want)
		}
	}
}
