package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// ColdStart is one cold start that was brought about, and what was seen of it.
type ColdStart struct {
	// Target is the index in Header.Targets.
	Target int `json:"target"`
	// Method is how it was brought about, such as kubernetes-scale, kubernetes-request, lambda-update, cloud-run-revision or idle.
	Method string `json:"method"`
	// Confirmed says that the platform itself showed a start; otherwise it is only assumed. Evidence says by what.
	Confirmed bool   `json:"confirmed"`
	Evidence  string `json:"evidence,omitempty"`
	// Failure says why there was none: then the phases end early, and no figure counts it.
	Failure string `json:"failure,omitempty"`
	// Phases are the moments that were reached, in order of PhaseName.
	Phases []Phase `json:"phases"`
	// Request is the request that met it. It is no part of the load.
	Request Record `json:"request"`
}

// PhaseName is a moment of a cold start.
type PhaseName string

// The moments, in their order.
const (
	Trigger    PhaseName = "trigger"     // capacity was asked for, or the request was sent
	Capacity   PhaseName = "capacity"    // there was a machine to run on
	Placed     PhaseName = "scheduled"   // the machine was chosen
	Image      PhaseName = "image"       // the image was there
	Process    PhaseName = "process"     // the process had begun
	Model      PhaseName = "model"       // the model was loaded
	Ready      PhaseName = "ready"       // the platform sent requests there
	FirstByte  PhaseName = "first-byte"  // of the answer
	FirstToken PhaseName = "first-token" // of the answer
)

// PhaseNames are all moments in their order.
func PhaseNames() []PhaseName {
	return []PhaseName{Trigger, Capacity, Placed, Image, Process, Model, Ready, FirstByte, FirstToken}
}

// Observer is who saw a moment.
type Observer string

// The observers.
const (
	ByClient   Observer = "client"
	ByPlatform Observer = "platform"
	Unobserved Observer = "unobserved"
)

// Phase is a moment of a cold start: when it was reached, from the start of the run, and who saw it. One that nobody
// saw is Unseen.
type Phase struct {
	Name PhaseName     `json:"name"`
	At   time.Duration `json:"atNanoseconds"`
	By   Observer      `json:"by"`
}

// KeepAlive is how long a target was seen to stay warm without a request.
type KeepAlive struct {
	// Target is the index in Header.Targets.
	Target int `json:"target"`
	// Warm is the longest gap after which an instance was still there, Cold the shortest after which it was not; 0 where
	// none was seen.
	Warm time.Duration `json:"warmNanoseconds"`
	Cold time.Duration `json:"coldNanoseconds"`
	// Confirmed says that the platform itself told cold answers from warm ones; otherwise their time did.
	Confirmed bool `json:"confirmed"`
	// Failure says why the search ended early; what stands beside it was seen until then.
	Failure string `json:"failure,omitempty"`
	// Tries are the gaps that were tried, in order.
	Tries []IdleGap `json:"tries"`
}

// IdleGap is one gap without a request, and whether the request after it met a cold start.
type IdleGap struct {
	Gap     time.Duration `json:"gapNanoseconds"`
	Cold    bool          `json:"cold"`
	Request Record        `json:"request"`
}

// Begin is when a cold start was triggered: the first moment that was seen, or else when the request was sent.
func (c *ColdStart) Begin() time.Duration {
	for _, p := range c.Phases {
		if p.At >= 0 {
			return p.At
		}
	}
	return c.Request.Sent
}

// Total is how long a cold start took, to the end of the answer or to the last moment that was seen.
func (c *ColdStart) Total() time.Duration {
	last := c.Request.LastByte
	for _, p := range c.Phases {
		last = max(last, p.At)
	}
	return max(0, last-max(0, c.Begin()))
}

// check refuses what no caller of Writer makes.
func (c *ColdStart) check(targets int) error {
	if c.Target < 0 || c.Target >= targets {
		return fmt.Errorf("a cold start of target %d of %d", c.Target, targets)
	}
	last := -1
	for _, p := range c.Phases {
		i := slices.Index(PhaseNames(), p.Name)
		isSeen := p.By == ByClient || p.By == ByPlatform
		if i <= last || isSeen != (p.At >= 0) || !isSeen && (p.By != Unobserved || p.At != Unseen) {
			return fmt.Errorf("a cold start whose phase %q, seen by %q, is out of order or has no time", p.Name, p.By)
		}
		last = i
	}
	return nil
}

func (k *KeepAlive) check(targets int) error {
	if k.Target < 0 || k.Target >= targets || k.Warm < 0 || k.Cold < 0 {
		return fmt.Errorf("a keep-alive window of target %d of %d, from %s to %s", k.Target, targets, k.Warm, k.Cold)
	}
	return nil
}

// AppendColdStart writes a cold start, in a frame of its own.
func (l *Writer) AppendColdStart(c ColdStart) error { return l.appendJSON(frameColdStart, c) }

// AppendKeepAlive writes a keep-alive window, in a frame of its own.
func (l *Writer) AppendKeepAlive(k KeepAlive) error { return l.appendJSON(frameKeepAlive, k) }

func (l *Writer) appendJSON(typ byte, v any) error {
	if err := l.Flush(); err != nil {
		return err
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(encoded) > maxPayload {
		return fmt.Errorf("expected a frame of at most %d bytes, got %d", maxPayload, len(encoded))
	}
	_, l.err = l.w.Write(appendFrame(nil, typ, encoded))
	return l.err
}
