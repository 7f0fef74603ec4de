package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// planFlags are what plan and simulate share.
type planFlags struct {
	fileFlag
	output  string
	catalog string
	today   string
	workers int
	// calibration is a file that takes the place of the one that the model file names.
	calibration string
	// maxTime ends a search of plan early; 0 is never.
	maxTime time.Duration
}

func (f *planFlags) register(cmd *cobra.Command, forms []string) {
	f.fileFlag.register(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "output format: "+orList(forms))
	cmd.Flags().StringVar(&f.catalog, "catalog", "", "directory of catalogue files that add to and override the built-in ones")
	cmd.Flags().StringVar(&f.today, "today", "", "day on which the age of prices is computed, as 2006-01-02 (default: today)")
	cmd.Flags().StringVar(&f.calibration, "calibration", "", "file with measured profiles, written by fulcrum calibrate; overrides spec.service.calibration")
	cmd.Flags().IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "parallel simulations; changes the speed, never the result")
}

func newPlanCommand(std streams) *cobra.Command {
	var f planFlags
	var verify bool
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Find the cheapest arrangement that meets a model's objectives",
		Long: `Plan finds the cheapest way to serve a model. It refuses every offer of the
catalogue that breaks a constraint of the model file, simulates the others under
the model's traffic at their smallest feasible size, and prints the verdict: where
to serve the model, with which settings, the monthly bill line by line, the
runner-up, and the traffic at which the verdict would change.

Long traffic is searched on a sample; the arrangements shown are then simulated on
all of it. With hundreds of millions of requests that takes minutes. A first
answer appears on standard error within seconds, and Ctrl-C or --max-time ends the
search with the best result so far.

With --verify, the arrangements shown are written into spec.homes and simulated
again on all of the traffic, as fulcrum simulate does; every figure must come out
the same. With -o json or wide, every candidate is verified.

Exit codes: 0 a feasible plan, 1 an error, 3 no arrangement meets the objectives,
4 the search or the verification was ended early, or
--verify found a figure that differs.`,
		Example: `  fulcrum plan examples/support-chat.yaml
  fulcrum plan examples/support-chat.yaml -o wide
  fulcrum plan examples/support-chat.yaml --verify
  fulcrum plan model.yaml --calibration profile.yaml
  fulcrum plan -f examples/support-chat.yaml -o json | jq .verdict.summary
  envsubst < model.yaml | fulcrum plan -`,
		Args: f.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("max-time") && f.maxTime <= 0 {
				return fmt.Errorf("--max-time: expected a time above 0 such as 30s, got %s", f.maxTime)
			}
			return f.plan(cmd.Context(), std, f.path(args), verify)
		},
	}
	f.register(cmd, planForms)
	cmd.Flags().DurationVar(&f.maxTime, "max-time", 0, "end the search after this time, with the best result so far (default: no limit)")
	cmd.Flags().BoolVar(&verify, "verify", false, "simulate the arrangements shown again on all of the traffic, and compare every figure")
	return cmd
}

func (f *planFlags) plan(ctx context.Context, std streams, path string, verify bool) error {
	if err := checkOutput(f.output, planForms); err != nil {
		return err
	}
	bar := newProgress(std.err, "reading "+nameOf(path))
	defer bar.finish()
	in, err := f.input(ctx, std, path, bar)
	if err != nil {
		return err
	}
	p, err := f.search(ctx, bar, in)
	if err != nil {
		return fmt.Errorf("planning %s: %w", nameOf(path), err)
	}
	if verify {
		if p.Verification, err = f.verify(ctx, bar, in, p); err != nil {
			return fmt.Errorf("verifying the plan of %s: %w", nameOf(path), err)
		}
	}
	bar.finish()
	if isRecord(f.output) {
		err = writeRecord(std.out, f.output, p)
	} else if isTable(f.output) {
		err = writeTable(std.out, f.output, report.PlanTable(p))
	} else {
		style := styleOf(std.out)
		style.Wide = f.output == "wide"
		err = report.Plan(std.out, p, style)
	}
	switch {
	case err != nil:
		return err
	case p.Stopped || verify && p.Verification.Stopped:
		return exitStatus(exitInconclusive)
	case verify && len(p.Verification.Differences) > 0:
		return exitStatus(exitDiffers)
	case !p.Verdict.Feasible:
		return exitStatus(exitInfeasible)
	}
	return nil
}

// search plans. It ends early, with what is known by then, at an interrupt or when its time is up.
func (f *planFlags) search(ctx context.Context, bar *progress, in plan.Input) (*plan.Plan, error) {
	bar.begin("simulating")
	in.Progress, in.Answer = bar.set, bar.note
	stop, cancel := context.WithCancel(ctx)
	if f.maxTime > 0 {
		stop, cancel = context.WithTimeout(ctx, f.maxTime)
	}
	defer cancel()
	in.Stop = stop.Done()
	return plan.Search(context.WithoutCancel(ctx), in)
}

// verify simulates again what the form of the output shows.
func (f *planFlags) verify(ctx context.Context, bar *progress, in plan.Input, p *plan.Plan) (*plan.Verification, error) {
	bar.begin("verifying")
	in.Progress = bar.set
	if f.output == "text" {
		return plan.VerifyShown(ctx, in, p)
	}
	return plan.Verify(ctx, in, p)
}

// memoryLimit is what the collector keeps the memory of a plan below as far as it can, unless GOMEMLIMIT says otherwise.
const memoryLimit = 400 << 20

// input reads everything that a plan depends on, until the context ends. Its traffic cannot be read after that either.
func (f *planFlags) input(ctx context.Context, std streams, path string, p *progress) (plan.Input, error) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	today, err := parseToday(f.today)
	if err != nil {
		return plan.Input{}, err
	}
	cat, err := loadCatalog(f.catalog)
	if err != nil {
		return plan.Input{}, err
	}
	data, err := readFile(ctx, std, path)
	if err != nil {
		return plan.Input{}, err
	}
	model, load, err := loadModel(path, data, f.calibration, endWith(ctx, p, openBeside(path)))
	if err != nil {
		return plan.Input{}, err
	}
	return plan.Input{Model: model, Workload: load, Catalog: cat, Today: today, Workers: f.workers}, nil
}

// loadModel reads the data of a model file and what it names, traffic and calibration; paths in it are relative to it. Open
// opens the files of the traffic.
func loadModel(path string, data []byte, calibration string, open rows.Opener) (*v1alpha1.Model, workload.Workload, error) {
	model, err := modelfile.LoadCalibrated(nameOf(path), data, calibrations{model: path, flag: calibration}.find)
	if err != nil {
		return nil, nil, err
	}
	load, err := traffic.Build(open, model.Spec.Traffic)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: spec.traffic: %w", nameOf(path), err)
	}
	return model, load, nil
}

// parseToday returns the day that prices are judged on.
func parseToday(text string) (time.Time, error) {
	if text == "" {
		return time.Now().UTC().Truncate(24 * time.Hour), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("--today: expected a date such as 2026-11-23, got %q", text)
	}
	return day, nil
}

// loadCatalog returns the built-in catalogue with a directory of the user's on top.
func loadCatalog(dir string) (*catalog.Catalog, error) {
	if dir == "" {
		return catalog.Load(nil)
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("--catalog: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("--catalog: expected a directory, %s is a file", dir)
	}
	cat, err := catalog.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("--catalog %s: %w", dir, err)
	}
	return cat, nil
}
