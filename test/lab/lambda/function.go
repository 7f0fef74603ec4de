package lambda

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// function is one name: its newest configuration, its published versions, and its limits. Host.mu guards it.
type function struct {
	name      string
	latest    *version
	published []*version // by number, from 1
	all       []*version // with environments or callable; the latest ones that were replaced stay until they are empty
	aliases   map[string]*alias

	pending *change   // of the configuration, not effective yet
	ready   time.Time // from then on the function is Active

	reserved    *int // concurrency; nil is none
	inFlight    int
	scaling     *rate.Limiter          // of new environments
	provisioned map[string]*provision  // by qualifier
	async       map[string]asyncConfig // by qualifier
}

// version is a configuration that never changes, and the environments that run it.
type version struct {
	function *function
	number   string // "$LATEST" or digits
	settings settings
	modified time.Time
	revision string

	environments map[*environment]struct{}
	idle         []*environment // the one used last is last
	retired      bool           // environments end instead of becoming idle
}

// settings are what a configuration says. Values are not changed once in a version.
type settings struct {
	description string
	role        string
	image       string
	entryPoint  []string
	command     []string
	directory   string
	variables   map[string]string
	memory      int // MB
	timeout     time.Duration
}

// change is a configuration that becomes effective later, as the real one does.
type change struct {
	settings settings
	at       time.Time
}

type alias struct {
	name, description, version, revision string
}

func (s settings) equal(o settings) bool {
	return s.description == o.description && s.role == o.role && s.image == o.image && s.directory == o.directory &&
		s.memory == o.memory && s.timeout == o.timeout && maps.Equal(s.variables, o.variables) &&
		slices.Equal(s.entryPoint, o.entryPoint) && slices.Equal(s.command, o.command)
}

// argv is the program and its arguments.
func (s settings) argv() []string { return slices.Concat(s.entryPoint, s.command) }

func (h *Host) newVersion(f *function, number string, s settings, now time.Time) *version {
	v := &version{
		function: f, number: number, settings: s, modified: now, revision: newRequestID(), environments: map[*environment]struct{}{},
	}
	f.all = append(f.all, v)
	return v
}

// lookup finds a function and makes a change effective whose time has come.
func (h *Host) lookup(name string, now time.Time) (*function, error) {
	f, ok := h.functions[name]
	if !ok {
		return nil, notFound("Function not found: %s", h.arn(name, ""))
	}
	if f.pending != nil && !now.Before(f.pending.at) {
		old := f.latest
		f.latest = h.newVersion(f, latest, f.pending.settings, f.pending.at)
		f.pending = nil
		h.retireVersion(old)
	}
	return f, nil
}

// resolve finds what a qualifier means: $LATEST, a number or an alias.
func (h *Host) resolve(f *function, qualifier string) (*version, error) {
	if qualifier == latest {
		return f.latest, nil
	}
	if a, ok := f.aliases[qualifier]; ok {
		qualifier = a.version
		if qualifier == latest {
			return f.latest, nil
		}
	}
	if n, err := strconv.Atoi(qualifier); err == nil && n >= 1 && n <= len(f.published) {
		return f.published[n-1], nil
	}
	return nil, notFound("Function not found: %s", h.arn(f.name, qualifier))
}

// retire ends all environments of a function: idle ones now, and busy ones after their call, unless the host is closed.
func (h *Host) retire(f *function) {
	for _, v := range slices.Clone(f.all) {
		h.retireVersion(v)
	}
}

func (h *Host) retireVersion(v *version) {
	v.retired = true
	for e := range v.environments {
		if h.closed || e.idle {
			h.end(e)
		}
	}
	h.forget(v)
}

// forget drops a retired version that has no environment left.
func (h *Host) forget(v *version) {
	if v.retired && len(v.environments) == 0 {
		v.function.all = slices.DeleteFunc(v.function.all, func(o *version) bool { return o == v })
	}
}
