package lambda

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"golang.org/x/time/rate"
)

// scalingWindow is the time within which Config.ScalingRate new environments may start.
const scalingWindow = 10 * time.Second

// decode reads a request's JSON into the SDK's own input type, whose fields are spelt as the API spells them.
func decode(body []byte, into any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &apiError{status: http.StatusBadRequest, code: "InvalidRequestContentException", message: "Could not parse request body into json: " + err.Error()}
	}
	return nil
}

// function finds the function and qualifier that a request's path and query name. The caller holds h.mu.
func (h *Host) function(r *http.Request, now time.Time) (*function, string, error) {
	name, qualifier, err := parseName(r.PathValue("name"), r.URL.Query().Get("Qualifier"))
	if err != nil {
		return nil, "", err
	}
	f, err := h.lookup(name, now)
	return f, qualifier, err
}

func (h *Host) createFunction(_ *http.Request, body []byte) (int, any, error) {
	var in sdk.CreateFunctionInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	name, _, err := parseName(aws.ToString(in.FunctionName), "")
	if err != nil {
		return 0, nil, err
	}
	s, err := created(&in)
	if err != nil {
		return 0, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, taken := h.functions[name]; taken {
		return 0, nil, conflict("Function already exist: %s", name)
	}
	if h.closed {
		return 0, nil, errClosed
	}
	now := time.Now()
	f := &function{
		name: name, aliases: map[string]*alias{}, ready: now.Add(h.config.ActivationDelay),
		scaling:     rate.NewLimiter(rate.Limit(float64(h.config.ScalingRate)/scalingWindow.Seconds()), h.config.ScalingRate),
		provisioned: map[string]*provision{}, async: map[string]asyncConfig{},
	}
	f.latest = h.newVersion(f, latest, s, now)
	h.functions[name] = f
	shown := f.latest
	if in.Publish {
		shown = h.publish(f, "", now)
	}
	c := h.describe(shown, "", now)
	c.State, c.StateReasonCode = types.StatePending, "Creating" // always so at first, however short
	return http.StatusCreated, c, nil
}

func (h *Host) listFunctions(*http.Request, []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	all := []configuration{}
	for name := range h.functions {
		f, err := h.lookup(name, now)
		if err != nil {
			return 0, nil, err
		}
		all = append(all, h.describe(f.latest, "", now))
	}
	slices.SortFunc(all, func(a, b configuration) int { return strings.Compare(a.FunctionName, b.FunctionName) })
	return http.StatusOK, map[string]any{"Functions": all}, nil
}

// shown is the configuration that a request asks for.
func (h *Host) shown(of subject) (configuration, error) {
	v, err := h.resolve(of.function, of.qualifier)
	if err != nil {
		return configuration{}, err
	}
	if of.qualifier == latest {
		of.qualifier = ""
	}
	return h.describe(v, of.qualifier, of.now), nil
}

func (h *Host) getConfiguration(a asked[nothing]) (int, any, error) {
	c, err := h.shown(a.subject)
	return http.StatusOK, c, err
}

func (h *Host) getFunction(a asked[nothing]) (int, any, error) {
	f := a.function
	c, err := h.shown(a.subject)
	if err != nil {
		return 0, nil, err
	}
	answer := map[string]any{
		"Configuration": c, "Code": map[string]string{"RepositoryType": "ECR", "ImageUri": f.latest.settings.image},
	}
	if f.reserved != nil {
		answer["Concurrency"] = map[string]int{"ReservedConcurrentExecutions": *f.reserved}
	}
	return http.StatusOK, answer, nil
}

func (h *Host) updateConfiguration(a asked[sdk.UpdateFunctionConfigurationInput]) (int, any, error) {
	f := a.function
	if f.pending != nil || a.now.Before(f.ready) {
		return 0, nil, conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", h.arn(f.name, ""))
	}
	s, err := f.latest.settings.updated(&a.in)
	if err != nil {
		return 0, nil, err
	}
	f.pending = &change{settings: s, at: a.now.Add(h.config.ActivationDelay)}
	return http.StatusOK, h.pendingAs(f, a.now), nil
}

func (h *Host) deleteFunction(a asked[nothing]) (int, any, error) {
	f := a.function
	delete(h.functions, f.name)
	clear(f.provisioned) // nothing is to be replaced any more
	h.retire(f)
	return http.StatusNoContent, nil, nil
}

func (h *Host) accountSettings(*http.Request, []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return http.StatusOK, map[string]any{
		"AccountLimit": map[string]int{"ConcurrentExecutions": h.config.Concurrency, "UnreservedConcurrentExecutions": h.unreserved()},
		"AccountUsage": map[string]int{"FunctionCount": len(h.functions)},
	}, nil
}
