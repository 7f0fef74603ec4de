package container

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func filled(t *testing.T, text string) *Log {
	t.Helper()
	log, err := CreateLog(filepath.Join(t.TempDir(), "0.log"))
	if err != nil {
		t.Fatal(err)
	}
	log.copy("stdout", strings.NewReader(text))
	return log
}

func TestReadOptions(t *testing.T) {
	log := filled(t, "one\ntwo\nthree\n")
	for _, test := range []struct {
		name    string
		options ReadOptions
		want    string
	}{
		{"all", ReadOptions{Tail: -1}, "one\ntwo\nthree\n"},
		{"tail", ReadOptions{Tail: 2}, "two\nthree\n"},
		{"tail of more", ReadOptions{Tail: 9}, "one\ntwo\nthree\n"},
		{"none", ReadOptions{Tail: 0}, ""},
		{"limit", ReadOptions{Tail: -1, LimitBytes: 5}, "one\nt"},
		{"since later", ReadOptions{Tail: -1, Since: time.Now().Add(time.Hour)}, ""},
		{"since before", ReadOptions{Tail: -1, Since: time.Now().Add(-time.Hour)}, "one\ntwo\nthree\n"},
		{"other stream", ReadOptions{Tail: -1, Stream: "stderr"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := read(t, log, test.options); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	if got := read(t, log, ReadOptions{Tail: 1, Timestamps: true}); !regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:.]+Z three\n$`).MatchString(got) {
		t.Errorf("with time: %q", got)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

// TestLongLine: a line longer than the limit is cut and put together again.
func TestLongLine(t *testing.T) {
	text := strings.Repeat("x", 3*maxLine+5) + "\nend\n"
	log := filled(t, text)
	if got := read(t, log, ReadOptions{Tail: -1}); got != text {
		t.Errorf("%d bytes, want %d", len(got), len(text))
	}
}

// TestFollowOverRotation: who follows reads every line, though the file changes meanwhile.
func TestFollowOverRotation(t *testing.T) {
	log := filled(t, "first\n")
	var out bytes.Buffer
	done := make(chan error)
	go func() { done <- log.Read(t.Context(), ReadOptions{Tail: -1, Follow: true}, &out) }()
	line := strings.Repeat("y", 1000)
	var text strings.Builder
	for i := range maxLog/1000 + 100 {
		fmt.Fprintf(&text, "%06d %s\n", i, line)
	}
	log.copy("stdout", strings.NewReader(text.String()))
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if want := "first\n" + text.String(); !strings.HasSuffix(want, out.String()) || !strings.HasSuffix(out.String(), text.String()[len(text.String())-5000:]) {
		t.Errorf("followed %d bytes of %d", out.Len(), len(want))
	}
	if turn, open, _ := log.state(); turn != 1 || open {
		t.Errorf("turn %d, open %v", turn, open)
	}
}
