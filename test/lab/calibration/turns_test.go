package calibration_test

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// byTurns measures two loads in pieces, one of either after the other, and gives each as one log.
func byTurns(t *testing.T, first, second load, seed uint64) (a, b *record.Log) {
	t.Helper()
	loads, logs := []load{first.piece(), second.piece()}, make([]*record.Log, 2)
	for range pieces {
		for i, l := range loads {
			l.seed = seed
			seed++
			logs[i] = joined(logs[i], l.run(t))
		}
	}
	return logs[0], logs[1]
}

// piece is a load in a part of its time, of which there are several.
func (l load) piece() load {
	var phases []v1alpha1.Phase
	for _, p := range l.phases {
		p.Duration /= pieces
		p.Period /= pieces
		phases = append(phases, p)
	}
	l.phases = phases
	return l
}

// rest is between two pieces in a log: nothing of the one before is under way when the next begins.
const rest = time.Second

// joined appends a log to another one, as if it had been measured after it; the first may be nil.
func joined(log, next *record.Log) *record.Log {
	if log == nil {
		return next
	}
	by, count := log.End.Elapsed+rest, int64(len(log.Records))
	for _, r := range next.Records {
		r.Sequence += count
		for _, at := range []*time.Duration{&r.Scheduled, &r.Sent, &r.Connected, &r.FirstByte, &r.FirstToken, &r.LastByte} {
			if *at >= 0 {
				*at += by
			}
		}
		for i := range r.Chunks {
			r.Chunks[i] += by
		}
		log.Records = append(log.Records, r)
	}
	log.End.Elapsed += rest + next.End.Elapsed
	log.End.Records += next.End.Records
	log.End.Complete = log.End.Complete && next.End.Complete
	return log
}

// TestJoined: what was measured stays as long, after all that was before.
func TestJoined(t *testing.T) {
	piece := func() *record.Log {
		return &record.Log{
			Records: []record.Record{{Scheduled: 1, Sent: 2, Connected: record.Unseen, FirstByte: 4, FirstToken: 5, LastByte: 7, Chunks: []time.Duration{5, 6}}},
			End:     &record.End{Complete: true, Elapsed: 7, Records: 1},
		}
	}
	log := joined(joined(nil, piece()), piece())
	r, by := log.Records[1], 7+rest
	if len(log.Records) != 2 || log.End.Records != 2 || log.End.Elapsed != 14+rest || r.Sequence != 1 || r.Connected != record.Unseen ||
		r.Scheduled != 1+by || r.LastByte != 7+by || r.Chunks[0] != 5+by || r.Chunks[1] != 6+by {
		t.Errorf("got %+v, %+v", r, log.End)
	}
	whole := v1alpha1.Phase{Duration: unit.Duration(2 * pieces * time.Second), Period: unit.Duration(pieces * time.Second)}
	l := load{phases: []v1alpha1.Phase{whole}}
	if p := l.piece().phases[0]; p.Duration != unit.Duration(2*time.Second) || p.Period != unit.Duration(time.Second) || l.phases[0] != whole {
		t.Errorf("got %+v of %+v", p, l.phases[0])
	}
}
