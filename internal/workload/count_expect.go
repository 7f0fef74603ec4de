package workload

import "time"

func (r *Recorded) expect(add adder) error {
	for i := range r.requests {
		add(r.requests[i].At, r.requests[i].At, 1)
	}
	return nil
}

func (s *sized) expect(add adder) error { return expect(s.Workload, add) }

func (p *prioritised) expect(add adder) error { return expect(p.source, add) }

func (t *thinned) expect(add adder) error { return expect(t.source, add.times(t.share)) }

// expect takes copies to arrive with their request: they are less than a minute apart.
func (s *superposed) expect(add adder) error { return expect(s.source, add.times(s.factor)) }

func (s *slice) expect(add adder) error { return expect(s.source, add.within(Window{s.from, s.to})) }

func (m *merged) expect(add adder) error {
	for _, w := range m.parts {
		if err := expect(w, add); err != nil {
			return err
		}
	}
	return nil
}

func (r *repeated) expect(add adder) error {
	return expect(r.source, func(from, to time.Duration, n float64) {
		for round := range r.times {
			offset := time.Duration(round) * r.span
			add(from+offset, to+offset, n)
		}
	})
}

// expect goes by the steps of the rate, without drawing arrivals.
func (g *generated) expect(add adder) error {
	rates := newRateSteps(g.base.start(g.seed), g.factor, g.shape)
	rates.move(0, float64(g.span))
	now, step := time.Duration(0), rateStep{}
	for begin := 0.0; rates.next(&step); begin = step.end {
		end := min(time.Duration(step.end), g.span)
		add(now, end, step.rate*(step.end-begin))
		now = end
	}
	return nil
}
