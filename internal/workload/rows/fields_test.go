package rows

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// parseDate agrees with the standard library on every layout that it knows.
func TestParseDateAgreesWithTime(t *testing.T) {
	layouts := []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.0000000", time.RFC3339, time.RFC3339Nano,
		"2006/01/02 15:04:05", "2006-01-02T15:04:05,000", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05.000000-07:00", "2006-01-02 15:04:05Z07:00",
	}
	rapid.Check(t, func(t *rapid.T) {
		layout := rapid.SampledFrom(layouts).Draw(t, "layout")
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		ns := rapid.Int64Range(86400e9, 7e18).Draw(t, "ns")
		text := time.Unix(0, ns).In(zone).Format(layout)
		want, err := time.Parse(layout, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := parseDate([]byte(text)); !ok || got != want.UnixNano() {
			t.Fatalf("%q: %d, %t, want %d", text, got, ok, want.UnixNano())
		}
	})
}

func TestParseDateRefuses(t *testing.T) {
	for _, text := range []string{
		"", "2024-05-01", "2024-05-01 24:00:00", "2024-05-01 10:60:00", "2023-02-29 00:00:00", "2024-04-31 00:00:00", "2024-00-01 00:00:00",
		"2024-05-01 10:00:00.", "2024-05-01 10:00:00 CEST", "2024-05-01 10:00:00+1", "2024-05/01 10:00:00", "1969-12-31 23:59:59", "2200-01-01 00:00:00",
		"2024-05-01 10:00:00 +25:00", "20a4-05-01 10:00:00", "2024-05-01x10:00:00", "1970-01-01 00:00:00+01:00",
	} {
		if got, ok := parseDate([]byte(text)); ok {
			t.Errorf("%q was read as %s", text, time.Unix(0, got).UTC())
		}
	}
}

func TestLogTimeAgreesWithTime(t *testing.T) {
	const layout = "02/Jan/2006:15:04:05 -0700"
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		moment := time.Unix(rapid.Int64Range(86400, 7e9).Draw(t, "s"), 0).In(zone)
		if got, ok := ParseLogTime([]byte(moment.Format(layout))); !ok || got != moment.UnixNano() {
			t.Fatalf("%s: %d, %t, want %d", moment.Format(layout), got, ok, moment.UnixNano())
		}
	})
}

func TestParseScaled(t *testing.T) {
	for _, c := range []struct {
		text         string
		scale, limit int64
		want         int64
		ok           bool
	}{
		{"0", 1, 10, 0, true},
		{"10", 1, 10, 10, true},
		{"11", 1, 10, 0, false},
		{" 7 ", 1, 10, 7, true},
		{"1.5", 1e9, math.MaxInt64, 1500000000, true},
		{".25", 1e9, math.MaxInt64, 250000000, true},
		{"1700000000.123456789", 1e9, math.MaxInt64, 1700000000123456789, true},
		{"0.1234567899", 1e9, math.MaxInt64, 123456789, true},
		{"1e3", 1e3, 1e9, 1000000, true},
		{"9223372036854775807", 1, math.MaxInt64, math.MaxInt64, true},
		{"9223372036854775808", 1, math.MaxInt64, 0, false},
		{"99999999999999999999999", 1, math.MaxInt64, 0, false},
		{"", 1, 10, 0, false},
		{".", 1, 10, 0, false},
		{"-1", 1, 10, 0, false},
		{"-0", 1, 10, 0, false},
		{"NaN", 1, 10, 0, false},
		{"+Inf", 1, 10, 0, false},
		{"1e400", 1, 10, 0, false},
		{"5x", 1, 10, 0, false},
		{"1.2.3", 1, 10, 0, false},
	} {
		got, ok := ParseScaled([]byte(c.text), c.scale, c.limit)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("parseScaled(%q, %d, %d) = %d, %t; want %d, %t", c.text, c.scale, c.limit, got, ok, c.want, c.ok)
		}
	}
}

func TestParseScaledAgreesWithParseFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(0, 1e9).Draw(t, "f")
		format := rapid.SampledFrom([]byte{'f', 'e', 'g'}).Draw(t, "format")
		text := strconv.FormatFloat(f, format, rapid.IntRange(-1, 12).Draw(t, "digits"), 64)
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := ParseScaled([]byte(text), 1000, math.MaxInt64)
		if !ok || math.Abs(float64(got)-want*1000) > 1+1e-12*want*1000 {
			t.Fatalf("%s: %d, %t", text, got, ok)
		}
	})
}

// splitRecord agrees with encoding/csv on every record that can be written.
func TestSplitRecordAgreesWithEncodingCSV(t *testing.T) {
	field := rapid.StringOf(rapid.SampledFrom([]rune{'a', 'é', ',', '"', '\n', ' ', ';', '1'}))
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(field, 1, 6).Draw(t, "fields")
		var b strings.Builder
		w := csv.NewWriter(&b)
		if err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		file := File{Open: workloadtest.Texts{"x": b.String()}.Open, Name: "x"}
		lines, err := file.Lines()
		if err != nil {
			t.Fatal(err)
		}
		record, err := lines.Record()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range Split(record, ',', nil) {
			got = append(got, string(f))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got)\n%s", b.String(), diff)
		}
	})
}
