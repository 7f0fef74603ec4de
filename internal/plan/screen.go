package plan

import "context"

// screen rules out steps of a climb under a small part of the traffic. What was found there before is not run again: only
// a run that the strict evaluator stopped is repeated by the lenient one.
type screen struct{ strict, lenient *evaluator }

// rulesOut reports whether a layout misses the objectives by far, or costs more than the arrangement that it is to improve.
func (s screen) rulesOut(ctx context.Context, at *Candidate, l layout) (bool, error) {
	next, ok, err := s.evaluate(ctx, l)
	if err != nil || !ok {
		return true, err
	}
	here, ok, err := s.evaluate(ctx, layoutOf(at))
	return err == nil && ok && next.Monthly.Float64() >= (1+screenMargin)*here.Monthly.Float64(), err
}

// evaluate returns a layout as run, and whether it meets the objectives with some slack.
func (s screen) evaluate(ctx context.Context, l layout) (*Candidate, bool, error) {
	c, err := s.strict.evaluate(ctx, l, false)
	if err != nil || c.suffices() {
		return c, err == nil, err
	}
	if !c.Outcome.Stopped {
		c.Objectives = s.lenient.judge(c.Outcome)
		return c, c.suffices(), nil
	}
	c, err = s.lenient.evaluate(ctx, l, false)
	return c, err == nil && c.suffices(), err
}
