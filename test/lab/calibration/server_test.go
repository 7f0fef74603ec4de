package calibration_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/process"
)

// asked is the variable that lets the tests run.
const asked = "FULCRUM_LAB_CALIBRATION"

func requireLab(t *testing.T) {
	t.Helper()
	if os.Getenv(asked) == "" {
		t.Skipf("skipped: it takes minutes of a machine that does nothing else; set %s=1 to run it", asked)
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: %v; the model servers need it", err)
		}
	}
}

// start runs a model server on loopback and gives its address when it is healthy.
func start(t *testing.T, c model.Command) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().(*net.TCPAddr)
	l.Close()
	variables := []string{"PATH=" + os.Getenv("PATH"), "PORT=" + strconv.Itoa(address.Port)}
	for name, value := range c.Variables {
		variables = append(variables, name+"="+value)
	}
	p, err := process.Start(process.Command{Args: c.Args, Env: variables, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	url := "http://" + address.String()
	await.Condition(t, "the server is healthy", func() bool {
		response, err := http.Get(url + "/healthz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return url
}

// load is one run of bench against one target.
type load struct {
	target v1alpha1.Target
	phases []v1alpha1.Phase
	sizes  v1alpha1.Sizes
	seed   uint64
}

func (l load) run(t *testing.T) *record.Log {
	t.Helper()
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "lab"}}
	s.Spec.Targets = []v1alpha1.Target{l.target}
	s.Spec.Load = v1alpha1.SuiteLoad{Phases: l.phases, Arrivals: "poisson", Sizes: l.sizes, Seed: &l.seed}
	s.Spec.Gate.Most = unit.Duration(50 * time.Millisecond) // it shares two cores with the server
	suitefile.Default(s)
	if err := suitefile.Validate("lab", s); err != nil {
		t.Fatal(err)
	}
	in := bench.Input{Suite: s, SuiteHash: "laboratory", Tool: "lab"}
	var err error
	if in.Workload, err = bench.Workload(nil, s); err != nil {
		t.Fatal(err)
	}
	if in.Projection, err = bench.Project(s, in.Workload); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := bench.Run(t.Context(), in, &b); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv(asked); filepath.IsAbs(dir) { // to look at by fulcrum bench report
		run := filepath.Join(dir, fmt.Sprintf("%s-%d", l.target.Name, l.seed))
		if err := errors.Join(os.MkdirAll(run, 0o755), os.WriteFile(filepath.Join(run, "records.bin"), b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	log, err := record.ReadLog(&b)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// alone is the median time of a request, in seconds, when hardly two meet.
func (l load) alone(t *testing.T, rate float64) float64 {
	t.Helper()
	l.phases = []v1alpha1.Phase{{Rate: unit.Rate(rate), Duration: unit.Duration(20 / rate * 1e9)}}
	var times []float64
	log := l.run(t)
	for i := range log.Records {
		if d, ok := log.Records[i].Service(); ok && log.Records[i].Kind == record.OK {
			times = append(times, d.Seconds())
		}
	}
	if len(times) == 0 {
		t.Fatalf("no right answer: %+v", log.End)
	}
	slices.Sort(times)
	return times[len(times)/2]
}
