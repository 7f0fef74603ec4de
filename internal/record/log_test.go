package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func testHeader() Header {
	return Header{
		Suite: "encoder", SuiteHash: "00ff", Tool: "fulcrum test", Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Targets: []TargetInfo{{Name: "a", URL: "http://127.0.0.1:1"}, {Name: "b", URL: "http://127.0.0.1:2"}},
		Gate:    Gate{Percentile: 99, Max: 10 * time.Millisecond},
	}
}

// drawRecord draws any record that a client could write.
func drawRecord(t *rapid.T) Record {
	at := func(name string) time.Duration {
		return time.Duration(rapid.Int64Range(-1, int64(48*time.Hour)).Draw(t, name))
	}
	count := func(name string) int64 { return rapid.Int64Range(0, 1<<40).Draw(t, name) }
	r := Record{
		Sequence: count("sequence"), Round: count("round"), Target: rapid.IntRange(0, 1).Draw(t, "target"),
		Kind: Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")), Status: rapid.IntRange(0, maxStatus).Draw(t, "status"),
		Cold: rapid.Bool().Draw(t, "cold"), Reused: rapid.Bool().Draw(t, "reused"),
		Scheduled: at("scheduled"), Sent: at("sent"), Connected: at("connected"), FirstByte: at("first byte"),
		FirstToken: at("first token"), LastByte: at("last byte"),
		BytesOut: count("out"), BytesIn: count("in"), TokensIn: count("tokens in"), TokensOut: count("tokens out"), FirstTokens: count("first"),
	}
	for range rapid.IntRange(0, 20).Draw(t, "chunks") {
		r.Chunks = append(r.Chunks, at("chunk"))
	}
	r.ChunkCount = int64(len(r.Chunks)) + rapid.Int64Range(0, 3).Draw(t, "more chunks")
	return r
}

