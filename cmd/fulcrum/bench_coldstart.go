package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/coldstart"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// adjustColdStarts has the flag say how many cold starts there are, of a suite file too: what changes a system is to be left
// out, or tried once, without another file.
func (f *suiteFlags) adjustColdStarts(fs *pflag.FlagSet, s *v1alpha1.Suite) error {
	if !fs.Changed("cold-starts") {
		return nil
	}
	if f.coldStarts < 0 || f.coldStarts > 1000 {
		return fmt.Errorf("--cold-starts: expected a number from 0 to 1000, got %d", f.coldStarts)
	}
	forced, isIdle := 0, !s.Spec.Load.HasLoad()
	for i := range s.Spec.Targets {
		t := &s.Spec.Targets[i]
		switch {
		case f.coldStarts == 0:
			t.ColdStart = nil
		case t.ColdStart == nil && t.Lambda != nil: // its URL says all that is needed
			t.ColdStart = &v1alpha1.ColdStartMethod{Lambda: new(v1alpha1.LambdaColdStart)}
		}
		if t.ColdStart != nil {
			forced++
		}
		isIdle = isIdle && s.Spec.SearchOf(t) == nil
	}
	if f.coldStarts == 0 {
		s.Spec.ColdStarts = nil
		if isIdle {
			return errors.New("--cold-starts 0: nothing is left to be done: the suite has neither a load nor a keepAlive")
		}
		return nil
	}
	if forced == 0 {
		return errors.New("--cold-starts: no target says how to bring one about: give it a coldStart in a suite file (spec.targets[].coldStart)")
	}
	suitefile.Default(s)
	s.Spec.ColdStarts.Count = f.coldStarts
	return nil
}

// openForcers prepares the cold starts. Nobody is asked anything yet.
func openForcers(s *v1alpha1.Suite, access map[string]target.Access, dir string) (map[string]coldstart.Forcer, error) {
	forcers := map[string]coldstart.Forcer{}
	for _, t := range s.Spec.Targets {
		if t.ColdStart == nil {
			continue
		}
		a := access[t.Name]
		f, err := coldstart.Open(t, coldstart.Environment{Dir: dir, Variable: os.Getenv, AWS: a.AWS, Endpoint: a.Endpoint})
		if err != nil {
			return nil, err
		}
		forcers[t.Name] = f
	}
	return forcers, nil
}

// announce says what will be done beside the load, and asks every time before something is changed that is not on this machine.
func announce(std streams, in bench.Input, forcers map[string]coldstart.Forcer, yes bool) error {
	var elsewhere []string
	spec := &in.Suite.Spec
	for i := range spec.Targets {
		t := &spec.Targets[i]
		if f := forcers[t.Name]; f != nil && f.Server() != "" {
			fmt.Fprintf(std.err, "%s: %s, %s, by %s\n", t.Name, f.Change(), timesText(spec.ColdStarts.Count), f.Server())
			if !isLoopback(f.Server()) {
				elsewhere = append(elsewhere, f.Change())
			}
		}
		if k := spec.SearchOf(t); k != nil {
			fmt.Fprintf(std.err, "%s: the search for its keep-alive window takes up to %s\n", t.Name, unit.Duration(bench.LongestSearch(k).Round(time.Second)))
		}
	}
	if len(elsewhere) == 0 || yes {
		return nil
	}
	f, ok := std.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return fmt.Errorf("expected a confirmation of what changes your system (%s): add --yes if it may, or --cold-starts 0 to leave it out", elsewhere[0])
	}
	return askFor(std.in, std.err, "May your system be changed so?")
}

func timesText(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
