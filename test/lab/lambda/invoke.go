package lambda

import "time"

// target is the version that an invocation is for, and how the caller named it.
type target struct {
	version   *version
	qualifier string
	arn       string
}

// find resolves what a caller names.
func (h *Host) find(path, query string) (target, error) {
	name, qualifier, err := parseName(path, query)
	if err != nil {
		return target{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, err := h.lookup(name, time.Now())
	if err != nil {
		return target{}, err
	}
	v, err := h.resolve(f, qualifier)
	if err != nil {
		return target{}, err
	}
	t := target{version: v, qualifier: qualifier, arn: h.arn(name, "")}
	if qualifier != latest {
		t.arn = h.arn(name, qualifier)
	}
	return t, nil
}

// invoke runs one call in an environment of its own. An error is a refusal before anything ran.
func (h *Host) invoke(v *version, c *call) (outcome, error) {
	e, err := h.acquire(v)
	if err != nil {
		return outcome{}, err
	}
	defer h.release(e)
	return e.run(c), nil
}
