package target

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/tidwall/gjson"

	"fulcrum.dev/fulcrum/internal/inference"
)

// contentsOf puts the elements of a checked tensor into the field of their datatype.
func contentsOf(t *tensor) *inference.InferTensorContents {
	c := new(inference.InferTensorContents)
	gjson.ParseBytes(t.Data).ForEach(func(_, v gjson.Result) bool {
		switch t.Datatype {
		case "BOOL":
			c.BoolContents = append(c.BoolContents, v.Bool())
		case "INT8", "INT16", "INT32":
			c.IntContents = append(c.IntContents, int32(v.Int()))
		case "INT64":
			c.Int64Contents = append(c.Int64Contents, v.Int())
		case "UINT8", "UINT16", "UINT32":
			c.UintContents = append(c.UintContents, uint32(v.Uint()))
		case "UINT64":
			c.Uint64Contents = append(c.Uint64Contents, v.Uint())
		case "FP32":
			c.Fp32Contents = append(c.Fp32Contents, float32(v.Float()))
		case "FP64":
			c.Fp64Contents = append(c.Fp64Contents, v.Float())
		case "BYTES":
			c.BytesContents = append(c.BytesContents, []byte(v.String()))
		}
		return true
	})
	return c
}

// answerJSON gives an answer the form that the protocol has over HTTP, so that expectations are written once.
func answerJSON(answer *inference.ModelInferResponse) ([]byte, error) {
	type output struct {
		Name     string  `json:"name"`
		Datatype string  `json:"datatype"`
		Shape    []int64 `json:"shape"`
		Data     any     `json:"data"`
	}
	list := make([]output, len(answer.GetOutputs()))
	raw := answer.GetRawOutputContents()
	for i, o := range answer.GetOutputs() {
		list[i] = output{o.GetName(), o.GetDatatype(), o.GetShape(), elementsOf(o.GetContents())}
		if i < len(raw) {
			data, err := rawElements(o.GetDatatype(), raw[i])
			if err != nil {
				return nil, err
			}
			list[i].Data = data
		}
	}
	return json.Marshal(struct {
		ModelName    string   `json:"model_name"`
		ModelVersion string   `json:"model_version"`
		ID           string   `json:"id"`
		Outputs      []output `json:"outputs"`
	}{answer.GetModelName(), answer.GetModelVersion(), answer.GetId(), list})
}

func elementsOf(c *inference.InferTensorContents) any {
	switch {
	case len(c.GetBoolContents()) > 0:
		return c.GetBoolContents()
	case len(c.GetIntContents()) > 0:
		return c.GetIntContents()
	case len(c.GetInt64Contents()) > 0:
		return c.GetInt64Contents()
	case len(c.GetUintContents()) > 0:
		return c.GetUintContents()
	case len(c.GetUint64Contents()) > 0:
		return c.GetUint64Contents()
	case len(c.GetFp32Contents()) > 0:
		return c.GetFp32Contents()
	case len(c.GetFp64Contents()) > 0:
		return c.GetFp64Contents()
	}
	texts := []string{}
	for _, text := range c.GetBytesContents() {
		texts = append(texts, string(text))
	}
	return texts
}

// rawElements reads elements in their binary form: little endian, one after the other; of BYTES, each behind its length in
// four bytes.
func rawElements(datatype string, raw []byte) (any, error) {
	if datatype == "BYTES" {
		texts := []string{}
		for len(raw) > 0 {
			if len(raw) < 4 || uint64(binary.LittleEndian.Uint32(raw)) > uint64(len(raw)-4) {
				return nil, fmt.Errorf("raw BYTES that end within an element")
			}
			n := 4 + int(binary.LittleEndian.Uint32(raw))
			texts, raw = append(texts, string(raw[4:n])), raw[n:]
		}
		return texts, nil
	}
	size := map[string]int{
		"BOOL": 1, "INT8": 1, "UINT8": 1, "INT16": 2, "UINT16": 2, "INT32": 4, "UINT32": 4, "FP32": 4, "INT64": 8, "UINT64": 8, "FP64": 8,
	}[datatype]
	if size == 0 || len(raw)%size != 0 {
		return nil, fmt.Errorf("%d raw bytes of %s", len(raw), datatype)
	}
	list := make([]any, 0, len(raw)/size)
	for ; len(raw) > 0; raw = raw[size:] {
		list = append(list, rawElement(datatype, raw[:size]))
	}
	return list, nil
}

func rawElement(datatype string, raw []byte) any {
	var padded [8]byte
	copy(padded[:], raw)
	bits := binary.LittleEndian.Uint64(padded[:])
	switch datatype {
	case "BOOL":
		return bits != 0
	case "FP32":
		return finite(float64(math.Float32frombits(uint32(bits))), 32)
	case "FP64":
		return finite(math.Float64frombits(bits), 64)
	}
	if strings.HasPrefix(datatype, "U") {
		return bits
	}
	shift := 64 - 8*len(raw)
	return int64(bits<<shift) >> shift
}

// finite returns a number, or what JSON has no number for as text.
func finite(v float64, bits int) any {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Sprint(v)
	case bits == 32:
		return float32(v)
	}
	return v
}
