package trace

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// readCompanions reads the durations and the memory, where they are given.
func (f *functionTrace) readCompanions(open rows.Opener, t v1alpha1.Trace) error {
	if t.Durations != "" {
		if err := f.readDurations(rows.File{Open: open, Name: t.Durations}, t); err != nil {
			return err
		}
	}
	if t.Memory != "" {
		return f.readMemory(rows.File{Open: open, Name: t.Memory}, t)
	}
	return nil
}

// readDurations gives functions the distribution of their run times: linear
// between the percentiles of the file, which are of averages over 30 s.
func (f *functionTrace) readDurations(file rows.File, t v1alpha1.Trace) error {
	table, err := rows.OpenTable(file)
	if err != nil {
		return err
	}
	curve, err := durationColumns(table)
	if err != nil {
		return err
	}
	wanted := map[functionKey][]int{}
	for i, fn := range f.functions {
		wanted[fn.key] = append(wanted[fn.key], i)
	}
	for fields, err := range table.Rest() {
		if err != nil {
			return err
		}
		key := functionKey{string(fields[curve.key[0]]), string(fields[curve.key[1]]), string(fields[curve.key[2]])}
		indices, found := wanted[key]
		if !found {
			continue
		}
		work, d := curve.read(fields)
		if d != nil {
			table.Reject(d)
			continue
		}
		for _, i := range indices {
			f.functions[i].work = work
		}
	}
	if err := table.Tally.Check(t.MaxBadRows); err != nil {
		return file.Fail(err)
	}
	f.info.Notes = append(f.info.Notes, table.Tally.Notes()...)
	f.info.Notes = append(f.info.Notes, "durations are drawn for each function from its percentiles in "+file.Name)
	return f.fillDurations(file)
}

// durationCurve knows the columns of a durations file.
type durationCurve struct {
	key, at []int
	names   []string
	p       []float64
}

func durationColumns(table *rows.Table) (*durationCurve, error) {
	var c durationCurve
	var err error
	if c.key, err = table.Expect("a durations file", "HashOwner", "HashApp", "HashFunction"); err != nil {
		return nil, err
	}
	for i, name := range table.Header.Names {
		text, found := strings.CutPrefix(name, "percentile_Average_")
		percent, err := strconv.ParseFloat(text, 64)
		if !found || err != nil {
			continue
		}
		if !(percent >= 0 && percent <= 100) || len(c.p) > 0 && percent/100 <= c.p[len(c.p)-1] {
			table.Lines.Close()
			return nil, table.Lines.Fail(fmt.Errorf("%s: expected percentiles that rise from 0 to 100", name))
		}
		c.at, c.names, c.p = append(c.at, i), append(c.names, name), append(c.p, percent/100)
	}
	if len(c.p) < 2 {
		table.Lines.Close()
		return nil, table.Lines.Fail(fmt.Errorf("expected the columns percentile_Average_0 to percentile_Average_100, got %s", rows.Quote([]byte(table.Header.Text))))
	}
	return &c, nil
}

// read returns the distribution of a row in seconds.
func (c *durationCurve) read(fields [][]byte) (*random.Quantiles, *rows.Defect) {
	q := &random.Quantiles{P: c.p, Value: make([]float64, len(c.p))}
	for i, at := range c.at {
		ms, ok := rows.ParseWithin(fields[at], 0, workload.MaxWork.Seconds()*1000)
		if !ok || i > 0 && ms/1000 < q.Value[i-1] {
			return nil, rows.NewDefect(c.names[i], "milliseconds, at least those of the percentile before and at most 30 days", fields[at])
		}
		q.Value[i] = ms / 1000
	}
	return q, nil
}

// fillDurations gives functions without durations those of all others together, and says so.
func (f *functionTrace) fillDurations(file rows.File) error {
	var average *random.Quantiles
	var weight float64
	missing := 0
	for _, fn := range f.functions {
		if fn.work == nil {
			missing++
			continue
		}
		if average == nil {
			average = &random.Quantiles{P: fn.work.P, Value: make([]float64, len(fn.work.P))}
		}
		weight += math.Max(1, float64(fn.total))
		for i, v := range fn.work.Value {
			average.Value[i] += v * math.Max(1, float64(fn.total))
		}
	}
	if average == nil {
		return file.Fail(fmt.Errorf("no row is of a function in the trace: these durations belong to another trace"))
	}
	if missing == 0 {
		return nil
	}
	for i := range average.Value {
		average.Value[i] /= weight
	}
	for i := range f.functions {
		if f.functions[i].work == nil {
			f.functions[i].work = average
		}
	}
	f.info.Notes = append(f.info.Notes, fmt.Sprintf("%d of %d functions have no durations: theirs are drawn from the mean percentiles of the others", missing, len(f.functions)))
	return nil
}

// readMemory notes how much memory the functions' apps were allocated: what a
// serverless home has to be configured with.
func (f *functionTrace) readMemory(file rows.File, t v1alpha1.Trace) error {
	table, err := rows.OpenTable(file)
	if err != nil {
		return err
	}
	at, err := table.Expect("a memory file", "HashOwner", "HashApp", "AverageAllocatedMb")
	if err != nil {
		return err
	}
	calls := map[[2]string]float64{}
	for _, fn := range f.functions {
		calls[[2]string{fn.key.owner, fn.key.app}] += float64(fn.total)
	}
	var weight, sum, largest float64
	apps := 0
	for fields, err := range table.Rest() {
		if err != nil {
			return err
		}
		n, found := calls[[2]string{string(fields[at[0]]), string(fields[at[1]])}]
		if !found {
			continue
		}
		mb, ok := rows.ParseWithin(fields[at[2]], 0, 1e9)
		if !ok {
			table.Reject(rows.NewDefect("AverageAllocatedMb", "megabytes of at least 0", fields[at[2]]))
			continue
		}
		apps++
		weight, sum, largest = weight+n, sum+n*mb, math.Max(largest, mb)
	}
	if err := table.Tally.Check(t.MaxBadRows); err != nil {
		return file.Fail(err)
	}
	if weight == 0 {
		return file.Fail(fmt.Errorf("no row is of an app in the trace: this memory belongs to another trace"))
	}
	f.info.Notes = append(f.info.Notes, table.Tally.Notes()...)
	f.info.Notes = append(f.info.Notes, fmt.Sprintf("memory allocated: %.0f MB on average over invocations, at most %.0f MB (%d apps)", sum/weight, largest, apps))
	return nil
}
