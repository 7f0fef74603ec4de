package coldstart

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// annotation is that of the template which makes a new revision of what is otherwise the same.
const annotation = "fulcrum.dev/cold-start"

// service deploys new revisions of a Cloud Run service. Cloud Run starts an instance of each before it gets requests, unless
// deployment health checks are switched off. That start is the one observed.
type service struct {
	api  *runAPI
	name string // projects/P/locations/L/services/S
	// found is the annotation before the first Force, nil for none; changed says that it may differ now.
	found   *string
	changed bool
}

func openCloudRun(c v1alpha1.CloudRunColdStart, env Environment) (*service, error) {
	api := &runAPI{endpoint: c.Endpoint, client: &http.Client{Timeout: finish}}
	switch {
	case c.TokenFrom != "":
		token := env.Variable(c.TokenFrom)
		if token == "" {
			return nil, fmt.Errorf("cloudRun: the environment variable %s is not set: it should hold the access token", c.TokenFrom)
		}
		api.token = func(context.Context) (string, error) { return token, nil }
	default:
		api.token = defaultToken()
	}
	return &service{api: api, name: c.Service}, nil
}

func (s *service) Server() string { return s.api.endpoint }

func (s *service) Change() string {
	return fmt.Sprintf("deploys new revisions of service %s, and one like the first at the end", s.name)
}

// Force deploys a revision, waits until it is ready and has the traffic, and sends its first request.
func (s *service) Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error) {
	c := record.ColdStart{Method: "cloud-run-revision"}
	before, err := s.api.service(ctx, s.name)
	if err != nil {
		return c, err
	}
	if err := before.followsLatest(); err != nil {
		return c, fmt.Errorf("service %s: %w", s.name, err)
	}
	if value, ok := before.annotation(); ok && !s.changed {
		s.found = &value
	}
	value := strconv.FormatInt(time.Now().UnixNano(), 36) // another one than ever before
	trigger := record.Phase{Name: record.Trigger, At: now(), By: record.ByClient}
	after, err := s.deploy(ctx, before, &value)
	if err != nil {
		c.Phases = []record.Phase{trigger}
		return c, err
	}
	if after.Ready == before.Ready {
		return c, fmt.Errorf("service %s was changed, and still serves revision %s", s.name, before.Ready)
	}
	if isUnchecked, _ := before.Template["healthCheckDisabled"].(bool); isUnchecked {
		c.Request = ask(ctx)
		c.Phases = []record.Phase{{Name: record.Trigger, At: c.Request.Sent, By: record.ByClient}}
		c.Evidence = fmt.Sprintf("revision %s is new, and its deployment started nothing, because its health check is switched off", base(after.Ready))
		return c, nil
	}
	c.Phases = []record.Phase{trigger, {Name: record.Ready, At: now(), By: record.ByPlatform}}
	var tries int
	c.Request, tries = untilAnswered(ctx, ask)
	c.Confirmed = true
	c.Evidence = fmt.Sprintf("revision %s was started, became ready and has all traffic", base(after.Ready))
	if tries > 1 {
		c.Evidence += fmt.Sprintf("; answered at try %d", tries)
	}
	return c, nil
}

// deploy writes the template with another annotation, or without it, and waits for the revision.
func (s *service) deploy(ctx context.Context, from *runService, value *string) (*runService, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s.changed = true
	changing, cancel := committed(ctx)
	defer cancel()
	operation, err := s.api.patch(changing, s.name, from.with(value), from.Etag)
	if err != nil {
		return nil, err
	}
	if err := s.api.wait(ctx, operation); err != nil {
		return nil, fmt.Errorf("deploying a revision of service %s: %w", s.name, err)
	}
	return s.api.service(ctx, s.name)
}

// Restore deploys the template with the annotation that it had, or without one.
func (s *service) Restore(ctx context.Context) error {
	if !s.changed {
		return nil
	}
	now, err := s.api.service(ctx, s.name)
	if err == nil {
		_, err = s.deploy(ctx, now, s.found)
	}
	if err != nil {
		return fmt.Errorf("%w; the annotation %s is left in the template of service %s, which changes nothing else: deploy it again without", err, annotation, s.name)
	}
	return nil
}

// followsLatest refuses a service that sends requests to revisions by name: a new one would get none.
func (s *runService) followsLatest() error {
	for _, t := range s.Traffic {
		if t.Percent > 0 && t.Type != "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" {
			return fmt.Errorf("%d %% of its traffic go to revision %s by name, and a new one would not get them: send all to the latest", t.Percent, t.Revision)
		}
	}
	if s.Reconciling {
		return errors.New("a deployment is under way: wait for its end")
	}
	return nil
}
