package bench

import (
	"io"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// BenchmarkCollector is what a record costs once the answer is in.
func BenchmarkCollector(b *testing.B) {
	log, err := record.NewWriter(io.Discard, record.Header{Targets: []record.TargetInfo{{Name: "a"}}})
	if err != nil {
		b.Fatal(err)
	}
	c := newCollector(log, Input{}, time.Now())
	go c.collect()
	o := outcome{record: newRecord(job{})}
	b.ReportAllocs()
	for b.Loop() {
		c.add(o)
	}
	if err := c.close(); err != nil {
		b.Fatal(err)
	}
}
