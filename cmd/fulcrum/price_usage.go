package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// ask is the usage that the flags describe. What was not given is left out.
func (f *priceFlags) ask() catalog.Ask {
	a := catalog.Ask{
		Memory: f.memory, VCPU: f.vcpu, Requests: f.requests, Duration: f.duration,
		Concurrency: f.concurrency, Instances: f.instances, IdleHours: f.idleHours,
		Provisioned: f.provisioned, Restores: f.restores, SnapshotHours: f.snapshotHours,
	}
	a.Hours = ifGiven(f, "hours", &f.hours)
	a.ProvisionedHours = ifGiven(f, "provisioned-hours", &f.provisionedHours)
	a.OnProvisioned = ifGiven(f, "on-provisioned", &f.onProvisioned)
	return a
}

func ifGiven[T unit.Duration | unit.Share](f *priceFlags, name string, value *T) *T {
	if f.given[name] {
		return value
	}
	return nil
}

// usageFlags are the flags that say something about an offer of a kind.
func usageFlags(k catalog.Kind) []string {
	var names []string
	for _, field := range catalog.AskFields(k) {
		names = append(names, flagOf(field))
	}
	return append(names, "egress")
}

// flagOf is the flag of a field of an Ask: on-provisioned for onProvisioned.
func flagOf(field string) string {
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// inFlags names the flag that an Ask was refused for.
func inFlags(err error) error {
	var wrong *catalog.AskError
	if errors.As(err, &wrong) {
		return fmt.Errorf("--%s: %s", flagOf(wrong.Field), wrong.Problem)
	}
	return err
}
