package modelfile

import (
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

const defaultsFile = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: defaults}
spec:
  traffic:
    trace: {path: a.csv, format: csv, columns: {time: ts, work: took, output: tokens}}
    merge:
      - generator: {rate: 5/s, span: 7d, daily: {peakToMean: 1.5}, sizes: {output: 200, work: 1s}}
      - generator: {arrivals: gamma, rate: 5/s, span: 7d, sizes: {output: 200, work: 1s}}
      - trace: {path: b.csv}
  service:
    parameters: 8B
    profiles:
      - {gpu: L4, fixed: {fromTrace: true}}
      - {cpu: x86, fixed: {duration: 1s}}
      - {gpu: H100, batched: {alpha: 5ms, beta: 50us, gamma: 20us}}
  callers: {retry: {}}
  homes:
    - offer: aws/ec2/g6.xlarge
      cluster: {replicas: 4, autoscaler: {}}
    - offer: aws/lambda/*
      function: {}
    - offer: gcp/*
      container: {}
`

func load(t *testing.T, text string) *v1alpha1.Model {
	t.Helper()
	m, err := Load("test.yaml", []byte(text))
	if err != nil {
		t.Fatalf("Load:\n%v", err)
	}
	return m
}

// comments returns the comment of every field of a type, by Type.field.
func comments(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	typeLine := regexp.MustCompile(`^type (\w+) struct`)
	fieldLine := regexp.MustCompile(`^\t\w+ .*json:"(\w+)`)
	files, err := filepath.Glob("../../api/v1alpha1/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		var typ, comment string
		for line := range strings.Lines(string(read(t, name))) {
			if m := typeLine.FindStringSubmatch(line); m != nil {
				typ = m[1]
			}
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "// "); ok {
				comment += rest + " "
				continue
			}
			if m := fieldLine.FindStringSubmatch(line); m != nil {
				found[typ+"."+m[1]] = comment
			}
			comment = ""
		}
	}
	return found
}

// TestDefaultsAreWhatCommentsSay finds each default in the comment of its field and in a loaded model.
func TestDefaultsAreWhatCommentsSay(t *testing.T) {
	s := load(t, defaultsFile).Spec
	trace, poisson, gamma := s.Traffic.Trace, s.Traffic.Merge[0].Generator, s.Traffic.Merge[1].Generator
	onGPU, onCPU, batched := s.Service.Profiles[0], s.Service.Profiles[1], s.Service.Profiles[2]
	cluster, function, container := s.Homes[0].Cluster, s.Homes[1].Function, s.Homes[2].Container
	said := comments(t)
	for _, test := range []struct {
		field, comment string
		got, want      any
	}{
		{"Traffic.scale", "Default: 1.", *s.Traffic.Scale, 1.0},
		{"Traffic.repeat", "Default: 1.", s.Traffic.Merge[2].Repeat, 1},
		{"Traffic.seed", "Default: 1.", *s.Traffic.Merge[0].Seed, uint64(1)},
		{"Trace.format", "Default: auto.", s.Traffic.Merge[2].Trace.Format, "auto"},
		{"Trace.maxBadRows", "Default: 1%.", trace.MaxBadRows.String(), "1%"},
		{"Columns.timeUnit", "Default: auto.", trace.Columns.TimeUnit, "auto"},
		{"Columns.workUnit", "Default: s.", trace.Columns.WorkUnit, "s"},
		{"Generator.arrivals", "Default: poisson.", poisson.Arrivals, "poisson"},
		{"Generator.cv", "Default, with these: 1.", *gamma.CV, 1.0},
		{"Daily.peakAt", "Default: 14h.", poisson.Daily.PeakAt.String(), "14h"},
		{"Traffic.priority", "Default: 0.", s.Traffic.Priority, 0},
		{"Service.queue", "Default: arrival.", s.Service.Queue, "arrival"},
		{"Callers.cancel", "Default: false", s.Callers.Cancel, false},
		{"Retry.attempts", "Default: 2.", *s.Callers.Retry.Attempts, 2},
		{"Retry.backoff", "Default: 1s.", s.Callers.Retry.Backoff.String(), "1s"},
		{"Retry.maxBackoff", "Default: 20s.", s.Callers.Retry.MaxBackoff.String(), "20s"},
		{"Retry.factor", "Default: 2.", s.Callers.Retry.Factor, 2.0},
		{"Retry.jitter", "Default: 100%.", s.Callers.Retry.Jitter.String(), "100%"},
		{"Service.bytesPerParameter", "Default: 2.", s.Service.BytesPerParameter, 2.0},
		{"Service.kvBytesPerToken", "128KiB up to 10B", s.Service.KVBytesPerToken, unit.Bytes(128 << 10)},
		{"Service.estimate", "Default: true when parameters is set.", *s.Service.Estimate, true},
		{"Service.memory", "Default: 2GiB", s.Service.Memory, 2 * unit.GiB},
		{"Service.gpuMemory", "the size of the parameters x 1.2", s.Service.GPUMemory, unit.Memory(18311)},
		{"Profile.gpus", "Default, with gpu: 1.", onGPU.GPUs, 1},
		{"Profile.vcpu", "Default, with cpu: 1.", onCPU.VCPU, 1.0},
		{"Profile.parallelism", "Default, with cpu: 1.", onCPU.Parallelism, 1.0},
		{"Profile.source", "Default: estimated.", onCPU.Source, "estimated"},
		{"FixedProfile.speed", "Default, with fromTrace: 1.", onGPU.Fixed.Speed, 1.0},
		{"FixedProfile.concurrency", "Default: 1.", onCPU.Fixed.Concurrency, 1},
		{"BatchedProfile.maxBatch", "Default: 64.", batched.Batched.MaxBatch, 64},
		{"StartUp.weightsRate", "Default: 300MB.", s.Service.StartUp.WeightsRate, unit.Bytes(300e6)},
		{"StartUp.init", "20s for batched", InitFor(s.Service.StartUp, batched).Mean.String(), "20s"},
		{"StartUp.init", "5s for other GPU services", InitFor(s.Service.StartUp, onGPU).Mean.String(), "5s"},
		{"StartUp.init", "1s for others on a CPU", InitFor(s.Service.StartUp, onCPU).Mean.String(), "1s"},
		{"Artifacts.image", "Default: 2GB when a profile is for a GPU", s.Artifacts.Image, unit.Bytes(2e9)},
		{"Artifacts.weights", "Default: parameters x bytesPerParameter", s.Artifacts.Weights, unit.Bytes(16e9)},
		{"Payload.request", "Default: 2kB.", s.Payload.Request, unit.Bytes(2000)},
		{"Payload.response", "Default: 4kB.", s.Payload.Response, unit.Bytes(4000)},
		{"Payload.maxRequest", "Default: request.", s.Payload.MaxRequest, unit.Bytes(2000)},
		{"Objectives.errors", "Default: 0.1%.", s.Objectives.Errors.String(), "0.1%"},
		{"Constraints.maxPriceAge", "Default: 180d.", s.Constraints.MaxPriceAge.String(), "180d"},
		{"Fleet.models", "Default: 1.", s.Constraints.Fleet.Models, 1},
		{"Home.priceClass", "Default: on-demand.", s.Homes[0].PriceClass, "on-demand"},
		{"Home.priceClass", "With a prefix, every class", s.Homes[1].PriceClass, ""},
		{"ClusterHome.imagePullRate", "Default: 80MB.", cluster.ImagePullRate, unit.Bytes(80e6)},
		{"ClusterHome.nodeIdle", "Default: 0s", cluster.NodeIdle.String(), "0s"},
		{"ClusterHome.nodeStartUp", "90s with a GPU", NodeStartUpFor(*cluster, true).Mean.Std(), 90 * time.Second},
		{"ClusterHome.nodeStartUp", "60s without", NodeStartUpFor(*cluster, false).Mean.Std(), time.Minute},
		{"Autoscaler.max", "Default: 4 x replicas", cluster.Autoscaler.Max, 16},
		{"Autoscaler.syncPeriod", "Default: 15s.", cluster.Autoscaler.SyncPeriod.String(), "15s"},
		{"Autoscaler.metricLag", "Default: 15s.", cluster.Autoscaler.MetricLag.String(), "15s"},
		{"Autoscaler.tolerance", "Default: 10%.", cluster.Autoscaler.Tolerance.String(), "10%"},
		{"Autoscaler.downStabilization", "Default: 300s.", cluster.Autoscaler.DownStabilization.Std(), 300 * time.Second},
		{"Autoscaler.upStabilization", "Default: 0s.", cluster.Autoscaler.UpStabilization.String(), "0s"},
		{"FunctionHome.idleExpiry", "Default: 300s", function.IdleExpiry.Std(), 300 * time.Second},
		{"ContainerHome.queueTimeout", "Default: 300s.", container.QueueTimeout.Std(), 300 * time.Second},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s is %v, want %v", test.field, test.got, test.want)
		}
		if !strings.Contains(said[test.field], test.comment) {
			t.Errorf("the comment of %s does not say %q: %s", test.field, test.comment, said[test.field])
		}
	}
}

// TestDefaultsDependOnService: the same file without GPU and parameters.
func TestDefaultsDependOnService(t *testing.T) {
	const head = "apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n  traffic: {trace: {path: a.jsonl}}\n  service:\n"
	tests := map[string]struct {
		service           string
		image, kv         unit.Bytes
		memory, gpuMemory unit.Memory
		estimate          bool
	}{
		"on a CPU":           {"    profiles: [{cpu: arm, fixed: {duration: 1s}}]", 500e6, 0, 2048, 0, false},
		"on a GPU":           {"    profiles: [{gpu: T4, fixed: {duration: 1s}}]\n  artifacts: {weights: 1GiB}", 2e9, 0, 2048, 1229, false},
		"large, by weights":  {"    profiles: [{gpu: T4, fixed: {duration: 1s}}]\n  artifacts: {weights: 10GiB}", 2e9, 0, 2048, 12288, false},
		"70B":                {"    parameters: 70B", 2e9, 320 << 10, 2048, 160218, true},
		"70B in 8 bits":      {"    {parameters: 70B, bytesPerParameter: 1}", 2e9, 320 << 10, 2048, 80109, true},
		"weights on a CPU":   {"    profiles: [{cpu: x86, fixed: {duration: 1s}}]\n  artifacts: {weights: 10GiB}", 500e6, 0, 12288, 0, false},
		"10B":                {"    {parameters: 10B, memory: 4GiB}", 2e9, 128 << 10, 4096, 22889, true},
		"parameters, no GPU": {"    {parameters: 1B, estimate: false, profiles: [{cpu: x86, fixed: {duration: 1s}}]}", 2e9, 128 << 10, 2048, 2289, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := load(t, head+test.service+"\n").Spec
			if s.Artifacts.Image != test.image || s.Service.KVBytesPerToken != test.kv || s.Service.Memory != test.memory ||
				s.Service.GPUMemory != test.gpuMemory || *s.Service.Estimate != test.estimate {
				t.Errorf("image %d, kv %d, memory %d, gpuMemory %d, estimate %t, want %+v", s.Artifacts.Image, s.Service.KVBytesPerToken,
					s.Service.Memory, s.Service.GPUMemory, *s.Service.Estimate, test)
			}
		})
	}
}

// TestDefaultsKeepWhatIsGiven: zero is a value where a default could hide it.
func TestDefaultsKeepWhatIsGiven(t *testing.T) {
	s := load(t, strings.NewReplacer(
		"autoscaler: {}", "autoscaler: {metricLag: 0s, tolerance: 0, downStabilization: 0s, max: 5}",
		"function: {}", "function: {idleExpiry: 0s}",
		"container: {}", "container: {queueTimeout: 0s}",
		"arrivals: gamma,", "arrivals: gamma, cv: 0,",
		"peakToMean: 1.5", "peakToMean: 1.5, peakAt: 0h",
	).Replace(defaultsFile)).Spec
	a := s.Homes[0].Cluster.Autoscaler
	if *a.MetricLag != 0 || *a.Tolerance != 0 || *a.DownStabilization != 0 || a.Max != 5 {
		t.Errorf("autoscaler %+v", a)
	}
	if *s.Homes[1].Function.IdleExpiry != 0 || *s.Homes[2].Container.QueueTimeout != 0 ||
		*s.Traffic.Merge[1].Generator.CV != 0 || *s.Traffic.Merge[0].Generator.Daily.PeakAt != 0 {
		t.Errorf("homes or traffic: %+v", s)
	}
}

// TestShapesAreThoseOfRandom keeps the tag of shape and the families of package random together.
func TestShapesAreThoseOfRandom(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[v1alpha1.DurationDistribution](), reflect.TypeFor[v1alpha1.CountDistribution]()} {
		fields := strictyaml.FieldsOf(typ)
		i := slices.IndexFunc(fields, func(f strictyaml.Field) bool { return f.Name == "shape" })
		var want []string
		for _, shape := range random.Shapes() {
			want = append(want, string(shape))
		}
		if got := fields[i].Rule.OneOf; !slices.Equal(got, want) {
			t.Errorf("%s.shape is one of %v, want %v", typ.Name(), got, want)
		}
	}
}
