package lambda

import (
	"slices"
	"sync"
	"time"
)

// environment is what one call at a time runs in: a log, and a sandbox once it is initialised. Between acquire and
// release it belongs to the call; the fields up to expiry are guarded by Host.mu.
type environment struct {
	host    *Host
	version *version

	provisioned bool
	warm        bool // provisioned and initialised
	idle        bool
	spent       bool // to be ended instead of becoming idle
	counts      bool // the current call counts against the unreserved concurrency
	uses        int
	expiry      *time.Timer

	logs     *logs
	initTook time.Duration // not yet reported

	mu     sync.Mutex // for close, which comes from elsewhere when the host closes
	box    *sandbox
	closed bool
}

// newEnvironment adds an environment without a process to a version. The caller holds Host.mu.
func (h *Host) newEnvironment(v *version, provisioned bool) (*environment, error) {
	l, err := newLogs(h.logs)
	if err != nil {
		return nil, err
	}
	e := &environment{host: h, version: v, provisioned: provisioned, logs: l}
	v.environments[e] = struct{}{}
	if f := v.function; !slices.Contains(f.all, v) { // replaced between the finding of the version and the call
		f.all = append(f.all, v)
	}
	return e, nil
}

// initialise starts a process and waits until it asks for its first call. On a fault there is no process left.
func (e *environment) initialise(deadline time.Time) *fault {
	phase := "init"
	if e.initTook > 0 {
		phase = "invoke" // an earlier attempt has failed
	}
	began := time.Now()
	f := e.attempt(deadline)
	took := max(time.Since(began), time.Microsecond)
	if f != nil || e.provisioned {
		e.logs.print("%s", initReport(took, phase, f))
	}
	e.initTook = took
	return f
}

func (e *environment) attempt(deadline time.Time) *fault {
	kind := "on-demand"
	if e.provisioned {
		kind = "provisioned-concurrency"
	}
	box, f := e.launch(kind)
	if f != nil {
		return f
	}
	f = box.await(deadline)
	if f != nil {
		e.drop()
		return f
	}
	box.freeze()
	return nil
}

// launch starts the process, unless the environment was closed meanwhile. close waits for it, since the log's end that
// the process inherits must be open until then.
func (e *environment) launch(kind string) (*sandbox, *fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, exited(errClosed)
	}
	box, f := startSandbox(e.version.settings, e.host.variables(e.version, kind), e.logs.writer)
	e.box = box
	return box, f
}

// drop ends the sandbox only.
func (e *environment) drop() {
	e.mu.Lock()
	box := e.box
	e.box = nil
	e.mu.Unlock()
	if box != nil {
		box.close()
	}
}

func (e *environment) close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.drop()
	e.logs.close()
}

// sandbox is the initialised process, or nil.
func (e *environment) sandbox() *sandbox {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.box
}

// run brings one call to its end. What it returns as a fault has cost the environment its process.
func (e *environment) run(c *call) outcome {
	timeout := e.version.settings.timeout
	if e.sandbox() == nil {
		// A failure here is not the caller's yet: the init phase is tried again within the call.
		if e.initialise(time.Now().Add(e.host.config.InitTimeout)) != nil {
			e.drop()
		}
	}
	e.logs.begin()
	e.logs.print("START RequestId: %s Version: %s", c.id, e.version.number)
	began := time.Now()
	c.deadline = began.Add(timeout)
	r := report{id: c.id, memory: e.version.settings.memory}
	answer, f := e.attend(c, &r)
	r.duration, r.fault = time.Since(began), f
	if f != nil && f.kind == faultTimeout {
		f = timedOut(timeout)
		r.duration, r.fault = timeout, f
		e.logs.print("%s %s %s\n", c.deadline.UTC().Format("2006-01-02T15:04:05.000Z"), c.id, f.message)
	}
	e.logs.print("END RequestId: %s", c.id)
	e.logs.print("%s", r)
	return outcome{answer: answer, fault: f, id: c.id, version: e.version.number, log: e.logs.text()}
}

// attend has the process answer the call, starting it again first if its init phase failed.
func (e *environment) attend(c *call, r *report) (answer, *fault) {
	if e.sandbox() == nil {
		f := e.initialise(c.deadline)
		if f != nil {
			e.spend()
			return answer{}, f
		}
	} else if !e.provisioned {
		r.init = e.initTook
	}
	e.initTook = 0
	box := e.sandbox()
	if box == nil { // the host is closing
		e.spend()
		return answer{}, exited(errClosed)
	}
	a, f, alive := box.serve(c)
	r.used = box.used()
	if !alive {
		e.spend()
	}
	return a, f
}

// spend makes release end the environment.
func (e *environment) spend() {
	e.host.mu.Lock()
	e.spent = true
	e.host.mu.Unlock()
}
