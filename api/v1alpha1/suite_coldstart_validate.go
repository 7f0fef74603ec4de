package v1alpha1

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	cloudRunService = regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/services/[^/]+$`)
	variableName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

// validateColdStarts checks what goes on beside the load.
func (s *SuiteSpec) validateColdStarts(r *report) {
	if s.ColdStarts != nil && !s.hasColdStarts() {
		r.reject("spec.coldStarts", "no target says how to bring one about: give at least one of spec.targets a coldStart", "spec.coldStarts")
	}
	s.KeepAlive.validate(r, "spec.keepAlive")
	for i := range s.Targets {
		t, path := &s.Targets[i], itemPath("spec.targets", i)
		t.KeepAlive.validate(r, fieldPath(path, "keepAlive"))
		if t.ColdStart != nil {
			t.ColdStart.validate(r, fieldPath(path, "coldStart"), t)
		}
	}
}

func (k *KeepAliveSearch) validate(r *report, path string) {
	if k == nil {
		return
	}
	with := *k
	with.applyDefaults()
	if with.From >= with.To {
		r.reject(path, fmt.Sprintf("expected from to be shorter than to, between which the window is looked for, got %s and %s", with.From, with.To), path)
	}
}

func (c *ColdStartMethod) validate(r *report, path string, t *Target) {
	given := 0
	for _, is := range []bool{c.Kubernetes != nil, c.Lambda != nil, c.CloudRun != nil, c.Idle != 0} {
		if is {
			given++
		}
	}
	if given != 1 {
		r.reject(path, fmt.Sprintf("expected exactly one of kubernetes, lambda, cloudRun and idle, got %d", given), path)
	}
	if k := c.Kubernetes; k != nil && (k.Deployment == "" || strings.Contains(k.Deployment, "/")) {
		r.reject(fieldPath(path, "kubernetes.deployment"),
			fmt.Sprintf("expected the name of a Deployment alone, such as encoder, got %s", quoted(k.Deployment)), fieldPath(path, "kubernetes"))
	}
	if l := c.Lambda; l != nil {
		l.validate(r, fieldPath(path, "lambda"), t)
	}
	if run := c.CloudRun; run != nil {
		run.validate(r, fieldPath(path, "cloudRun"))
	}
}

func (l *LambdaColdStart) validate(r *report, path string, t *Target) {
	if !strings.HasPrefix(t.URL, "lambda://") {
		r.reject(path, fmt.Sprintf("changes the function that the URL names, expected lambda://FUNCTION?region=REGION, got %s", quoted(t.URL)), path)
	}
	if l.Variable != "" && !variableName.MatchString(l.Variable) {
		r.reject(fieldPath(path, "variable"), fmt.Sprintf("expected letters, digits and underscores after a letter, got %s", quoted(l.Variable)))
	}
}

func (c *CloudRunColdStart) validate(r *report, path string) {
	if !cloudRunService.MatchString(c.Service) {
		r.reject(fieldPath(path, "service"),
			fmt.Sprintf("expected projects/PROJECT/locations/REGION/services/NAME, got %s", quoted(c.Service)), path)
	}
	if c.Endpoint == "" {
		return
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		r.reject(fieldPath(path, "endpoint"), fmt.Sprintf("expected a URL such as https://run.googleapis.com, got %s", quoted(c.Endpoint)))
	}
}
