package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/suitefile"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

// suiteFlags are a suite on the command line.
type suiteFlags struct {
	targets    []string
	protocol   string
	model      string
	body       string
	bearerFrom string
	rate       unit.Rate
	arrivals   string
	duration   unit.Duration
	trace      string
	format     string
	speed      float64
	closed     int
	turn       unit.Duration
	timeout    unit.Duration
	warmup     unit.Duration
	gate       unit.Duration
	inFlight   int
	seed       uint64
	thresholds []string
	coldStarts int

	dir string // of the suite file, once it is read
}

// Flags that a suite file has fields for.
var suiteFlagNames = []string{
	"target", "protocol", "model", "body", "bearer-from", "rate", "arrivals", "duration", "trace", "format", "speed", "closed",
	"turn", "timeout", "warmup", "gate", "max-in-flight", "seed", "threshold",
}

func (f *suiteFlags) register(fs *pflag.FlagSet) {
	f.registerTargets(fs)
	fs.Var(newTextFlag(&f.rate, "rate", unit.ParseRate), "rate", "request rate, such as 50/s")
	fs.Var(newTextFlag(&f.duration, "duration", parseTime), "duration", "duration of the load, such as 2m")
	fs.StringVar(&f.trace, "trace", "", "trace to play instead of a rate; \"-\" is the standard input")
	fs.StringVar(&f.format, "format", "auto", "format of the trace: auto, "+strings.Join(trace.Formats(), ", "))
	fs.Float64Var(&f.speed, "speed", 1, "play the load this many times as fast")
	fs.IntVar(&f.closed, "closed", 0, "number of callers of a closed loop, which wait for each answer, instead of a rate")
	fs.Var(newTextFlag(&f.turn, "duration", parseTime), "turn", "duration of a target's turn; 0s alternates by request (default: a fortieth of the load for each, with at least five requests)")
	fs.Var(newTextFlag(&f.warmup, "duration", parseTime), "warmup", "time at the start that is excluded from the figures")
	fs.IntVar(&f.coldStarts, "cold-starts", 0, "number of cold starts for each target; overrides the suite file; 0 for none")
}

// registerTargets registers what is not about the load.
func (f *suiteFlags) registerTargets(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.targets, "target", nil, "URL of a target (http, https or lambda://FUNCTION[/PATH]?region=REGION), or NAME=URL; several take turns")
	fs.StringVar(&f.protocol, "protocol", "http", "protocol of the targets: http, openai-chat, openai-completions or openai-embeddings (inference needs a suite file)")
	fs.StringVar(&f.model, "model", "", "model name in requests of the openai protocols")
	fs.StringVar(&f.body, "body", "", "body to POST with protocol http: text or @FILE; a template with .Sequence, .Input, .Output, .Prompt")
	fs.StringVar(&f.bearerFrom, "bearer-from", "", "environment variable with the token to send as Authorization: Bearer")
	fs.StringVar(&f.arrivals, "arrivals", "poisson", "arrivals at a rate: poisson or constant")
	f.timeout = unit.Duration(time.Minute)
	fs.Var(newTextFlag(&f.timeout, "duration", parseTime), "timeout", "max time for an answer (default 1m)")
	fs.Var(newTextFlag(&f.gate, "duration", parseTime), "gate", "p99 of the client's own lateness above which the run is invalid (default 10ms)")
	fs.IntVar(&f.inFlight, "max-in-flight", 1024, "max requests waiting for an answer; requests over the limit are recorded as not-sent")
	fs.Uint64Var(&f.seed, "seed", 1, "seed of arrivals and of the order of turns")
	fs.StringArrayVar(&f.thresholds, "threshold", nil, "limit to judge the run by, such as latency.p95<=200ms, errors<=1% or k8s:timeToFirstToken.p99<=1s")
}

// source is a suite with what it was read from.
type source struct {
	suite *v1alpha1.Suite
	open  rows.Opener
	dir   string // that its files are relative to
	name  string // for errors
}

