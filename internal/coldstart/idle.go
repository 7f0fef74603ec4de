package coldstart

import (
	"context"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/record"
)

// idle only waits. It changes nothing.
type idle struct {
	span time.Duration
	last time.Duration // when the last request ended; 0 where that is not known
}

func (i *idle) Server() string { return "" }
func (i *idle) Change() string { return "" }

func (i *idle) Restore(context.Context) error { return nil }

// Asked tells when the last request before the first Force ended.
func (i *idle) Asked(last time.Duration) { i.last = last }

// Force waits for the rest of the idle time since the last request. Time spent on other targets counts.
func (i *idle) Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error) {
	c := record.ColdStart{Method: "idle"}
	if i.last == 0 {
		i.last = now()
	}
	if err := pause(ctx, i.last+i.span-now()); err != nil {
		return c, fmt.Errorf("waiting without a request: %w", err)
	}
	c.Request = ask(ctx)
	i.last = c.Request.LastByte
	c.Phases = []record.Phase{{Name: record.Trigger, At: c.Request.Sent, By: record.ByClient}}
	c.Evidence = fmt.Sprintf("%s without a request", unit.Duration(i.span))
	switch r := &c.Request; {
	case r.Cold:
		c.Confirmed, c.Evidence = true, c.Evidence+"; the answer says that it was cold"
	case r.NewInstance != "":
		c.Confirmed, c.Evidence = true, c.Evidence+"; instance "+r.NewInstance+" answers, which had not answered before"
	}
	return c, nil
}
