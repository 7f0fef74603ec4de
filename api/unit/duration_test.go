package unit

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	tests := map[string]time.Duration{
		"0": 0, "0s": 0, "250ms": 250 * time.Millisecond, "2s": 2 * time.Second, "1h30m": 90 * time.Minute,
		"7d": 168 * time.Hour, "2w": 336 * time.Hour, "1.5d": 36 * time.Hour, "-1d": -24 * time.Hour,
		" 90s ": 90 * time.Second, "1e3d": 24000 * time.Hour, "10us": 10 * time.Microsecond,
	}
	for text, want := range tests {
		if got, err := ParseDuration(text); err != nil || got.Std() != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "s", "d", "2x", "1 day", "nand", "infd", "1e9d", "0x1p3d", "1_0d", "3M", "9223372037s"} {
		if got, err := ParseDuration(text); err == nil || !strings.HasPrefix(err.Error(), "expected a duration with its unit") {
			t.Errorf("ParseDuration(%q) = %v, %v, want an error that says what was expected", text, got, err)
		}
	}
}

func TestDurationString(t *testing.T) {
	tests := map[time.Duration]string{
		0: "0s", 90 * time.Minute: "1h30m", 2 * time.Hour: "2h", 10 * time.Minute: "10m", 7 * 24 * time.Hour: "7d",
		20 * time.Second: "20s", 36 * time.Hour: "36h", time.Hour + time.Second: "1h0m1s", 1500 * time.Millisecond: "1.5s",
		-48 * time.Hour: "-2d", 100 * time.Hour: "100h",
	}
	for d, want := range tests {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}

// written checks that a value is read back from what MarshalJSON writes.
func written[T comparable](t *rapid.T, v T) {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var again T
	if err := json.Unmarshal(data, &again); err != nil || again != v {
		t.Fatalf("%v is written %s and read as %v, %v", v, data, again, err)
	}
}

func TestQuantitiesAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written(t, Duration(rapid.Int64().Draw(t, "duration")))
		written(t, Duration(rapid.Int64Range(-100_000, 100_000).Draw(t, "days"))*Duration(day))
		written(t, Bytes(rapid.Int64Range(0, math.MaxInt64).Draw(t, "bytes")))
		written(t, Memory(rapid.Int64Range(0, int64(MaxMemory)).Draw(t, "memory")))
		written(t, Rate(rapid.Float64().Draw(t, "rate")))
		written(t, Count(rapid.Float64().Draw(t, "count")))
		written(t, Share(rapid.Float64().Draw(t, "share")))
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"250ms", "1h30m", "7d", "1.5w", "-0.1d", "9223372036854775807ns", "1e18d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q is %d ns, written %q and read as %d, %v", text, d, d.String(), again, err)
		}
	})
}
