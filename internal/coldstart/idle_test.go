package coldstart

import (
	"context"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// TestIdleConfirmed: waiting alone proves nothing; what the answer says does.
func TestIdleConfirmed(t *testing.T) {
	for want, r := range map[string]record.Record{
		"1ms without a request":                                                        {},
		"1ms without a request; the answer says that it was cold":                      {Cold: true},
		"1ms without a request; instance pod-7 answers, which had not answered before": {NewInstance: "pod-7"},
	} {
		i := &idle{span: time.Millisecond}
		start := time.Now()
		c, err := i.Force(t.Context(), func() time.Duration { return time.Since(start) }, func(context.Context) record.Record { return r })
		if err != nil || c.Evidence != want || c.Confirmed != (r.Cold || r.NewInstance != "") {
			t.Errorf("%+v: confirmed %t by %q, %v", r, c.Confirmed, c.Evidence, err)
		}
	}
}

// TestIdleCountsFromTheLastRequest: what has passed since then is not waited for again.
func TestIdleCountsFromTheLastRequest(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	i := &idle{span: time.Hour}
	now := func() time.Duration { return 3 * time.Hour }
	i.Asked(2 * time.Hour)
	c, err := i.Force(ctx, now, func(context.Context) record.Record { return record.Record{Sent: now(), LastByte: now()} })
	if err != nil || c.Phases[0].At != now() {
		t.Errorf("%+v, %v", c, err)
	}
	cancel()
	if _, err := i.Force(ctx, now, nil); err == nil {
		t.Error("the next one, right after it, does not wait")
	}
}
