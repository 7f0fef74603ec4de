package suitefile

import (
	"fmt"
	"net/url"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// maxElements bounds a tensor that is made up.
const maxElements = 1 << 20

func validateInference(q *v1alpha1.InferenceRequest, r *strictyaml.Report, path string) {
	if q.Model == "" {
		r.Reject(strictyaml.FieldPath(path, "model"), "is required: expected the name that the server knows the model by", path)
	}
	if len(q.Inputs) == 0 {
		r.Reject(strictyaml.FieldPath(path, "inputs"), "expected at least one input, such as {name: input-0, datatype: FP32, shape: [1, 4]}: the model's metadata names them", path)
	}
	for i, in := range q.Inputs {
		at := strictyaml.ItemPath(strictyaml.FieldPath(path, "inputs"), i)
		elements, open := int64(1), 0
		for _, n := range in.Shape {
			if n == -1 {
				open++
				continue
			}
			if n < 1 || n > maxElements/elements {
				r.Reject(strictyaml.FieldPath(at, "shape"), fmt.Sprintf("expected sizes above 0, or one -1, of at most %d elements in all, got %d", maxElements, n))
				return
			}
			elements *= n
		}
		if open > 1 || len(in.Shape) == 0 {
			r.Reject(strictyaml.FieldPath(at, "shape"), "expected one size or more, of which at most one is -1", at)
		}
	}
}

func validateGRPC(t *v1alpha1.Target, r *strictyaml.Report, path string) {
	u, err := url.Parse(t.URL)
	if err != nil || u.Hostname() == "" || u.Port() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		r.Reject(strictyaml.FieldPath(path, "url"), fmt.Sprintf("expected host and port alone, such as grpc://127.0.0.1:9000, got %s: the model is a field of inference", strictyaml.Quoted(t.URL)))
	}
	if t.Protocol != "inference" {
		r.Reject(strictyaml.FieldPath(path, "protocol"), fmt.Sprintf("expected inference, the one that travels by gRPC, got %s", strictyaml.Quoted(t.Protocol)), strictyaml.FieldPath(path, "url"))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"connection.http", t.Connection.HTTP != ""}, {"expect.status", t.Expect.Status != 0}, {"expect.contentType", t.Expect.ContentType != ""}, {"lambda", t.Lambda != nil},
	} {
		if f.given {
			r.Reject(strictyaml.FieldPath(path, f.name), "has no meaning with gRPC: leave it out", strictyaml.FieldPath(path, "url"))
		}
	}
	if t.Auth != nil && t.Auth.AWS != nil {
		r.Reject(strictyaml.FieldPath(path, "auth.aws"), "signs HTTP requests, and this is gRPC: leave it out", strictyaml.FieldPath(path, "url"))
	}
}
