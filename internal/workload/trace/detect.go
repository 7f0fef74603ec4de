package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// The trace formats, as a model file names them.
const (
	formatAuto           = "auto"
	formatAzureLLM       = "azure-llm"
	formatMooncake       = "mooncake"
	formatAzureFunctions = "azure-functions"
	formatRates          = "rates"
	formatServeGen       = "servegen"
	formatCombined       = "combined"
	formatCSV            = "csv"
	formatJSONL          = "jsonl"
)

// Formats lists the trace formats that can be named in place of auto.
func Formats() []string {
	return []string{
		formatAzureLLM, formatMooncake, formatAzureFunctions, formatRates, formatServeGen, formatCombined, formatCSV, formatJSONL,
	}
}

// headLines is how many lines are looked at: an access log may begin in the middle of one.
const headLines = 10

// firstLines returns the first lines that are not blank, at least one.
func firstLines(file rows.File) ([][]byte, error) {
	lines, err := file.Lines()
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	var head [][]byte
	for len(head) < headLines {
		line, err := lines.Content()
		switch {
		case err != nil && len(head) > 0:
			return head, nil // whoever reads on will meet the error
		case errors.Is(err, io.EOF):
			return nil, file.Fail(rows.ErrEmpty)
		case err != nil:
			return nil, err
		}
		head = append(head, bytes.Clone(line))
	}
	return head, nil
}

// formatOf returns the format that t names, or the one that the first lines show.
func formatOf(t v1alpha1.Trace, head [][]byte) (string, error) {
	line := head[0]
	switch {
	case t.Format != "" && t.Format != formatAuto && !slices.Contains(Formats(), t.Format):
		return "", fmt.Errorf("format: expected auto, %s, got %q%s", strings.Join(Formats(), ", "), t.Format, nearest(t.Format, Formats()))
	case t.Format != "" && t.Format != formatAuto:
		return t.Format, nil
	}
	trimmed := bytes.TrimSpace(line)
	switch {
	case trimmed[0] == '{' && t.Columns == nil && isMooncake(trimmed):
		return formatMooncake, nil
	case trimmed[0] == '{' && t.Columns == nil:
		return "", fmt.Errorf("line 1: JSON objects with the fields %s: name the time with columns.time (--column time=NAME)", fieldNames(trimmed))
	case trimmed[0] == '{':
		return formatJSONL, nil
	case trimmed[0] == '[' && (len(trimmed) == 1 || gjson.ValidBytes(trimmed)):
		return "", errors.New("line 1: a JSON array: expected one object a line, as jq -c '.[]' writes them")
	case t.Columns != nil:
		return formatCSV, nil
	}
	format, err := formatOfHeader(rows.ParseHeader(line))
	if err != nil && slices.ContainsFunc(head, isLogRow) {
		return formatCombined, nil
	}
	return format, err
}

func fieldNames(line []byte) string {
	var names []string
	gjson.ParseBytes(line).ForEach(func(key, _ gjson.Result) bool {
		names = append(names, key.String())
		return len(names) < 20
	})
	return strings.Join(names, ", ")
}

func formatOfHeader(h rows.Header) (string, error) {
	switch {
	case h.StartsWith("HashOwner", "HashApp", "HashFunction", "Trigger"):
		return formatAzureFunctions, nil
	case h.StartsWith("HashOwner", "HashApp", "HashFunction", "Average"):
		return "", errors.New("line 1: these are the durations of an azure-functions trace: give its invocations file, and this one as durations (--durations)")
	case h.StartsWith("HashOwner", "HashApp", "SampleCount"):
		return "", errors.New("line 1: this is the memory file of an azure-functions trace: give its invocations file, and this one as memory (--memory)")
	case h.StartsWith("client", "window_start_s", "rate_rps"):
		return formatServeGen, nil
	case h.StartsWith("client", "window_start_s", "field"):
		return "", errors.New("line 1: this is the tokens file of a servegen trace: give its rates file, and this one as tokens (--tokens)")
	case isRates(h):
		return formatRates, nil
	}
	if c, known := knownColumns(h); known && c == azureLLMColumns {
		return formatAzureLLM, nil
	} else if known {
		return formatCSV, nil
	}
	return "", fmt.Errorf("line 1: cannot tell the format from %s; give one of %s; for csv name the time with columns.time (--column time=NAME)",
		rows.Quote([]byte(h.Text)), strings.Join(Formats(), ", "))
}
