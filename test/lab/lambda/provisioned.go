package lambda

import (
	"fmt"
	"time"
)

// provision is the provisioned concurrency of one qualifier.
type provision struct {
	requested int
	failure   string // why an environment did not start; empty while all is well
	modified  time.Time
}

// desired is how many environments of v must be kept warm, and for whom. The caller holds h.mu.
func (h *Host) desired(v *version) (int, *provision) {
	n, whose := 0, (*provision)(nil)
	for qualifier, p := range v.function.provisioned {
		if target, err := h.resolve(v.function, qualifier); err == nil && target == v && p.failure == "" {
			n += p.requested
			whose = p
		}
	}
	return n, whose
}

// reconcile starts the provisioned environments that are missing, and lets go of those that are too many. The caller
// holds h.mu.
func (h *Host) reconcile(f *function) {
	if h.closed {
		return
	}
	for _, v := range f.all {
		want, whose := h.desired(v)
		for e := range v.environments {
			if e.provisioned {
				want--
			}
		}
		for ; want > 0; want-- {
			h.provisionOne(v, whose)
		}
		for e := range v.environments {
			if want < 0 && e.provisioned {
				want++
				h.demote(e)
			}
		}
	}
}

// demote ends a provisioned environment, after its call if it has one.
func (h *Host) demote(e *environment) {
	e.provisioned = false
	e.spent = true
	if e.idle {
		h.end(e)
	}
}

// provisionOne starts one environment beside all calls.
func (h *Host) provisionOne(v *version, whose *provision) {
	e, err := h.newEnvironment(v, true)
	if err != nil {
		whose.failure = err.Error()
		return
	}
	h.work.Go(func() {
		fault := e.initialise(time.Now().Add(provisionedInit))
		h.mu.Lock()
		defer h.mu.Unlock()
		if fault != nil {
			e.spent = true
			whose.failure = fmt.Sprintf("FUNCTION_ERROR_INIT_FAILURE: %s: %s", fault.kind, fault.message)
		} else {
			e.warm = true
		}
		h.settle(e)
	})
}

// state counts the environments of a version that are provisioned and initialised.
func (v *version) warmProvisioned() int {
	n := 0
	for e := range v.environments {
		if e.provisioned && e.warm {
			n++
		}
	}
	return n
}
