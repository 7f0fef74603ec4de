package v1alpha1

import (
	"fmt"
	"net/url"
	"strings"
)

// InferenceRequest is a request of the Open Inference Protocol, version 2 (V2, KServe, Triton).
type InferenceRequest struct {
	// Model is the name that the server knows the model by.
	Model string `json:"model"`
	// Version is the version of it to ask. Default: what the server chooses.
	Version string `json:"version,omitempty"`
	// Inputs are the tensors to send.
	Inputs []InferenceTensor `json:"inputs"`
}

// InferenceTensor is an input.
type InferenceTensor struct {
	// Name is what the model calls it.
	Name string `json:"name"`
	// Datatype is that of the elements. The 16-bit floats, which JSON has no form for, cannot be sent.
	Datatype string `json:"datatype" check:"oneof=BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP32 FP64 BYTES"`
	// Shape is the size of each dimension. At most one may be -1: as many as the load has input tokens, 32 otherwise.
	Shape []int64 `json:"shape" check:"gte=-1"`
	// Data is a JSON array of the elements, not nested, such as [5.1, 3.5]: a Go template with .Sequence, .Input, .Output,
	// .WorkSeconds and .Prompt. Default: made up; of BYTES, the prompt.
	Data string `json:"data,omitempty"`
}

// maxElements bounds a tensor that is made up.
const maxElements = 1 << 20

// Scheme is that of the URL: http, https, lambda, grpc or grpcs.
func (t *Target) Scheme() string {
	scheme, _, _ := strings.Cut(t.URL, ":")
	return scheme
}

// IsGRPC reports whether requests travel by gRPC.
func (t *Target) IsGRPC() bool { return t.Scheme() == "grpc" || t.Scheme() == "grpcs" }

func (q *InferenceRequest) validate(r *report, path string) {
	if q.Model == "" {
		r.reject(fieldPath(path, "model"), "is required: expected the name that the server knows the model by", path)
	}
	if len(q.Inputs) == 0 {
		r.reject(fieldPath(path, "inputs"), "expected at least one input, such as {name: input-0, datatype: FP32, shape: [1, 4]}: the model's metadata names them", path)
	}
	for i, in := range q.Inputs {
		at := itemPath(fieldPath(path, "inputs"), i)
		elements, open := int64(1), 0
		for _, n := range in.Shape {
			if n == -1 {
				open++
				continue
			}
			if n < 1 || n > maxElements/elements {
				r.reject(fieldPath(at, "shape"), fmt.Sprintf("expected sizes above 0, or one -1, of at most %d elements in all, got %d", maxElements, n))
				return
			}
			elements *= n
		}
		if open > 1 || len(in.Shape) == 0 {
			r.reject(fieldPath(at, "shape"), "expected one size or more, of which at most one is -1", at)
		}
	}
}

func (t *Target) validateGRPC(r *report, path string) {
	u, err := url.Parse(t.URL)
	if err != nil || u.Hostname() == "" || u.Port() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		r.reject(fieldPath(path, "url"), fmt.Sprintf("expected host and port alone, such as grpc://127.0.0.1:9000, got %s: the model is a field of inference", quoted(t.URL)))
	}
	if t.Protocol != "inference" {
		r.reject(fieldPath(path, "protocol"), fmt.Sprintf("expected inference, the one that travels by gRPC, got %s", quoted(t.Protocol)), fieldPath(path, "url"))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"connection.http", t.Connection.HTTP != ""}, {"expect.status", t.Expect.Status != 0}, {"expect.contentType", t.Expect.ContentType != ""}, {"lambda", t.Lambda != nil},
	} {
		if f.given {
			r.reject(fieldPath(path, f.name), "has no meaning with gRPC: leave it out", fieldPath(path, "url"))
		}
	}
	if t.Auth != nil && t.Auth.AWS != nil {
		r.reject(fieldPath(path, "auth.aws"), "signs HTTP requests, and this is gRPC: leave it out", fieldPath(path, "url"))
	}
}
