package trace

import (
	"fmt"
	"math"
	"sort"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// tokenWindow is the sizes of one client's requests from a time on.
type tokenWindow struct {
	start         uint32 // s
	input, output *random.Quantiles
}

// tokenFields says what the fields of a tokens file add to. Those of other
// names (image_count, reason_ratio) are no tokens.
var tokenFields = map[string]string{
	"input_tokens": "input", "text_tokens": "input", "image_tokens": "input", "audio_tokens": "input", "video_tokens": "input",
	"output_tokens": "output",
}

// readTokens gives clients the sizes of their requests.
func (g *serveGen) readTokens(file rows.File, t v1alpha1.Trace) error {
	table, err := rows.OpenTable(file)
	if err != nil {
		return err
	}
	at, err := table.Expect("servegen tokens", "client", "window_start_s", "field", "mean", "p50", "p90", "p99")
	if err != nil {
		return err
	}
	sizes := map[string]map[uint32]*tokenWindow{}
	for fields, err := range table.Rest() {
		if err != nil {
			return err
		}
		side, known := tokenFields[string(fields[at[2]])]
		if !known {
			continue
		}
		start, curve, d := readTokenRow(at, fields)
		if d != nil {
			table.Reject(d)
			continue
		}
		ofClient := sizes[string(fields[at[0]])]
		if ofClient == nil {
			ofClient = map[uint32]*tokenWindow{}
			sizes[string(fields[at[0]])] = ofClient
		}
		w := ofClient[start]
		if w == nil {
			w = &tokenWindow{start: start}
			ofClient[start] = w
		}
		if side == "input" {
			w.input = addCurves(w.input, curve)
		} else {
			w.output = addCurves(w.output, curve)
		}
	}
	if err := table.Tally.Check(t.MaxBadRows); err != nil {
		return file.Fail(err)
	}
	g.info.Notes = append(g.info.Notes, table.Tally.Notes()...)
	g.info.Notes = append(g.info.Notes, "tokens are drawn for each client from the mean, p50, p90 and p99 in "+file.Name)
	return g.assignTokens(file, sizes)
}

// tokenP are the probabilities of the points that a tokens file gives, and its ends.
var tokenP = []float64{0, 0.5, 0.9, 0.99, 1}

// readTokenRow returns a curve through the percentiles whose ends are chosen so
// that its mean is the one recorded, as far as that can be: first the low end,
// then the high one.
func readTokenRow(at []int, fields [][]byte) (uint32, *random.Quantiles, *rows.Defect) {
	start, ok := rows.ParseScaled(fields[at[1]], 1000, math.MaxUint32*1000)
	if !ok || start%1000 != 0 {
		return 0, nil, rows.NewDefect("window_start_s", "whole seconds of at least 0", fields[at[1]])
	}
	var v [4]float64 // mean, p50, p90, p99
	for i, name := range []string{"mean", "p50", "p90", "p99"} {
		if v[i], ok = rows.ParseWithin(fields[at[3+i]], 0, math.MaxInt32); !ok || i > 1 && v[i] < v[i-1] {
			return 0, nil, rows.NewDefect(name, "tokens from 0 to 2147483647, percentiles in rising order", fields[at[3+i]])
		}
	}
	mean, p50, p90, p99 := v[0], v[1], v[2], v[3]
	// Between points the curve is linear: each part adds its probability times the middle.
	inner := 0.4*(p50+p90)/2 + 0.09*(p90+p99)/2
	low := 4*(mean-inner-0.01*p99) - p50
	high := p99
	if low > p50 {
		high = math.Min(math.MaxInt32, p99+200*(mean-inner-0.01*p99-0.5*p50))
	}
	low = math.Max(0, math.Min(low, p50))
	return uint32(start / 1000), &random.Quantiles{P: tokenP, Value: []float64{low, p50, p90, p99, high}}, nil
}

// addCurves adds two sizes of the same request, taking both to be large or small together.
func addCurves(a, b *random.Quantiles) *random.Quantiles {
	if a == nil {
		return b
	}
	for i := range a.Value {
		a.Value[i] += b.Value[i]
	}
	return a
}

// assignTokens sorts the windows by client. Clients without any take those of
// the client with the most traffic.
func (g *serveGen) assignTokens(file rows.File, sizes map[string]map[uint32]*tokenWindow) error {
	var busiest *client
	var most float64
	missing := 0
	for _, c := range g.clients {
		for _, w := range sizes[c.name] {
			if w.input != nil && w.output != nil {
				c.tokens = append(c.tokens, *w)
			}
		}
		sort.Slice(c.tokens, func(i, j int) bool { return c.tokens[i].start < c.tokens[j].start })
		if len(c.tokens) == 0 {
			missing++
			continue
		}
		var traffic float64
		for _, w := range c.windows {
			traffic += float64(w.rate)
		}
		if busiest == nil || traffic > most {
			busiest, most = c, traffic
		}
	}
	if busiest == nil {
		return file.Fail(fmt.Errorf("no client has both input and output tokens: expected rows of the clients in %s", g.file.Name))
	}
	if missing == 0 {
		return nil
	}
	for _, c := range g.clients {
		if len(c.tokens) == 0 {
			c.tokens = busiest.tokens
		}
	}
	g.info.Notes = append(g.info.Notes, fmt.Sprintf("%d of %d clients have no tokens: theirs are drawn as those of client %s, which has the most traffic", missing, len(g.clients), busiest.name))
	return nil
}
