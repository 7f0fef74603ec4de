package duration

import (
	"testing"
	"time"
)

func TestText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "0s",
		-90 * time.Minute:       "-1h30m",
		1500 * time.Microsecond: "1.5ms",
		10 * time.Minute:        "10m",
		time.Hour:               "1h",
		61 * time.Minute:        "1h1m",
		time.Hour + time.Second: "1h0m1s",
		25 * time.Hour:          "25h",
		-48 * time.Hour:         "-2d",
		14 * 24 * time.Hour:     "14d",
	} {
		if got := Text(d); got != want {
			t.Errorf("%d ns are %q, want %q", d, got, want)
		}
	}
}