// read reads the suite file, or makes a suite of the flags.
func (f *suiteFlags) read(fs *pflag.FlagSet, std streams, args []string) (source, error) {
	if len(args) == 0 {
		suite, err := f.suite(fs)
		return source{suite: suite, open: traceOpener(std.in), dir: ".", name: "the flags"}, err
	}
	path := args[0]
	for _, name := range suiteFlagNames {
		if fs.Changed(name) {
			return source{}, fmt.Errorf("--%s: is a field of the suite file: change it there, or leave the file out", name)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return source{}, err
	}
	suite, err := suitefile.Load(path, data)
	return source{suite: suite, open: openBeside(path), dir: filepath.Dir(path), name: path}, err
}

// input reads the suite and all that it names.
func (f *suiteFlags) input(ctx context.Context, fs *pflag.FlagSet, std streams, args []string) (bench.Input, error) {
	from, err := f.read(fs, std, args)
	if err != nil {
		return bench.Input{}, err
	}
	suite := from.suite
	if err := f.adjustColdStarts(fs, suite); err != nil {
		return bench.Input{}, err
	}
	f.dir = from.dir
	in := bench.Input{Suite: suite, Tool: "fulcrum " + buildVersion().Version}
	if in.Access, err = accessOf(ctx, suite, from.dir); err != nil {
		return in, err
	}
	if in.Workload, err = bench.Workload(from.open, suite); err != nil {
		return in, fmt.Errorf("%s: the load: %w", from.name, err)
	}
	if in.Projection, err = bench.Project(suite, in.Workload); err != nil {
		return in, fmt.Errorf("%s: the load: %w", from.name, err)
	}
	if in.Workload != nil && in.Projection.Requests == 0 {
		return in, fmt.Errorf("%s: the load: no request is due within %s: expected a longer load, or a higher rate", from.name, in.Projection.Span)
	}
	in.SuiteHash, err = hashOf(suite)
	return in, err
}

// suite makes a suite of the flags.
func (f *suiteFlags) suite(fs *pflag.FlagSet) (*v1alpha1.Suite, error) {
	if len(f.targets) == 0 {
		return nil, errors.New("expected a suite file, or --target with --rate and --duration; see fulcrum bench --help")
	}
	if err := errors.Join(f.checkProtocol(), f.checkClient(fs)); err != nil {
		return nil, err
	}
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "flags"}}
	body, err := f.bodyText()
	if err != nil {
		return nil, err
	}
	for i, text := range f.targets {
		s.Spec.Targets = append(s.Spec.Targets, f.target(text, i, body))
	}
	if s.Spec.Load, err = f.load(fs); err != nil {
		return nil, err
	}
	s.Spec.Timeout, s.Spec.Warmup, s.Spec.MaxInFlight = f.timeout, f.warmup, f.inFlight
	s.Spec.Gate.Most = f.gate
	if s.Spec.Thresholds, err = readThresholds(f.thresholds); err != nil {
		return nil, err
	}
	if fs.Changed("turn") {
		s.Spec.Turn = &f.turn
	}
	suitefile.Default(s)
	if err := suitefile.Validate("flags", s); err != nil {
		return nil, flagProblems(err, f)
	}
	return s, nil
}

// flagProtocols are those that flags have words for.
var flagProtocols = []string{"http", "openai-chat", "openai-completions", "openai-embeddings"}

// checkProtocol checks what a suite file is checked for when it is read.
func (f *suiteFlags) checkProtocol() error {
	isOpenAI := f.protocol != "http"
	switch {
	case f.protocol == "inference":
		return errors.New("--protocol: inference needs a suite file, which names the inputs of the model")
	case !slices.Contains(flagProtocols, f.protocol):
		return fmt.Errorf("--protocol: expected %s, got %q", strings.Join(flagProtocols, ", "), f.protocol)
	case isOpenAI && f.model == "":
		return fmt.Errorf("--model: is required with --protocol %s: expected the name of the model", f.protocol)
	case isOpenAI && f.body != "":
		return fmt.Errorf("--body: belongs to --protocol http: leave it out with %s", f.protocol)
	case !isOpenAI && f.model != "":
		return errors.New("--model: belongs to the openai protocols: set --protocol, or leave it out")
	}
	return nil
}

