package target

import (
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/inference"
)

// TestTensors: what is made up has the size that the load says, and fits its datatype.
func TestTensors(t *testing.T) {
	var q Request
	q.Sequence, q.Size.Input = 7, 5
	for datatype, want := range map[string]string{
		"INT64": "[7,14,21,28,35]", "UINT8": "[7,14,21,28,35]", "FP32": "[0.07,0.14,0.21,0.28,0.35]", "BOOL": "[true,false,true,false,true]",
	} {
		make, err := tensorsOf(&v1alpha1.InferenceRequest{Inputs: []v1alpha1.InferenceTensor{{Name: "x", Datatype: datatype, Shape: []int64{1, -1}}}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := make(q)
		if err != nil || string(list[0].Data) != want || list[0].Shape[1] != 5 {
			t.Errorf("%s: %+v, %v", datatype, list, err)
		}
	}
	for text, want := range map[string]string{
		"[1]": "expected 4 elements for the shape [1 4], got 1", "1": "expected a JSON array", "[[1,2,3,4]]": "got another one at place 0",
		`[1,"a",3,4]`: "got another one at place 1", "[1,2": "expected a JSON array", "{{.Nothing}}": "Nothing",
	} {
		target := benchtest.Linear("a", "grpc://127.0.0.1:1")
		target.Inference.Inputs[0].Data = text
		_, err := Open(defaulted(target), Access{}, 1)
		if err == nil || !strings.Contains(err.Error(), "target a: inference.inputs[0].data: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestRawContents: every datatype in its binary form, and forms that break.
func TestRawContents(t *testing.T) {
	for _, test := range []struct{ datatype, raw, want string }{
		{"BOOL", "\x01\x00", "[true,false]"},
		{"INT8", "\xff", "[-1]"},
		{"UINT8", "\xff", "[255]"},
		{"INT16", "\xfe\xff", "[-2]"},
		{"INT32", "\x01\x00\x00\x00", "[1]"},
		{"UINT64", "\xff\xff\xff\xff\xff\xff\xff\xff", "[18446744073709551615]"},
		{"FP32", "\x00\x00\xc0\x3f\x00\x00\xc0\x7f", `[1.5,"NaN"]`},
		{"FP64", "\x00\x00\x00\x00\x00\x00\xf8\x3f", "[1.5]"},
		{"BYTES", "\x02\x00\x00\x00hi\x00\x00\x00\x00", `["hi",""]`},
		{"BYTES", "\xff\xff\xff\xffhi", ""},
		{"INT32", "\x01\x00\x00", ""},
		{"FP16", "\x01\x00", ""},
	} {
		got, err := answerJSON(&inference.ModelInferResponse{
			Outputs: []*inference.ModelInferResponse_InferOutputTensor{{Name: "y", Datatype: test.datatype}}, RawOutputContents: [][]byte{[]byte(test.raw)},
		})
		if test.want == "" && err == nil || test.want != "" && (err != nil || !strings.Contains(string(got), `"data":`+test.want)) {
			t.Errorf("%s: %s, %v", test.datatype, got, err)
		}
	}
}
