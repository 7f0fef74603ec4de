package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	sigsyaml "sigs.k8s.io/yaml"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/calibrate"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
)

// calibrateFlags say what the measurements do not.
type calibrateFlags struct {
	on      []string
	catalog string
	model   string
	name    string
	file    string
	format  string
}

// replaySeed makes the replays repeatable.
const replaySeed = 1

func newCalibrateCommand(std streams) *cobra.Command {
	var f calibrateFlags
	cmd := &cobra.Command{
		Use:   "calibrate RUN",
		Short: "Fit service profiles for plan to a run of bench",
		Long: `Calibrate reads the records of bench --out and fits a service profile to one replica
of each target: how many requests it serves at once and how long each takes, or, if
answers are streamed, how long an iteration of its continuous batch takes; how long
it takes to start; how long it stays warm. It shows how good the fit is, which
conditions it covers, and how a simulation of the same requests compares.

Plan and simulate take the file that -o writes (spec.service.calibration of a model
file, or --calibration). An endpoint does not tell its hardware, so --on does, for
the only target or, with its name, for each:

  gpu:KIND[,gpus=N]   cpu:x86|arm[,vcpu=N][,parallelism=N]   and [,home=cluster|function|container]

Only targets with an --on are calibrated. Two targets on the same hardware need a
file each.

Runs that are invalid, too short, full of errors, or of a closed loop are refused.
A target must be a single replica: several do not behave like one.`,
		Example: `  fulcrum calibrate run --on gpu:L4 -o profile.yaml
  fulcrum calibrate run --on k8s=gpu:L4 --on fn=cpu:x86,vcpu=2,home=function -o profile.yaml
  fulcrum plan model.yaml --calibration profile.yaml
  fulcrum calibrate backtest profile.yaml other-run`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.calibrate(cmd.Context(), std, args[0])
		},
	}
	fs := cmd.Flags()
	fs.StringArrayVar(&f.on, "on", nil, "hardware of a target as [TARGET=]HARDWARE, such as gpu:L4 or k8s=cpu:x86,vcpu=2")
	fs.StringVar(&f.catalog, "catalog", "", "directory of catalogue files that add to and override the built-in ones; --on accepts their kinds of GPU")
	fs.StringVar(&f.model, "model", string(calibrate.Auto), "kind of server: fixed (requests do not share work), batched (continuous batching), or auto (batched if answers are streamed)")
	fs.StringVar(&f.name, "name", "", "name of the calibration (default: the suite's)")
	fs.StringVarP(&f.file, "output", "o", "", "file to write the calibration to, as YAML")
	fs.StringVar(&f.format, "format", "text", "format of the printed result: text or json")
	cmd.AddCommand(newBacktestCommand(std))
	return cmd
}

func (f *calibrateFlags) calibrate(ctx context.Context, std streams, run string) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format: expected text or json, got %q", f.format)
	}
	if !slices.Contains([]calibrate.Model{calibrate.Auto, calibrate.Fixed, calibrate.Batched}, calibrate.Model(f.model)) {
		return fmt.Errorf("--model: expected auto, fixed or batched, got %q", f.model)
	}
	if f.file == "text" || f.file == "json" {
		return fmt.Errorf("--output: expected a file to write the calibration to, such as profile.yaml, got %[1]q: "+
			"the form of what is printed is --format %[1]s (a file of that name is ./%[1]s)", f.file)
	}
	cat, err := loadCatalog(f.catalog)
	if err != nil {
		return err
	}
	log, err := readRun(run, record.ReadLog)
	if err != nil {
		return err
	}
	on, err := hardwareOf(f.on, log.Header.Targets, cat)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	name := f.name
	if name == "" {
		name = log.Header.Suite
	}
	c, err := calibrate.All(ctx, log, on, name, calibrate.Options{Model: calibrate.Model(f.model), Seed: replaySeed})
	if err != nil {
		return fmt.Errorf("%s: %w", run, err)
	}
	if f.file != "" {
		if err := writeCalibration(f.file, c); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
	}
	if f.format == "json" {
		return report.JSON(std.out, c)
	}
	return report.Calibration(std.out, c, report.Style{Color: isColorful(std.out)})
}

// writeCalibration writes a file that LoadCalibration reads.
func writeCalibration(path string, c *v1alpha1.Calibration) error {
	data, err := sigsyaml.Marshal(c)
	if err != nil {
		return err
	}
	if _, err := modelfile.LoadCalibration(path, data); err != nil {
		return err
	}
	return replaceFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// hardwareOf reads --on: the hardware by the name of the target, of which there is one where none is given.
func hardwareOf(texts []string, targets []record.TargetInfo, cat *catalog.Catalog) (map[string]calibrate.Hardware, error) {
	var names []string
	for _, t := range targets {
		names = append(names, t.Name)
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("is required: expected what the target runs on, such as gpu:L4 or cpu:x86,vcpu=2 (targets: %q)", names)
	}
	on := map[string]calibrate.Hardware{}
	for _, text := range texts {
		name, h, err := parseHardware(text)
		if err != nil {
			return nil, err
		}
		switch {
		case name == "" && len(names) == 1:
			name = names[0]
		case name == "":
			return nil, fmt.Errorf("%s: the run has several targets: expected TARGET=HARDWARE with one of %q", text, names)
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("%s: the run has no target %q: expected one of %q", text, name, names)
		}
		if _, twice := on[name]; twice {
			return nil, fmt.Errorf("the target %s is there twice", name)
		}
		on[name] = h
	}
	if err := nameGPUs(on, cat); err != nil {
		return nil, err
	}
	return on, distinct(on)
}

// distinct refuses two targets on equal hardware: plan would not know which to take.
func distinct(on map[string]calibrate.Hardware) error {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(on)) {
		hardware := on[name].String()
		if first, twice := seen[hardware]; twice {
			return fmt.Errorf("the targets %s and %s run on the same hardware (%s), of which plan takes one profile: "+
				"calibrate each into a file of its own, with one --on: %[1]s=... -o %[1]s.yaml, then %[2]s=... -o %[2]s.yaml", first, name, hardware)
		}
		seen[hardware] = name
	}
	return nil
}
