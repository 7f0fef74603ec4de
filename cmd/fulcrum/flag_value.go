package main

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/unit"
)

// textFlag is a flag whose text is read by one of package unit's parsers, so
// that the command line takes the same spellings as the files.
type textFlag[T any] struct {
	into  *T
	parse func(string) (T, error)
	kind  string
	text  string
}

func newTextFlag[T any](into *T, kind string, parse func(string) (T, error)) *textFlag[T] {
	return &textFlag[T]{into: into, parse: parse, kind: kind}
}

// String returns what was given; "" for nothing.
func (f *textFlag[T]) String() string { return f.text }

// Type names the kind of value in help texts.
func (f *textFlag[T]) Type() string { return f.kind }

// Set reads the flag.
func (f *textFlag[T]) Set(text string) error {
	v, err := f.parse(text)
	if err != nil {
		return err
	}
	*f.into, f.text = v, text
	return nil
}

// parseWhole reads a whole number from 0 with an optional k, M, G or B multiplier.
func parseWhole(text string) (int64, error) {
	n, err := unit.ParseCount(text)
	if err != nil {
		return 0, err
	}
	if n < 0 || n != math.Trunc(n) || n > 1<<53 {
		return 0, fmt.Errorf("expected a whole number from 0 such as 250, 1.5k or 3M, got %q", text)
	}
	return int64(n), nil
}

// parsePositive reads a memory size above 0.
func parsePositive(text string) (unit.Memory, error) {
	m, err := unit.ParseMemory(text)
	if err == nil && m <= 0 {
		err = fmt.Errorf("expected memory above 0, got %q", text)
	}
	return m, err
}

// parseTime reads a duration from 0.
func parseTime(text string) (unit.Duration, error) {
	d, err := unit.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("expected a duration from 0, got %q", text)
	}
	return d, err
}

// parseHours reads a number of hours from 0 as a duration. 730 and 730h are the same.
func parseHours(text string) (unit.Duration, error) {
	if f, err := unit.ParseCount(text); err == nil {
		if f < 0 || f > 1e6 {
			return 0, fmt.Errorf("expected hours from 0 to 1,000,000, got %q", text)
		}
		return unit.Duration(math.Round(f * 3.6e12)), nil
	}
	d, err := parseTime(text)
	if err != nil {
		return 0, fmt.Errorf("expected hours such as 730 or 730h, got %q", text)
	}
	return d, nil
}

// parsePart reads a share from 0 to 1.
func parsePart(text string) (unit.Share, error) {
	s, err := unit.ParseShare(text)
	if err == nil && (s < 0 || s > 1) {
		err = fmt.Errorf("expected a share from 0 to 1 or from 0%% to 100%%, got %s", text)
	}
	return s, err
}