// checkClient checks what is about the client itself.
func (f *suiteFlags) checkClient(fs *pflag.FlagSet) error {
	switch {
	case f.inFlight < 1 || f.inFlight > 1e5:
		return fmt.Errorf("--max-in-flight: expected a number from 1 to 100,000, got %d", f.inFlight)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout: expected a duration above 0, got %s", f.timeout)
	case fs.Changed("gate") && f.gate <= 0:
		return fmt.Errorf("--gate: expected a duration above 0, got %s", f.gate)
	case fs.Changed("format") && f.trace == "":
		return errors.New("--format: belongs to --trace: leave it out")
	}
	return nil
}

func (f *suiteFlags) bodyText() (string, error) {
	path, isFile := strings.CutPrefix(f.body, "@")
	if !isFile {
		return f.body, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("--body: %w", err)
	}
	return string(data), nil
}

// target reads URL or NAME=URL. A URL may hold = itself, but not before its scheme ends.
func (f *suiteFlags) target(text string, i int, body string) v1alpha1.Target {
	name, url, named := strings.Cut(text, "=")
	if !named || strings.Contains(name, "/") {
		name, url = string(rune('a'+i%26)), text
	}
	t := v1alpha1.Target{Name: name, URL: url, Protocol: f.protocol, BearerFrom: f.bearerFrom}
	if strings.HasPrefix(f.protocol, "openai-") {
		t.OpenAI = &v1alpha1.OpenAIRequest{Model: f.model}
	} else if body != "" {
		t.HTTP = &v1alpha1.HTTPRequest{Body: body}
	}
	return t
}

func (f *suiteFlags) load(fs *pflag.FlagSet) (v1alpha1.SuiteLoad, error) {
	l := v1alpha1.SuiteLoad{Seed: &f.seed}
	given := 0
	for _, is := range []bool{f.rate > 0 || fs.Changed("rate"), fs.Changed("trace"), fs.Changed("closed")} {
		if is {
			given++
		}
	}
	if given != 1 {
		return l, errors.New("expected one of --rate, --trace and --closed: they are three kinds of load")
	}
	if f.trace == "" && f.duration <= 0 {
		return l, errors.New("--duration: is required: expected how long to go on, such as 2m")
	}
	if !(f.speed > 0 && f.speed <= 1e6) {
		return l, fmt.Errorf("--speed: expected a number above 0 and up to 1,000,000, got %g", f.speed)
	}
	switch {
	case f.trace != "":
		l.Traffic, l.Speed = &v1alpha1.Traffic{Trace: &v1alpha1.Trace{Path: f.trace, Format: f.format}, Seed: &f.seed}, f.speed
		if f.duration > 0 {
			l.Traffic.Slice = &v1alpha1.Slice{To: unit.Duration(float64(f.duration) * f.speed)}
		}
	case fs.Changed("closed"):
		if f.closed < 1 || f.closed > 1e5 || fs.Changed("speed") {
			return l, errors.New("--closed: expected a number of callers from 1 to 100,000, and no --speed")
		}
		l.Closed = &v1alpha1.ClosedLoad{Callers: f.closed, Duration: f.duration}
	default:
		if f.rate <= 0 || f.rate > 1e6 {
			return l, fmt.Errorf("--rate: expected a rate above 0 and up to 1,000,000/s, got %s", f.rate)
		}
		if f.arrivals != "poisson" && f.arrivals != "constant" {
			return l, fmt.Errorf("--arrivals: expected poisson or constant, got %q", f.arrivals)
		}
		l.Phases, l.Arrivals, l.Speed = []v1alpha1.Phase{{Rate: f.rate, Duration: f.duration}}, f.arrivals, f.speed
	}
	return l, nil
}
