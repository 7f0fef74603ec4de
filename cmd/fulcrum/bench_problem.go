package main

import (
	"errors"
	"fmt"
	"strings"

	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// suiteFields says which flag a field of a suite came from; the longest beginning counts.
var suiteFields = []struct{ field, flag string }{
	{".url", "--target"},
	{".name", "--target"},
	{".protocol", "--protocol"},
	{".openai.model", "--model"},
	{".openai", "--model"},
	{".http", "--body"},
	{".bearerFrom", "--bearer-from"},
	{"spec.targets", "--target"},
	{"spec.load.phases[0].rate", "--rate"},
	{"spec.load.phases[0].duration", "--duration"},
	{"spec.load.phases", "--rate"},
	{"spec.load.arrivals", "--arrivals"},
	{"spec.load.traffic.trace.format", "--format"},
	{"spec.load.traffic.slice", "--duration"},
	{"spec.load.traffic", "--trace"},
	{"spec.load.closed.callers", "--closed"},
	{"spec.load.closed", "--duration"},
	{"spec.load.speed", "--speed"},
	{"spec.load.seed", "--seed"},
	{"spec.load", "--rate"},
	{"spec.turn", "--turn"},
	{"spec.timeout", "--timeout"},
	{"spec.maxInFlight", "--max-in-flight"},
	{"spec.warmup", "--warmup"},
	{"spec.gate", "--gate"},
	{"spec.thresholds", "--threshold"},
}

// flagProblems names the flags that the problems of a suite made of flags are about, instead of fields of a file that
// nobody wrote. What stands in a list is named by its text.
func flagProblems(err error, f *suiteFlags) error {
	var problems strictyaml.Problems
	if !errors.As(err, &problems) {
		return err
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = flagName(p.Field, f) + ": " + p.Message
	}
	return errors.New(strings.Join(lines, "\n"))
}

func flagName(field string, f *suiteFlags) string {
	var number int
	within := ""
	if rest, ok := strings.CutPrefix(field, "spec.targets["); ok {
		if _, err := fmt.Sscanf(rest, "%d]", &number); err == nil {
			_, within, _ = strings.Cut(rest, "]")
		}
	}
	for _, x := range suiteFields {
		switch {
		case within != "" && !strings.HasPrefix(within, x.field):
			continue
		case within == "" && !strings.HasPrefix(field, x.field):
			continue
		case x.flag == "--target" && within != "" && number < len(f.targets):
			return x.flag + " " + f.targets[number]
		case x.flag == "--threshold":
			if _, err := fmt.Sscanf(field, "spec.thresholds[%d]", &number); err == nil && number < len(f.thresholds) {
				return x.flag + " " + f.thresholds[number]
			}
		}
		return x.flag
	}
	return "the flags, as " + field
}
