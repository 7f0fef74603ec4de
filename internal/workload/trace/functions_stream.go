package trace

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// Open starts from the first request.
func (f *functionTrace) Open() (workload.Stream, error) {
	return f.openMinutes([]workload.Window{{To: f.info.Span}}), nil
}

// OpenWindows draws the arrivals of the minutes that windows touch, as Open
// does. Run times are drawn anew for each window.
func (f *functionTrace) OpenWindows(windows []workload.Window) (workload.Stream, error) {
	return workload.Within(f.openMinutes(windows), windows), nil
}

func (f *functionTrace) openMinutes(windows []workload.Window) workload.Stream {
	return &functionStream{trace: f, draws: make([]functionDraws, len(f.functions)), left: windows}
}

// functionDraws is the random numbers of one function, and what is left of its minute.
type functionDraws struct {
	arrivals, sizes *rand.Rand
	sizesFrom       time.Duration // where the window begins that sizes is for
	spacing         spacing
}

// functionStream merges the functions that are called in a minute, in those that windows touch.
type functionStream struct {
	trace    *functionTrace
	draws    []functionDraws
	calendar calendar
	left     workload.Remaining
	minute   int
}

// Read fills dst with requests in order of arrival.
func (s *functionStream) Read(dst []workload.Request) (int, error) {
	for n := range dst {
		for len(s.calendar) == 0 {
			if s.minute == len(s.trace.minutes) {
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}
			s.begin(s.minute)
			s.minute++
		}
		first := s.calendar[0]
		d := &s.draws[first.source]
		dst[n] = workload.Request{At: first.at}
		if work := s.trace.functions[first.source].work; work != nil {
			dst[n].Work = sizes.Work(work.Sample(d.sizes))
		}
		if d.spacing.left > 0 {
			s.calendar.reschedule(d.spacing.next())
		} else {
			s.calendar.drop()
		}
	}
	return len(dst), nil
}

// begin draws the arrivals of a minute.
func (s *functionStream) begin(minute int) {
	start := time.Duration(minute) * time.Minute
	wanted := s.left.Touch(start, start+time.Minute)
	if len(s.left) == 0 {
		s.minute = len(s.trace.minutes) - 1 // the last
		return
	}
	index := uint64(0)
	for packed := s.trace.minutes[minute]; len(packed) > 0; {
		step, size := binary.Uvarint(packed)
		count, size2 := binary.Uvarint(packed[size:])
		packed = packed[size+size2:]
		index += step
		d := &s.draws[index]
		stream := s.trace.functions[index].stream
		if d.arrivals == nil {
			d.arrivals = random.New(s.trace.seed, random.Arrivals, stream)
		}
		if !wanted {
			d.spacing.skip(d.arrivals)
			continue
		}
		if from := s.left[0].From; d.sizes == nil || d.sizesFrom != from {
			d.sizesFrom, d.sizes = from, random.New(workload.WindowSeed(s.trace.seed, from), random.Sizes, stream)
		}
		d.spacing.begin(d.arrivals, int64(count), start, time.Minute)
		s.calendar.push(entry{at: d.spacing.next(), source: int32(index)})
	}
}
