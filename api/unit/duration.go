package unit

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/internal/duration"
)

// Duration is a length of time as people write it: 250ms, 2s, 1h30m, 7d, 2w.
type Duration time.Duration

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Month is the billing month of 730 hours that cloud prices are quoted for.
const Month = 730 * time.Hour

// ParseDuration reads a Go duration, or a number of days (d) or weeks (w).
// A bare number is refused: its unit would be a guess.
func ParseDuration(s string) (Duration, error) {
	text := strings.TrimSpace(s)
	if n := len(text); n > 1 {
		if scale, ok := map[byte]time.Duration{'d': day, 'w': week}[text[n-1]]; ok {
			f, err := parseNumber(text[:n-1])
			if err == nil && math.Abs(f*float64(scale)) < math.MaxInt64 {
				return Duration(math.Round(f * float64(scale))), nil
			}
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("expected a duration with its unit such as 250ms, 2s, 1h30m or 7d, got %q", s)
	}
	return Duration(d), nil
}

// Std returns the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Seconds returns the length in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

// String writes whole days as 7d, and everything else as Go does without
// needless zeros (1h30m rather than 1h30m0s).
func (d Duration) String() string { return duration.Text(d.Std()) }

// MarshalJSON writes the text form.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads the text form.
func (d *Duration) UnmarshalJSON(data []byte) error {
	return unmarshalText(data, ParseDuration, d)
}

// unmarshalText reads a JSON string or bare scalar through parse, so that
// YAML's unquoted 5 reaches the same parser and the same error text.
func unmarshalText[T any](data []byte, parse func(string) (T, error), into *T) error {
	text := string(data)
	if len(data) > 0 && data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	v, err := parse(text)
	if err != nil {
		return err
	}
	*into = v
	return nil
}
