package suitefile

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

var (
	cloudRunService = regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/services/[^/]+$`)
	variableName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

// validateColdStarts checks what goes on beside the load.
func validateColdStarts(s *v1alpha1.SuiteSpec, r *strictyaml.Report) {
	if s.ColdStarts != nil && !hasColdStarts(s) {
		r.Reject("spec.coldStarts", "no target says how to bring one about: give at least one of spec.targets a coldStart", "spec.coldStarts")
	}
	validateKeepAliveSearch(s.KeepAlive, r, "spec.keepAlive")
	for i := range s.Targets {
		t, path := &s.Targets[i], strictyaml.ItemPath("spec.targets", i)
		validateKeepAliveSearch(t.KeepAlive, r, strictyaml.FieldPath(path, "keepAlive"))
		if t.ColdStart != nil {
			validateColdStart(t.ColdStart, r, strictyaml.FieldPath(path, "coldStart"), t)
		}
	}
}

func validateKeepAliveSearch(k *v1alpha1.KeepAliveSearch, r *strictyaml.Report, path string) {
	if k == nil {
		return
	}
	with := *k
	defaultKeepAlive(&with)
	if with.From >= with.To {
		r.Reject(path, fmt.Sprintf("expected from to be shorter than to, between which the window is looked for, got %s and %s", with.From, with.To), path)
	}
}

func validateColdStart(c *v1alpha1.ColdStartMethod, r *strictyaml.Report, path string, t *v1alpha1.Target) {
	given := 0
	for _, is := range []bool{c.Kubernetes != nil, c.Lambda != nil, c.CloudRun != nil, c.Idle != 0} {
		if is {
			given++
		}
	}
	if given != 1 {
		r.Reject(path, fmt.Sprintf("expected exactly one of kubernetes, lambda, cloudRun and idle, got %d", given), path)
	}
	if k := c.Kubernetes; k != nil && (k.Deployment == "" || strings.Contains(k.Deployment, "/")) {
		r.Reject(strictyaml.FieldPath(path, "kubernetes.deployment"),
			fmt.Sprintf("expected the name of a Deployment alone, such as encoder, got %s", strictyaml.Quoted(k.Deployment)), strictyaml.FieldPath(path, "kubernetes"))
	}
	if l := c.Lambda; l != nil {
		validateLambdaColdStart(l, r, strictyaml.FieldPath(path, "lambda"), t)
	}
	if run := c.CloudRun; run != nil {
		validateCloudRunColdStart(run, r, strictyaml.FieldPath(path, "cloudRun"))
	}
}

func validateLambdaColdStart(l *v1alpha1.LambdaColdStart, r *strictyaml.Report, path string, t *v1alpha1.Target) {
	if !strings.HasPrefix(t.URL, "lambda://") {
		r.Reject(path, fmt.Sprintf("changes the function that the URL names, expected lambda://FUNCTION?region=REGION, got %s", strictyaml.Quoted(t.URL)), path)
	}
	if l.Variable != "" && !variableName.MatchString(l.Variable) {
		r.Reject(strictyaml.FieldPath(path, "variable"), fmt.Sprintf("expected letters, digits and underscores after a letter, got %s", strictyaml.Quoted(l.Variable)))
	}
}

func validateCloudRunColdStart(c *v1alpha1.CloudRunColdStart, r *strictyaml.Report, path string) {
	if !cloudRunService.MatchString(c.Service) {
		r.Reject(strictyaml.FieldPath(path, "service"),
			fmt.Sprintf("expected projects/PROJECT/locations/REGION/services/NAME, got %s", strictyaml.Quoted(c.Service)), path)
	}
	if c.Endpoint == "" {
		return
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		r.Reject(strictyaml.FieldPath(path, "endpoint"), fmt.Sprintf("expected a URL such as https://run.googleapis.com, got %s", strictyaml.Quoted(c.Endpoint)))
	}
}