// writeLog returns a log with a frame for each of the batches.
func writeLog(t rapid.TB, batches [][]Record, end *End) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, testHeader())
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range batches {
		for i := range batch {
			if err := w.Append(&batch[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if end != nil {
		if err := w.Close(*end); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestLogGivesBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var batches [][]Record
		var want []Record
		for range rapid.IntRange(0, 4).Draw(t, "frames") {
			var batch []Record
			for range rapid.IntRange(1, 5).Draw(t, "records") {
				batch = append(batch, drawRecord(t))
			}
			batches, want = append(batches, batch), append(want, batch...)
		}
		end := End{Complete: true, Elapsed: time.Minute}
		got, err := ReadLog(iotest.HalfReader(bytes.NewReader(writeLog(t, batches, &end))))
		if err != nil {
			t.Fatal(err)
		}
		end.Records = int64(len(want))
		if diff := cmp.Diff(&Log{Header: testHeader(), Records: want, End: &end}, got); diff != "" {
			t.Fatalf("-written +read:\n%s", diff)
		}
	})
}

// TestTornLog cuts a log at every byte: what is read is the complete frames, and what was dropped is the rest.
func TestTornLog(t *testing.T) {
	batches := [][]Record{
		{{Scheduled: 1, Sent: 2, Chunks: []time.Duration{5, 9}, ChunkCount: 2}, {Sequence: 1, Target: 1}},
		{{Sequence: 2, Kind: Timeout}},
	}
	whole := writeLog(t, batches, nil)
	header := len(writeLog(t, nil, nil))
	first := len(writeLog(t, batches[:1], nil))
	for n := range len(whole) + 1 {
		l, err := ReadLog(bytes.NewReader(whole[:n]))
		if n < header {
			if err == nil {
				t.Fatalf("%d bytes, less than the header: expected an error", n)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		complete, records := header, 0
		if n >= first {
			complete, records = first, 2
		}
		if n == len(whole) {
			complete, records = n, 3
		}
		if len(l.Records) != records || l.Dropped != int64(n-complete) || (l.Damage == "") != (l.Dropped == 0) || l.End != nil {
			t.Fatalf("%d of %d bytes: %d records, %d bytes dropped (%s), want %d and %d", n, len(whole), len(l.Records), l.Dropped, l.Damage, records, n-complete)
		}
	}
}

// TestDamagedLog flips every bit after the header: no record of a damaged frame comes out.
func TestDamagedLog(t *testing.T) {
	whole := writeLog(t, [][]Record{{{Sequence: 7}}, {{Sequence: 8}}}, &End{Complete: true})
	header := len(writeLog(t, nil, nil))
	for i := header; i < len(whole); i++ {
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << bit
			l, err := ReadLog(bytes.NewReader(damaged))
			if err != nil {
				t.Fatal(err)
			}
			if l.Dropped == 0 || l.End != nil {
				t.Fatalf("bit %d of byte %d flipped: %d bytes dropped, end %v", bit, i, l.Dropped, l.End)
			}
			for j, r := range l.Records {
				if r.Sequence != int64(7+j) {
					t.Fatalf("bit %d of byte %d flipped: record %d is %+v", bit, i, j, r)
				}
			}
		}
	}
}

func TestReadLogRefuses(t *testing.T) {
	log := writeLog(t, nil, nil)
	other := bytes.Clone(log)
	binary.LittleEndian.PutUint32(other[len(magic):], 99)
	for name, test := range map[string]struct {
		in   io.Reader
		want string
	}{
		"nothing":         {strings.NewReader(""), "too short"},
		"another file":    {strings.NewReader("PK\x03\x04 something else entirely"), "begins with FULCRUMR"},
		"another version": {bytes.NewReader(other), "expected version 1 of the log, got 99"},
		"no header":       {bytes.NewReader(log[:20]), "no complete header"},
		"a failing disk":  {io.MultiReader(bytes.NewReader(log), iotest.ErrReader(errors.New("input/output error"))), "input/output error"},
	} {
		if _, err := ReadLog(test.in); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

func TestFrameThatNamesNoTarget(t *testing.T) {
	log := append(writeLog(t, nil, nil), appendFrame(nil, frameRecords, appendRecord(nil, &Record{Target: 2}))...)
	l, err := ReadLog(bytes.NewReader(log))
	if err != nil || len(l.Records) != 0 || !strings.Contains(l.Damage, "breaks the format") {
		t.Errorf("%d records, damage %q, error %v", len(l.Records), l.Damage, err)
	}
}

// failing is a disk that is full after some bytes.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errors.New("no space left on device")
	}
	f.left -= len(p)
	return len(p), nil
}

func TestWriterRemembersAnError(t *testing.T) {
	w, err := NewWriter(&failing{left: len(writeLog(t, nil, nil))}, testHeader())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(&Record{}); err != nil {
		t.Fatal(err) // kept in memory
	}
	for _, err := range []error{w.Flush(), w.Append(&Record{}), w.Close(End{})} {
		if err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("error %v", err)
		}
	}
}

func FuzzReadLog(f *testing.F) {
	f.Add(writeLog(f, nil, nil))
	f.Add(writeLog(f, [][]Record{{{Chunks: []time.Duration{1, 5}, ChunkCount: 2, LastByte: Unseen}}, {{Target: 1}}}, &End{Complete: true}))
	f.Add([]byte(magic))
	begin := slices.Clip(writeLog(f, nil, nil))
	f.Add(appendFrame(begin, frameColdStart, []byte(`{"target":1,"phases":[{"name":"trigger","atNanoseconds":5,"by":"client"}]}`)))
	f.Add(appendFrame(begin, frameKeepAlive, []byte(`{"target":1,"warmNanoseconds":5,"tries":[{"gapNanoseconds":5}]}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ReadLog(bytes.NewReader(data))
		if err != nil {
			return
		}
		if l.Dropped < 0 || l.Dropped > int64(len(data)) {
			t.Fatalf("%d of %d bytes dropped", l.Dropped, len(data))
		}
		for i := range l.Records {
			r := &l.Records[i]
			again, err := (&decoder{rest: appendRecord(nil, r)}).record()
			if err != nil {
				t.Fatalf("%+v cannot be read again: %v", r, err)
			}
			if diff := cmp.Diff(*r, again); diff != "" {
				t.Fatal(diff)
			}
		}
		l.Columns() // must not panic, whatever the log says
	})
}
