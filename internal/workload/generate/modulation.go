package generate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// The calendar of a generator: it starts at midnight of the first of five
// working days. In nanoseconds.
const (
	dayNS  = float64(24 * time.Hour)
	weekNS = 7 * dayNS
	// dailyStepNS is how long the daily shape is held constant, at its exact mean
	// over the step. Within a step it is off by at most
	// pi x 1 min / 24 h x (peakToMean - 1), 0.22 % of the mean rate.
	dailyStepNS    = float64(time.Minute)
	defaultPeak    = 14 * time.Hour
	maxFlashFactor = 1e6
)

// modulation is a factor on the rate that depends on the time: day x week x flash crowds.
type modulation struct {
	amplitude float64 // of the day: peak to mean - 1
	peakAt    float64 // ns after midnight
	isWeekly  bool
	weekday   float64 // factor on days 1 to 5
	weekend   float64 // factor on days 6 and 7
	flash     []crowd
}

// crowd multiplies the rate from one time to another.
type crowd struct{ from, to, factor float64 }

func newModulation(g v1alpha1.Generator) (modulation, error) {
	m := modulation{peakAt: float64(defaultPeak), weekday: 1, weekend: 1}
	if d := g.Daily; d != nil {
		if !(d.PeakToMean >= 1 && d.PeakToMean <= 2) {
			return m, fmt.Errorf("daily.peakToMean: expected a number from 1 to 2, got %g", d.PeakToMean)
		}
		m.amplitude = d.PeakToMean - 1
		if d.PeakAt != nil {
			m.peakAt = float64(*d.PeakAt)
		}
	}
	if w := g.Weekly; w != nil {
		if !(w.Weekend >= 0) || math.IsInf(w.Weekend, 0) {
			return m, fmt.Errorf("weekly.weekend: expected a number of at least 0, got %g", w.Weekend)
		}
		m.isWeekly = true
		m.weekday = 7 / (5 + 2*w.Weekend)
		m.weekend = w.Weekend * m.weekday
	}
	for i, f := range g.Flash {
		if err := checkFlash(f); err != nil {
			return m, fmt.Errorf("flash[%d]: %w", i, err)
		}
		from := float64(f.At)
		m.flash = append(m.flash, crowd{from: from, to: from + float64(f.Duration), factor: f.Factor})
	}
	return m, nil
}

func checkFlash(f v1alpha1.Flash) error {
	switch {
	case f.At < 0 || f.Duration <= 0:
		return errors.New("expected at of at least 0 and a duration above 0")
	case !(f.Factor >= 0 && f.Factor <= maxFlashFactor):
		return fmt.Errorf("factor: expected a number from 0 to %g, got %g", maxFlashFactor, f.Factor)
	}
	return nil
}

// step returns the factor from now (ns) until end, its mean where it varies.
// End is after now, and infinite when the factor stays for ever.
func (m *modulation) step(now float64) (end, factor float64) {
	end, factor = math.Inf(1), 1
	if m.isWeekly {
		day := math.Floor(now / dayNS)
		end = (day + 1) * dayNS
		factor = m.weekday
		if math.Mod(day, 7) >= 5 {
			factor = m.weekend
		}
	}
	for _, c := range m.flash {
		switch {
		case now < c.from:
			end = math.Min(end, c.from)
		case now < c.to:
			end = math.Min(end, c.to)
			factor *= c.factor
		}
	}
	if m.amplitude > 0 {
		end = math.Min(end, (math.Floor(now/dailyStepNS)+1)*dailyStepNS)
		factor *= m.dailyMean(now, end)
	}
	return end, factor
}

// dailyMean returns the mean of 1 + amplitude x cos(2 pi (t - peakAt) / 24 h)
// from one time to another.
func (m *modulation) dailyMean(from, to float64) float64 {
	const omega = 2 * math.Pi / dayNS
	// sin(b) - sin(a) as a product: the difference of the sines would lose all
	// digits over a short step.
	half := omega * (to - from) / 2
	middle := omega * (math.Mod((from+to)/2, dayNS) - m.peakAt)
	return 1 + m.amplitude*math.Cos(middle)*math.Sin(half)/half
}

// meanUntil returns the mean factor from 0 to span. It takes the whole weeks
// that no flash crowd touches as they are.
func (m *modulation) meanUntil(span time.Duration) float64 {
	lastCrowd := 0.0
	for _, c := range m.flash {
		lastCrowd = math.Max(lastCrowd, c.to)
	}
	// From the first week after the last crowd on, whole weeks have a mean of 1.
	from := math.Ceil(lastCrowd/weekNS) * weekNS
	weeks := math.Max(0, math.Floor((float64(span)-from)/weekNS))
	integral := weeks * weekNS
	until := float64(span) - integral
	for now := 0.0; now < until; {
		end, factor := m.step(now)
		end = math.Min(end, until)
		integral += factor * (end - now)
		now = end
	}
	return integral / float64(span)
}
