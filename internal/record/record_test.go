package record

import (
	"testing"
	"time"
)

const ms = time.Millisecond

func TestTimesOfARecord(t *testing.T) {
	r := Record{
		Scheduled: 100 * ms, Sent: 103 * ms, Connected: 104 * ms, FirstByte: 110 * ms, FirstToken: 120 * ms, LastByte: 200 * ms,
	}
	for name, test := range map[string]struct {
		of   func(*Record) (time.Duration, bool)
		want time.Duration
	}{
		"lateness": {(*Record).Lateness, 3 * ms}, "latency": {(*Record).Latency, 100 * ms}, "service": {(*Record).Service, 97 * ms},
		"connect": {(*Record).Connect, 1 * ms}, "first byte": {(*Record).TimeToFirstByte, 10 * ms}, "first token": {(*Record).TimeToFirstToken, 20 * ms},
	} {
		if got, ok := test.of(&r); !ok || got != test.want {
			t.Errorf("%s: %s, %t, want %s", name, got, ok, test.want)
		}
		none := Record{Scheduled: Unseen, Sent: Unseen, Connected: Unseen, FirstByte: Unseen, FirstToken: Unseen, LastByte: Unseen}
		if got, ok := test.of(&none); ok {
			t.Errorf("%s of nothing is %s", name, got)
		}
	}
}

// TestTimePerOutputToken: 1 + 4 + 5 tokens in three chunks over 90 ms are 10 ms a token, however they were bundled.
func TestTimePerOutputToken(t *testing.T) {
	three := []time.Duration{10 * ms, 50 * ms, 100 * ms}
	for name, test := range map[string]struct {
		r    Record
		want time.Duration
		ok   bool
	}{
		"one token a chunk":        {Record{Chunks: three, ChunkCount: 3, TokensOut: 3, FirstTokens: 1}, 45 * ms, true},
		"several tokens a chunk":   {Record{Chunks: three, ChunkCount: 3, TokensOut: 10, FirstTokens: 1}, 10 * ms, true},
		"several tokens the first": {Record{Chunks: three, ChunkCount: 3, TokensOut: 10, FirstTokens: 4}, 15 * ms, true},
		"tokens not counted":       {Record{Chunks: three, ChunkCount: 3}, 45 * ms, true},
		"one chunk":                {Record{Chunks: three[:1], ChunkCount: 1, TokensOut: 10}, 0, false},
		"more chunks than times":   {Record{Chunks: three, ChunkCount: 4, TokensOut: 10}, 0, false},
		"all tokens in the first":  {Record{Chunks: three, ChunkCount: 3, TokensOut: 3, FirstTokens: 3}, 0, false},
	} {
		if got, ok := test.r.TimePerOutputToken(); got != test.want || ok != test.ok {
			t.Errorf("%s: %s, %t, want %s, %t", name, got, ok, test.want, test.ok)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range kinds {
		text, err := k.MarshalText()
		if err != nil || len(text) == 0 || seen[string(text)] {
			t.Errorf("kind %d is %q, %v", k, text, err)
		}
		seen[string(text)] = true
		var back Kind
		if err := back.UnmarshalText(text); err != nil || back != k {
			t.Errorf("%q is read as %v, %v", text, back, err)
		}
	}
	if err := new(Kind).UnmarshalText([]byte("slow")); err == nil {
		t.Error("there is no kind slow")
	}
}
