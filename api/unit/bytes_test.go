package unit

import (
	"strings"
	"testing"
)

func TestParseBytes(t *testing.T) {
	tests := map[string]Bytes{
		"9.35GB": 9_350_000_000, "512MiB": 512 << 20, "6MB": 6_000_000, "5kB": 5000, "0": 0, "0B": 0, "1TB": 1e12,
		"16 GiB": 16 << 30, "1,000MB": 1e9, "9223372036854775807B": 1<<63 - 1, "0.1GB": 100_000_000, "1.1GB": 1_100_000_000,
		"2.3GB": 2_300_000_000, "8.03GB": 8_030_000_000,
	}
	for text, want := range tests {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "9.35", "-1kB", "GB", "16 gigs", "9223372036854775808B", "1e3GB", "nan", "0x10B", "9EB9"} {
		if got, err := ParseBytes(text); err == nil || !strings.HasPrefix(err.Error(), "expected a size with its unit") {
			t.Errorf("ParseBytes(%q) = %d, %v, want an error that says what was expected", text, got, err)
		}
	}
}

func TestBytesString(t *testing.T) {
	for b, want := range map[Bytes]string{
		0: "0 B", 999: "999 B", 9_350_000_000: "9.35 GB", 1000: "1 kB", 2e15: "2000 TB", 999_999: "1 MB", -5000: "-5 kB",
	} {
		if got := b.String(); got != want {
			t.Errorf("%d bytes are written %q, want %q", int64(b), got, want)
		}
	}
}

func TestParseMemory(t *testing.T) {
	tests := map[string]Memory{
		"512MB": 512, "512MiB": 512, "1GB": 1024, "1GiB": 1024, "16Gi": 16 * GiB, "80g": 80 * GiB, "1.5GiB": 1536,
		"1TB": 1024 * GiB, "0MB": 0, "1769 MB": 1769, "0.3MB": 0,
	}
	for text, want := range tests {
		if got, err := ParseMemory(text); err != nil || got != want {
			t.Errorf("ParseMemory(%q) = %d MiB, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1024", "-1GB", "GB", "1.2.3GB", "16GBs", "1e3GB", "99999999999TB", "16 gigs", "500kB"} {
		if got, err := ParseMemory(text); err == nil || !strings.HasPrefix(err.Error(), "expected memory with its unit") {
			t.Errorf("ParseMemory(%q) = %d MiB, %v, want an error that says what was expected", text, got, err)
		}
	}
}

func TestMemoryString(t *testing.T) {
	for m, want := range map[Memory]string{0: "0MiB", 512: "512MiB", 1024: "1GiB", 1536: "1.5GiB", 80 * GiB: "80GiB"} {
		if got := m.String(); got != want {
			t.Errorf("%d MiB are written %q, want %q", int64(m), got, want)
		}
	}
}

func FuzzParseBytes(f *testing.F) {
	for _, seed := range []string{"9.35GB", "1,000MB", "9223372036854775807B", "0", ".5kB"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := ParseBytes(text); err == nil && b < 0 {
			t.Errorf("ParseBytes(%q) = %d", text, b)
		}
	})
}

func FuzzParseMemory(f *testing.F) {
	for _, seed := range []string{"512MB", "1.5GiB", "80Gi", "999999TB", "1."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMemory(text)
		if err != nil {
			return
		}
		if again, err := ParseMemory(m.String()); err != nil || again != m || m < 0 {
			t.Errorf("%q is %d MiB, written %q and read as %d, %v", text, m, m.String(), again, err)
		}
	})
}
