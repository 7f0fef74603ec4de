package target

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestBodies: what the schedule says goes into the request.
func TestBodies(t *testing.T) {
	j := Request{Sequence: 12, Size: workload.Request{Input: 5, Output: 9, Work: 1500 * time.Millisecond}}
	stream := false
	for name, test := range map[string]struct {
		make func() (body, error)
		want string
	}{
		"fixed":    {func() (body, error) { return templateBody(`{"a": 1}`) }, `{"a": 1}`},
		"template": {func() (body, error) { return templateBody(`{{.Sequence}} {{.Input}} {{.Output}} {{.WorkSeconds}}`) }, `12 5 9 1.5`},
		"a prompt": {func() (body, error) { return templateBody(`{{.Prompt}}`) }, `12 man in his new`},
		"chat": {func() (body, error) {
			return openAIBody("openai-chat", &v1alpha1.OpenAIRequest{Model: "m", Stream: &stream}), nil
		}, `{"model":"m","messages":[{"role":"user","content":"12 man in his new"}],"max_tokens":9}`},
		"fixed prompt and length": {func() (body, error) {
			return openAIBody("openai-completions", &v1alpha1.OpenAIRequest{Model: "m", Prompt: "Hi", MaxTokens: 3, Stream: &stream}), nil
		}, `{"model":"m","prompt":"Hi","max_tokens":3}`},
	} {
		make, err := test.make()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := make(j)
		if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for _, bad := range []string{"{{.Nothing}}", "{{", "{{range $i := 1000000000}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{end}}"} {
		if _, err := templateBody(bad); err == nil {
			t.Errorf("%q: expected an error", bad)
		}
	}
}
