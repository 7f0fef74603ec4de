package node

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"fulcrum.dev/fulcrum/internal/random"
)

func TestExpand(t *testing.T) {
	values := map[string]string{"A": "1", "B": "$(A)"}
	for text, want := range map[string]string{
		"plain": "plain", "$(A)$(A)": "11", "x$(B)y": "x$(A)y", "$(NO)": "$(NO)", "$$(A)": "$(A)", "$$$(A)": "$1",
		"$": "$", "$(A": "$(A", "$A": "$A", "a$$": "a$", "": "",
	} {
		if got := expand(text, values); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"$(A)", "$$(A)", "$(", "$$", "$()", "a$(B)$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Without variables nothing but $$ changes, and escaping all of it keeps the text.
		escaped := []byte{}
		for _, b := range []byte(text) {
			if b == '$' {
				escaped = append(escaped, '$')
			}
			escaped = append(escaped, b)
		}
		if got := expand(string(escaped), map[string]string{"A": "x"}); got != text {
			t.Errorf("%q, want %q", got, text)
		}
	})
}

func TestDivide(t *testing.T) {
	for _, test := range []struct{ quantity, divisor, want string }{
		{"250m", "1", "1"}, {"250m", "1m", "250"}, {"1Gi", "1Mi", "1024"}, {"1500m", "0", "2"}, {"0", "1", "0"},
	} {
		if got := divide(resource.MustParse(test.quantity), resource.MustParse(test.divisor)); got != test.want {
			t.Errorf("%s in %s: %s, want %s", test.quantity, test.divisor, got, test.want)
		}
	}
}

