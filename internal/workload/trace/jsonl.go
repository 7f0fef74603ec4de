package trace

import (
	"bytes"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// mooncakeColumns are those of the traces of the Mooncake paper (FAST 2025).
var mooncakeColumns = v1alpha1.Columns{Time: "timestamp", TimeUnit: "ms", Input: "input_length", Output: "output_length"}

func isMooncake(line []byte) bool {
	fields := gjson.GetManyBytes(line, "timestamp", "input_length", "output_length")
	return gjson.ValidBytes(line) && fields[0].Exists() && fields[1].Exists() && fields[2].Exists()
}

// jsonParser reads requests from lines of JSON objects. A name may be a path: usage.prompt_tokens.
type jsonParser struct{ columnReader }

func newJSONParser(c v1alpha1.Columns) (*jsonParser, error) {
	r, err := newColumnReader(c)
	return &jsonParser{r}, err
}

func (p *jsonParser) parse(line []byte, q *workload.Request) *rows.Defect {
	if line = bytes.TrimSpace(line); len(line) == 0 || line[0] != '{' || !gjson.ValidBytes(line) {
		return rows.NewDefect("", "a JSON object", line)
	}
	if d := p.readTime(jsonField(line, p.columns.Time), q); d != nil {
		return d
	}
	if p.columns.Input != "" {
		if d := readTokens(p.columns.Input, jsonField(line, p.columns.Input), &q.Input); d != nil {
			return d
		}
	}
	if p.columns.Output != "" {
		if d := readTokens(p.columns.Output, jsonField(line, p.columns.Output), &q.Output); d != nil {
			return d
		}
	}
	if p.columns.Work != "" {
		return p.readWork(jsonField(line, p.columns.Work), q)
	}
	return nil
}

// jsonField returns the text of a number or of a string, and the JSON of
// anything else, which no number and no date looks like. A missing field is empty.
func jsonField(line []byte, path string) []byte {
	r := gjson.GetBytes(line, path)
	if r.Type == gjson.String {
		return []byte(r.Str)
	}
	return []byte(r.Raw)
}
