package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/trace"
)

func newTraceCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "trace",
		Short:   "Inspect recorded traffic",
		Example: `  fulcrum trace describe access.log.gz`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTraceDescribeCommand(std))
	return cmd
}

// describeFlags are the flags of `trace describe`. They are the fields of a
// trace in a model file.
type describeFlags struct {
	trace      v1alpha1.Trace
	columns    map[string]string
	maxBadRows string
	seed       uint64
	output     string
}

func newTraceDescribeCommand(std streams) *cobra.Command {
	var f describeFlags
	cmd := &cobra.Command{
		Use:   "describe FILE",
		Short: "Summarise a trace: span, rate, burstiness, idle time, sizes",
		Long: `Describe reads a trace once and shows how a plan would read it: the span, the mean
rate, the peak-to-mean ratio over 1 s, 1 min and 1 h, the coefficient of variation
of inter-arrival times, the index of dispersion of counts per minute, the share of
minutes without a request, and the sizes of requests. Figures that the trace does
not have are shown as "-".

The file may be plain, gzip or zstd; "-" is the standard input. The format is
detected from the first line:

  azure-llm        TIMESTAMP,ContextTokens,GeneratedTokens
  mooncake         JSON lines with timestamp (ms), input_length, output_length
  azure-functions  invocations per function and minute (2019)
  rates            t_s,count or period_utc,count
  servegen         rates of clients: client,window_start_s,rate_rps,…
  combined         access logs in the common or combined log format
  csv, jsonl       columns or fields named by --column`,
		Example: `  fulcrum trace describe access.log.gz
  fulcrum trace describe requests.csv --column time=started_at --column work=seconds
  fulcrum trace describe calls.jsonl --column time=ts,timeUnit=ms,input=usage.prompt_tokens,output=usage.completion_tokens
  fulcrum trace describe invocations.csv.gz --durations durations.csv.gz --function a699dfe0
  zcat access.log.*.gz | fulcrum trace describe - -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.trace.Path = args[0]
			return describeTrace(cmd.Context(), std, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.trace.Format, "format", "auto", "format of the trace: auto, "+strings.Join(trace.Formats(), ", "))
	flags.StringToStringVar(&f.columns, "column", nil, "columns of a csv or jsonl trace: time, timeUnit (s, ms, us, ns), input, output, work, workUnit (s, ms)")
	flags.StringVar(&f.trace.Function, "function", "", "keep one function of an azure-functions trace, by its hash or a prefix of it")
	flags.StringVar(&f.trace.Durations, "durations", "", "durations file that belongs to an azure-functions trace")
	flags.StringVar(&f.trace.Memory, "memory", "", "memory file that belongs to an azure-functions trace")
	flags.StringVar(&f.trace.Tokens, "tokens", "", "tokens file that belongs to a servegen trace")
	flags.StringVar(&f.maxBadRows, "max-bad-rows", "1%", "share of unreadable rows above which the trace is refused")
	flags.Uint64Var(&f.seed, "seed", 1, "seed of the random draws: arrivals within periods, sizes")
	flags.StringVarP(&f.output, "output", "o", "text", "output format: text or json")
	return cmd
}

func describeTrace(ctx context.Context, std streams, f describeFlags) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	limit, err := unit.ParseShare(f.maxBadRows)
	if err != nil {
		return fmt.Errorf("--max-bad-rows: %w", err)
	}
	f.trace.MaxBadRows = &limit
	if f.trace.Columns, err = columnsOf(f.columns); err != nil {
		return err
	}
	w, err := trace.Read(traceOpener(std.in), f.trace, f.seed)
	if err != nil {
		return err
	}
	d, err := workload.Describe(ctx, w)
	if err != nil {
		return err
	}
	if f.output == "json" {
		return writeDescriptionJSON(std.out, d)
	}
	return writeDescription(std.out, d)
}

// columnsOf turns --column flags into the columns of a trace; none gives nil.
func columnsOf(given map[string]string) (*v1alpha1.Columns, error) {
	if len(given) == 0 {
		return nil, nil
	}
	var c v1alpha1.Columns
	fields := map[string]*string{
		"time": &c.Time, "timeUnit": &c.TimeUnit, "input": &c.Input, "output": &c.Output, "work": &c.Work, "workUnit": &c.WorkUnit,
	}
	for key, value := range given {
		into, known := fields[key]
		if !known {
			names := make([]string, 0, len(fields))
			for name := range fields {
				names = append(names, name)
			}
			slices.Sort(names)
			return nil, fmt.Errorf("--column: expected %s, got %q", strings.Join(names, ", "), key)
		}
		*into = value
	}
	return &c, nil
}

// traceOpener opens files by the names that were given on the command line.
// Standard input is kept in memory, because a trace is read more than once.
func traceOpener(in io.Reader) rows.Opener {
	var kept []byte
	var failed error
	read := false
	return func(name string) (io.ReadCloser, error) {
		if name != "-" {
			return openRegular(name)
		}
		if !read {
			kept, failed = io.ReadAll(in)
			read = true
		}
		return io.NopCloser(bytes.NewReader(kept)), failed
	}
}

// openRegular opens a file, and says of a folder that it is one.
func openRegular(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		f.Close()
		return nil, err
	case info.IsDir():
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is a folder, expected a file")}
	}
	return f, nil
}
