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

func (h *Host) publishVersion(a asked[sdk.PublishVersionInput]) (int, any, error) {
	f := a.function
	if f.pending != nil {
		return 0, nil, conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", h.arn(f.name, ""))
	}
	v := h.publish(f, aws.ToString(a.in.Description), a.now)
	return http.StatusCreated, h.describe(v, v.number, a.now), nil
}

func (h *Host) describeAlias(f *function, a *alias) map[string]string {
	return map[string]string{
		"AliasArn": h.arn(f.name, a.name), "Name": a.name, "FunctionVersion": a.version, "Description": a.description, "RevisionId": a.revision,
	}
}

func (h *Host) createAlias(a asked[sdk.CreateAliasInput]) (int, any, error) {
	f := a.function
	name, number := aws.ToString(a.in.Name), aws.ToString(a.in.FunctionVersion)
	if _, err := strconv.Atoi(name); err == nil || !qualifierRule.MatchString(name) || name == latest {
		return 0, nil, invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: expected letters, digits, - and _, and not digits alone", name)
	}
	if _, taken := f.aliases[name]; taken {
		return 0, nil, conflict("Alias already exists: %s", h.arn(f.name, name))
	}
	if _, err := h.resolve(f, number); err != nil {
		return 0, nil, err
	}
	made := &alias{name: name, description: aws.ToString(a.in.Description), version: number, revision: newRequestID()}
	f.aliases[name] = made
	return http.StatusCreated, h.describeAlias(f, made), nil
}

// existing finds the alias that a path names. The caller holds h.mu.
func (h *Host) existing(of subject) (*alias, error) {
	found, ok := of.function.aliases[of.alias]
	if !ok {
		return nil, notFound("Cannot find alias arn: %s", h.arn(of.function.name, of.alias))
	}
	return found, nil
}

func (h *Host) getAlias(a asked[nothing]) (int, any, error) {
	found, err := h.existing(a.subject)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, h.describeAlias(a.function, found), nil
}

func (h *Host) updateAlias(a asked[sdk.UpdateAliasInput]) (int, any, error) {
	found, err := h.existing(a.subject)
	if err != nil {
		return 0, nil, err
	}
	next := *found
	if a.in.FunctionVersion != nil {
		if _, err := h.resolve(a.function, *a.in.FunctionVersion); err != nil {
			return 0, nil, err
		}
		next.version = *a.in.FunctionVersion
	}
	if a.in.Description != nil {
		next.description = *a.in.Description
	}
	next.revision = newRequestID()
	*found = next
	h.reconcile(a.function) // provisioned concurrency follows its alias
	return http.StatusOK, h.describeAlias(a.function, found), nil
}
