package lambda

import (
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

// publish makes a version of $LATEST, or gives the newest one again if nothing has changed since. The caller holds h.mu.
func (h *Host) publish(f *function, description string, now time.Time) *version {
	s := f.latest.settings
	if description != "" {
		s.description = description
	}
	if n := len(f.published); n > 0 && f.published[n-1].settings.equal(s) {
		return f.published[n-1]
	}
	v := h.newVersion(f, strconv.Itoa(len(f.published)+1), s, now)
	f.published = append(f.published, v)
	return v
}

func (h *Host) publishVersion(r *http.Request, body []byte) (int, any, error) {
	var in sdk.PublishVersionInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	f, _, err := h.function(r, now)
	if err != nil {
		return 0, nil, err
	}
	if f.pending != nil {
		return 0, nil, conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", h.arn(f.name, ""))
	}
	v := h.publish(f, aws.ToString(in.Description), now)
	return http.StatusCreated, h.describe(v, v.number, now), nil
}

func (h *Host) describeAlias(f *function, a *alias) map[string]string {
	return map[string]string{
		"AliasArn": h.arn(f.name, a.name), "Name": a.name, "FunctionVersion": a.version, "Description": a.description, "RevisionId": a.revision,
	}
}

func (h *Host) createAlias(r *http.Request, body []byte) (int, any, error) {
	var in sdk.CreateAliasInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, _, err := h.function(r, time.Now())
	if err != nil {
		return 0, nil, err
	}
	name, number := aws.ToString(in.Name), aws.ToString(in.FunctionVersion)
	if _, err := strconv.Atoi(name); err == nil || !qualifierRule.MatchString(name) || name == latest {
		return 0, nil, invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: expected letters, digits, - and _, and not digits alone", name)
	}
	if _, taken := f.aliases[name]; taken {
		return 0, nil, conflict("Alias already exists: %s", h.arn(f.name, name))
	}
	if _, err := h.resolve(f, number); err != nil {
		return 0, nil, err
	}
	a := &alias{name: name, description: aws.ToString(in.Description), version: number, revision: newRequestID()}
	f.aliases[name] = a
	return http.StatusCreated, h.describeAlias(f, a), nil
}

// existing finds the alias that a path names. The caller holds h.mu.
func (h *Host) existing(r *http.Request) (*function, *alias, error) {
	f, _, err := h.function(r, time.Now())
	if err != nil {
		return nil, nil, err
	}
	a, ok := f.aliases[r.PathValue("alias")]
	if !ok {
		return nil, nil, notFound("Cannot find alias arn: %s", h.arn(f.name, r.PathValue("alias")))
	}
	return f, a, nil
}

func (h *Host) getAlias(r *http.Request, _ []byte) (int, any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, a, err := h.existing(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, h.describeAlias(f, a), nil
}

func (h *Host) updateAlias(r *http.Request, body []byte) (int, any, error) {
	var in sdk.UpdateAliasInput
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, a, err := h.existing(r)
	if err != nil {
		return 0, nil, err
	}
	next := *a
	if in.FunctionVersion != nil {
		if _, err := h.resolve(f, *in.FunctionVersion); err != nil {
			return 0, nil, err
		}
		next.version = *in.FunctionVersion
	}
	if in.Description != nil {
		next.description = *in.Description
	}
	next.revision = newRequestID()
	*a = next
	h.reconcile(f) // provisioned concurrency follows its alias
	return http.StatusOK, h.describeAlias(f, a), nil
}
