package unit

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a number of events per second.
type Rate float64

var ratePeriods = map[string]float64{
	"s": 1, "sec": 1, "second": 1,
	"m": 60, "min": 60, "minute": 60,
	"h": 3600, "hour": 3600,
	"d": 86400, "day": 86400,
	"month": 730 * 3600,
}

// maxBareRate is the highest rate that may be written without a unit, per second. Who writes more mostly means a month's.
const maxBareRate = 10_000

// ParseRate reads 5/s, 300/min, 3M/month. A bare number is per second, up to
// 10,000; above that, and with M, G or B, the unit must be written. The multipliers k, M and G are
// powers of 1000.
func ParseRate(s string) (Rate, error) {
	count, period, hasPeriod := strings.Cut(strings.TrimSpace(s), "/")
	seconds := 1.0
	known := true
	if hasPeriod {
		seconds, known = ratePeriods[strings.TrimSpace(period)]
	}
	n, err := ParseCount(count)
	if err != nil || !known {
		return 0, fmt.Errorf("expected a rate such as 5/s, 300/min or 3M/month, got %q", s)
	}
	if !hasPeriod && (n > maxBareRate || strings.ContainsAny(count, "MGB")) {
		text := strings.TrimSpace(count)
		return 0, fmt.Errorf("expected a unit with so high a rate: %s/month if that is what a month brings, or %s/s", text, text)
	}
	return Rate(n / seconds), nil
}

// ParseCount reads a finite number with an optional k, M, G or B multiplier: 3M, 8B, 1.5k.
func ParseCount(s string) (float64, error) {
	text := strings.TrimSpace(s)
	scale := 1.0
	if n := len(text); n > 1 {
		if m, ok := map[byte]float64{'k': 1e3, 'K': 1e3, 'M': 1e6, 'G': 1e9, 'B': 1e9}[text[n-1]]; ok {
			scale, text = m, text[:n-1]
		}
	}
	f, err := parseNumber(text)
	if err != nil || math.IsInf(f*scale, 0) {
		return 0, fmt.Errorf("expected a number such as 250, 1.5k or 3M, got %q", s)
	}
	return f * scale, nil
}

// parseNumber reads a finite decimal number. What else Go reads as one (inf,
// nan, 0x1p4, 1_000) is more likely a slip than meant.
func parseNumber(s string) (float64, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.eE+-", r) }) {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64) // refuses what overflows
}

// String writes the rate per second.
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'g', 4, 64) + "/s" }

// MarshalJSON writes the rate per second as a number, or as text where only that can be read again.
func (r Rate) MarshalJSON() ([]byte, error) {
	if r > maxBareRate {
		return json.Marshal(strconv.FormatFloat(float64(r), 'g', -1, 64) + "/s")
	}
	return json.Marshal(float64(r))
}

// UnmarshalJSON reads a number per second or the text form.
func (r *Rate) UnmarshalJSON(data []byte) error { return unmarshalText(data, ParseRate, r) }

// Count is a whole or fractional number that people write with a multiplier: 8B parameters.
type Count float64

// UnmarshalJSON reads a number or the text form.
func (c *Count) UnmarshalJSON(data []byte) error {
	return unmarshalText(data, func(s string) (Count, error) {
		f, err := ParseCount(s)
		return Count(f), err
	}, c)
}

// Share is a part of a whole, from 0 to 1.
type Share float64

// ParseShare reads 1% or 0.01.
func ParseShare(s string) (Share, error) {
	text, isPercent := strings.CutSuffix(strings.TrimSpace(s), "%")
	f, err := parseNumber(strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("expected a share such as 1%% or 0.01, got %q", s)
	}
	if isPercent {
		f /= 100
	}
	return Share(f), nil
}

// String writes the share as a percentage.
func (s Share) String() string { return strconv.FormatFloat(float64(s)*100, 'g', 4, 64) + "%" }

// MarshalJSON writes the share as a number from 0 to 1.
func (s Share) MarshalJSON() ([]byte, error) { return json.Marshal(float64(s)) }

// UnmarshalJSON reads the text form or a number from 0 to 1.
func (s *Share) UnmarshalJSON(data []byte) error { return unmarshalText(data, ParseShare, s) }
