package unit

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestParseRate(t *testing.T) {
	tests := map[string]Rate{
		"5/s": 5, "300/min": 5, "3M/month": 3e6 / 2_628_000, "7.5": 7.5, "1k/h": 1000.0 / 3600, "86400/day": 1, "2 / s": 2, "0": 0,
	}
	for text, want := range tests {
		if got, err := ParseRate(text); err != nil || math.Abs(float64(got-want)) > 1e-12 {
			t.Errorf("ParseRate(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "fast", "/s", "5/year", "5/", "5/s/s", "nan", "inf/s", "0x1p4", "1_000/s", "5 per s"} {
		if got, err := ParseRate(text); err == nil || !strings.HasPrefix(err.Error(), "expected a rate such as 5/s") {
			t.Errorf("ParseRate(%q) = %v, %v, want an error that says what was expected", text, got, err)
		}
	}
}

// TestBareRates: a high rate needs its unit, because 3M without one is a month's more likely than a second's.
func TestBareRates(t *testing.T) {
	for text, want := range map[string]string{"10k": "", "10001": "10001/month", "3M": "3M/month", " 3e6 ": "3e6/month"} {
		_, err := ParseRate(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("ParseRate(%q): %v, want %q", text, err, want)
		}
	}
	for _, r := range []Rate{0, 0.1, 1e4, 1e4 + 0.1, 3e6, 1e300} {
		data, err := json.Marshal(r)
		var again Rate
		if err == nil {
			err = json.Unmarshal(data, &again)
		}
		if err != nil || again != r {
			t.Errorf("%v is written as %s and read as %v, %v", float64(r), data, again, err)
		}
	}
}

func TestParseCount(t *testing.T) {
	for text, want := range map[string]float64{"8B": 8e9, "1.5k": 1500, "3M": 3e6, "2G": 2e9, "250": 250, "-4": -4, "1e6": 1e6, ".5K": 500} {
		if got, err := ParseCount(text); err != nil || got != want {
			t.Errorf("ParseCount(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "B", "many", "1e308G", "nank", "infB", "8b", "3 M", "1T"} {
		if got, err := ParseCount(text); err == nil || !strings.HasPrefix(err.Error(), "expected a number such as 250") {
			t.Errorf("ParseCount(%q) = %v, %v, want an error that says what was expected", text, got, err)
		}
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]Share{"1%": 0.01, "0.01": 0.01, "100%": 1, "12.5 %": 0.125, "0": 0} {
		if got, err := ParseShare(text); err != nil || got != want {
			t.Errorf("ParseShare(%q) = %v, %v, want %v", text, float64(got), err, float64(want))
		}
	}
	for _, text := range []string{"", "%", "few", "nan", "inf%", "1%%"} {
		if got, err := ParseShare(text); err == nil || !strings.HasPrefix(err.Error(), "expected a share such as 1%") {
			t.Errorf("ParseShare(%q) = %v, %v, want an error that says what was expected", text, got, err)
		}
	}
}

// TestUnmarshalTakesNumbersAndText: YAML's unquoted 5 arrives as a number, "5/s" as text.
func TestUnmarshalTakesNumbersAndText(t *testing.T) {
	var v struct {
		Number, Text Rate
		Parameters   Count
		Errors       Share
		Budget       Money
		Timeout      Duration
	}
	err := json.Unmarshal([]byte(`{"number": 5, "text": "300/min", "parameters": "8B", "errors": "0.1%", "budget": 2500.50, "timeout": "30s"}`), &v)
	if err != nil || v.Number != 5 || v.Text != 5 || v.Parameters != 8e9 || v.Errors != 0.001 || v.Budget.String() != "2500.5" || v.Timeout.Seconds() != 30 {
		t.Errorf("read %+v, %v", v, err)
	}
	for text, want := range map[string]string{
		`{"timeout": 30}`:    `expected a duration with its unit such as 250ms, 2s, 1h30m or 7d, got "30"`,
		`{"budget": "$500"}`: `expected an amount of US dollars such as 500 or 0.526, got "$500"`,
	} {
		if err := json.Unmarshal([]byte(text), &v); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"5/s", "300/min", "3M/month", "1e308G/s", "-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { finite(t, text, ParseRate) })
}

func FuzzParseCount(f *testing.F) {
	for _, seed := range []string{"8B", "1.5k", "1e308G", "-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { finite(t, text, ParseCount) })
}

func FuzzParseShare(f *testing.F) {
	for _, seed := range []string{"1%", "0.01", "1e309%", "100 %"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { finite(t, text, ParseShare) })
}

func finite[T ~float64](t *testing.T, text string, parse func(string) (T, error)) {
	if v, err := parse(text); err == nil && (math.IsNaN(float64(v)) || math.IsInf(float64(v), 0)) {
		t.Errorf("%q is read as %v", text, float64(v))
	}
}
