package target

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/wire"
)

// tensor is an input of the Open Inference Protocol in its JSON form.
type tensor struct {
	Name     string          `json:"name"`
	Shape    []int64         `json:"shape"`
	Datatype string          `json:"datatype"`
	Data     json.RawMessage `json:"data"`
}

// tensors makes the inputs of a request.
type tensors func(q Request) ([]tensor, error)

// inference makes the target ask by the Open Inference Protocol over HTTP.
func (t *httpTarget) inference(spec *v1alpha1.InferenceRequest) error {
	inputs, err := tensorsOf(spec)
	if err != nil {
		return fmt.Errorf("target %s: inference.%w", t.name, err)
	}
	if strings.Trim(t.url.Path, "/") == "" {
		u := *t.url
		u.Path, u.RawPath = "/v2/models/"+spec.Model, "/v2/models/"+url.PathEscape(spec.Model)
		if spec.Version != "" {
			u.Path, u.RawPath = u.Path+"/versions/"+spec.Version, u.RawPath+"/versions/"+url.PathEscape(spec.Version)
		}
		u.Path, u.RawPath = u.Path+"/infer", u.RawPath+"/infer"
		t.url = &u
	}
	t.header.Set("Content-Type", "application/json")
	t.method = http.MethodPost
	t.body = func(q Request) ([]byte, error) {
		list, err := inputs(q)
		if err != nil {
			return nil, err
		}
		return json.Marshal(struct {
			ID     string   `json:"id"`
			Inputs []tensor `json:"inputs"`
		}{strconv.FormatInt(q.Sequence, 10), list})
	}
	if t.reply.contentType == "" {
		t.reply.contentType = "application/json"
	}
	t.reply.content = []string{"outputs.0.data.0", "outputs.0.data"}
	return nil
}

// tensorsOf makes the inputs of a first request already, so that what does not fit is said before the run.
func tensorsOf(spec *v1alpha1.InferenceRequest) (tensors, error) {
	var data []body
	for i, in := range spec.Inputs {
		made := madeUp(in)
		if in.Data != "" {
			var err error
			if made, err = templateBody(in.Data); err != nil {
				return nil, fmt.Errorf("inputs[%d].data: %w", i, err)
			}
		}
		data = append(data, made)
	}
	make := func(q Request) ([]tensor, error) {
		list := make([]tensor, len(spec.Inputs))
		for i, in := range spec.Inputs {
			list[i] = tensor{Name: in.Name, Datatype: in.Datatype, Shape: shapeOf(in, q)}
			text, err := data[i](q)
			if err != nil {
				return nil, fmt.Errorf("inputs[%d].data: %w", i, err)
			}
			list[i].Data = text
			if err := list[i].check(); err != nil {
				return nil, fmt.Errorf("inputs[%d].data: %w", i, err)
			}
		}
		return list, nil
	}
	_, err := make(Request{})
	return make, err
}

// shapeOf puts the load's input tokens in the place of -1.
func shapeOf(in v1alpha1.InferenceTensor, q Request) []int64 {
	shape := slices.Clone(in.Shape)
	for i, n := range shape {
		if n == -1 {
			shape[i] = int64(inputTokens(q))
		}
	}
	return shape
}

func elements(shape []int64) int64 {
	n := int64(1)
	for _, size := range shape {
		n *= size
	}
	return n
}

// check compares the elements with the shape.
func (t *tensor) check() error {
	list := gjson.ParseBytes(t.Data)
	if !gjson.ValidBytes(t.Data) || !list.IsArray() {
		return fmt.Errorf("expected a JSON array, such as [1, 2], got %q", Shorten(string(t.Data)))
	}
	n := int64(0)
	fits := true
	list.ForEach(func(_, element gjson.Result) bool {
		n++
		fits = element.Type == gjson.Number && t.Datatype != "BYTES" && t.Datatype != "BOOL" ||
			element.Type == gjson.String && t.Datatype == "BYTES" || element.IsBool() && t.Datatype == "BOOL"
		return fits
	})
	if !fits {
		return fmt.Errorf("expected elements of %s, not nested, got another one at place %d", t.Datatype, n-1)
	}
	if want := elements(t.Shape); n != want {
		return fmt.Errorf("expected %d elements for the shape %v, got %d", want, t.Shape, n)
	}
	return nil
}

// madeUp makes elements that differ from request to request.
func madeUp(in v1alpha1.InferenceTensor) body {
	return func(q Request) ([]byte, error) {
		n := elements(shapeOf(in, q))
		if n > maxPromptWords {
			return nil, fmt.Errorf("expected at most %d elements to make up, got %d", maxPromptWords, n)
		}
		var text []byte
		var prompt string
		if in.Datatype == "BYTES" {
			prompt = promptOf(q)
		}
		text = append(text, '[')
		for i := range n {
			if i > 0 {
				text = append(text, ',')
			}
			v := (7*i + q.Sequence) % 100
			switch in.Datatype {
			case "BYTES":
				if len(text) > wire.MaxBody {
					return nil, fmt.Errorf("expected at most %d bytes to make up", wire.MaxBody)
				}
				text = strconv.AppendQuote(text, prompt)
			case "BOOL":
				text = strconv.AppendBool(text, v%2 == 1)
			case "FP32", "FP64":
				text = strconv.AppendFloat(text, float64(v)/100, 'g', -1, 64)
			default:
				text = strconv.AppendInt(text, v, 10)
			}
		}
		return append(text, ']'), nil
	}
}