func TestFields(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Name, pod.Labels = "p", map[string]string{"b": `x"y`, "a": "1"}
	e := environment{pod: pod}
	for path, want := range map[string]string{
		"metadata.name": "p", "metadata.labels": "a=\"1\"\nb=\"x\\\"y\"", "metadata.labels['a']": "1", "metadata.annotations['none']": "",
	} {
		if got, err := e.field(path); err != nil || got != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if _, err := e.field("spec.containers"); err == nil {
		t.Error("an unknown field was found")
	}
}

func TestArgv(t *testing.T) {
	image := Image{Entrypoint: []string{"serve"}, Cmd: []string{"--all"}}
	for _, test := range []struct{ command, args, want []string }{
		{nil, nil, []string{"serve", "--all"}},
		{nil, []string{"x"}, []string{"serve", "x"}},
		{[]string{"sh"}, nil, []string{"sh"}},
		{[]string{"sh"}, []string{"x"}, []string{"sh", "x"}},
	} {
		if got := image.argv(test.command, test.args); !slices.Equal(got, test.want) {
			t.Errorf("command %v, args %v: %v, want %v", test.command, test.args, got, test.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	a := newAddresses(netip.MustParsePrefix("10.244.3.0/29")) // .1 is the node, .7 for broadcasts
	var got []string
	for range 5 {
		address, err := a.take()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, address.String())
	}
	if want := []string{"10.244.3.2", "10.244.3.3", "10.244.3.4", "10.244.3.5", "10.244.3.6"}; !slices.Equal(got, want) {
		t.Errorf("addresses %v, want %v", got, want)
	}
	if _, err := a.take(); err == nil {
		t.Error("took an address of a network that is full")
	}
	a.give(netip.MustParseAddr("10.244.3.4"))
	if address, err := a.take(); err != nil || address.String() != "10.244.3.4" {
		t.Errorf("address %v, %v", address, err)
	}
}

func TestDevices(t *testing.T) {
	d := newDevices(corev1.ResourceList{GPU: resource.MustParse("3")})
	if got, err := d.take("a", 2); err != nil || !slices.Equal(got, []string{"GPU-0", "GPU-1"}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := d.take("b", 2); err == nil || err.Error() != "requested 2 devices of nvidia.com/gpu, available 1" {
		t.Errorf("error %v", err)
	}
	d.give("a")
	if got, err := d.take("b", 3); err != nil || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestBackoff: the waits of a container that fails at once, by the kubelet's rules.
func TestBackoff(t *testing.T) {
	b := &backoff{first: 10 * time.Second, limit: 300 * time.Second}
	for i, want := range []time.Duration{0, 10, 20, 40, 80, 160, 300, 300} {
		if got := b.restart(time.Second); got != want*time.Second {
			t.Errorf("restart %d after %v, want %v", i+1, got, want*time.Second)
		}
	}
	if got := b.restart(601 * time.Second); got != 0 {
		t.Errorf("a container that ran for 10 min waits %v", got)
	}
}

// TestDelays: equal seeds give equal delays, in the range of their distributions.
func TestDelays(t *testing.T) {
	rate, err := random.NewDist(random.ShapeUniform, 1e9, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	delays := Delays{PullLatency: random.Constant(0.5), PullRate: rate, ContainerStart: random.Exponential(1)}
	a, b := newDice(delays, 7), newDice(delays, 7)
	for range 100 {
		pull := a.pull(2e9)
		if pull != b.pull(2e9) || a.start() != b.start() {
			t.Fatal("equal seeds gave unequal delays")
		}
		if pull < 1500*time.Millisecond || pull > 5*time.Second {
			t.Errorf("2 GB took %v", pull)
		}
	}
	if newDice(delays, 8).pull(2e9) == newDice(delays, 7).pull(2e9) {
		t.Error("unequal seeds gave equal delays")
	}
	if d := newDice(Delays{}, 7); d.pull(1<<40) != 0 || d.start() != 0 {
		t.Error("delays without a distribution")
	}
	pod := &corev1.Pod{}
	pod.Annotations = map[string]string{Weights: "many"}
	if _, err := a.load(pod); err == nil {
		t.Error("an annotation that is no quantity was taken")
	}
}

// TestPublish: a volume's files are replaced at one stroke, and those that are gone go.
func TestPublish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "v")
	read := func(path string) string {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	if err := (payload{"a": {[]byte("1"), 0o644}, "deep/b": {[]byte("2"), 0o400}}).publish(dir); err != nil {
		t.Fatal(err)
	}
	if read("a") != "1" || read("deep/b") != "2" {
		t.Errorf("files %q %q", read("a"), read("deep/b"))
	}
	if info, err := os.Stat(filepath.Join(dir, "deep/b")); err != nil || info.Mode().Perm() != 0o400 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, err := os.Readlink(filepath.Join(dir, dataLink))
	if err != nil {
		t.Fatal(err)
	}
	same := payload{"a": {[]byte("1"), 0o644}, "deep/b": {[]byte("2"), 0o400}}
	if err := same.publish(dir); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.Readlink(filepath.Join(dir, dataLink)); now != before {
		t.Error("equal files were written again")
	}
	if err := (payload{"a": {[]byte("3"), 0o644}}).publish(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "deep")); read("a") != "3" || err == nil {
		t.Errorf("file %q, and deep is left: %v", read("a"), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 { // a, ..data and what it names
		t.Errorf("%v, %v", entries, err)
	}
	if err := (payload{"../x": {nil, 0o644}}).publish(dir); err == nil {
		t.Error("a path that leaves the volume was written")
	}
	if read("a") != "3" {
		t.Error("a failure changed the volume")
	}
}

func TestSpecErrors(t *testing.T) {
	err := (Spec{Name: "Bad_Name", Dir: "x"}).check()
	for _, want := range []string{`name "Bad_Name"`, "podCIDR", "quantity of cpu", "quantity of memory", `dir "x"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	good := Spec{Name: "n", PodCIDR: netip.MustParsePrefix("10.244.1.0/24"), Dir: "/x", Capacity: corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("1"), corev1.ResourceMemory: resource.MustParse("1Gi"),
	}}
	if err := good.withDefaults().check(); err != nil {
		t.Error(err)
	}
}
