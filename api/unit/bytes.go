package unit

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// Bytes is a size on disk or on the wire. GB is 10^9, GiB is 2^30.
type Bytes int64

// ParseBytes reads a size with its unit: 9.35GB, 512MiB, 6MB. It is exact: a
// decimal fraction of a unit is rounded to whole bytes only at the end.
func ParseBytes(s string) (Bytes, error) {
	text := strings.TrimSpace(s)
	if text == "0" {
		return 0, nil
	}
	cut := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	if cut > 0 {
		number, err := ParseDecimal(strings.ReplaceAll(text[:cut], ",", ""))
		scale, scaleErr := humanize.ParseBytes("1" + text[cut:])
		if size, ok := number.Mul(NewDecimal(int64(scale), 0)).int64(); ok && err == nil && scaleErr == nil {
			return Bytes(size), nil
		}
	}
	return 0, fmt.Errorf("expected a size with its unit such as 500MB or 16GiB, got %q", s)
}

// GB returns the size in units of 10^9 bytes.
func (b Bytes) GB() float64 { return float64(b) / 1e9 }

// String writes the size with three digits: 9.35 GB.
func (b Bytes) String() string {
	return scaled(float64(b), 1000, []string{"B", "kB", "MB", "GB", "TB"})
}

// MarshalJSON writes a form that ParseBytes reads back to the same number.
func (b Bytes) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatInt(int64(b), 10) + "B")
}

// UnmarshalJSON reads the text form.
func (b *Bytes) UnmarshalJSON(data []byte) error { return unmarshalText(data, ParseBytes, b) }

// Memory is main or GPU memory in MiB. Clouds that write GB for memory mean
// 1024 MB (AWS Lambda's 1 GB is its 1024 MB setting), so here MB and MiB are
// the same unit, and GB and GiB are.
type Memory int64

// Memory sizes, in MiB.
const (
	MiB Memory = 1
	GiB        = 1024 * MiB
	// MaxMemory is the most that ParseMemory reads. Up to it, and far beyond
	// any machine, every number of MiB is exact when written in GiB.
	MaxMemory = 1 << 40 * MiB
)

// ParseMemory reads 512MB, 1GB, 16GiB or 80Gi.
func ParseMemory(s string) (Memory, error) {
	text := strings.TrimSpace(s)
	cut := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if cut > 0 {
		unit, known := map[string]Memory{
			"mb": MiB, "mib": MiB, "mi": MiB, "m": MiB,
			"gb": GiB, "gib": GiB, "gi": GiB, "g": GiB,
			"tb": 1024 * GiB, "tib": 1024 * GiB, "ti": 1024 * GiB,
		}[strings.ToLower(strings.TrimSpace(text[cut:]))]
		if f, err := strconv.ParseFloat(text[:cut], 64); known && err == nil && f*float64(unit) <= float64(MaxMemory) {
			return Memory(math.Round(f * float64(unit))), nil
		}
	}
	return 0, fmt.Errorf("expected memory with its unit such as 512MB or 16GiB, got %q", s)
}

// GiB returns the memory in GiB.
func (m Memory) GiB() float64 { return float64(m) / float64(GiB) }

// String writes quarters of a GiB from 1 GiB on as GiB, and everything else as MiB.
func (m Memory) String() string {
	if m < GiB || m%(GiB/4) != 0 {
		return strconv.FormatInt(int64(m), 10) + "MiB"
	}
	return strconv.FormatFloat(m.GiB(), 'f', -1, 64) + "GiB"
}

// MarshalJSON writes the text form.
func (m Memory) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads the text form.
func (m *Memory) UnmarshalJSON(data []byte) error { return unmarshalText(data, ParseMemory, m) }

// scaled writes v with three digits in the largest of the units, each base times the one before, that leaves at least 1.
func scaled(v, base float64, units []string) string {
	i := 0
	for {
		// Rounding comes first: 999.9 of a unit are 1 of the next.
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
		if math.Abs(rounded) < base || i == len(units)-1 {
			return strconv.FormatFloat(rounded, 'f', -1, 64) + " " + units[i]
		}
		v /= base
		i++
	}
}
