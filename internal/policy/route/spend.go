package route

import (
	"fmt"
	"math"
	"time"
)

// Period is how long a budget lasts.
type Period int

// The periods, both of the calendar.
const (
	Daily   Period = iota // from midnight
	Monthly               // from the midnight before the first of the month
)

// SpendCap bounds spending within a day or a month. Spending is View.Spend,
// where a request in flight counts at its expected cost: the cap is exceeded by less
// than one request as far as expectations hold.
//
// Its period must be observed to be charged: what was spent up to the first look in a period
// counts for the periods before it.
type SpendCap struct {
	usd    float64
	period Period
	start  time.Time
	ends   time.Duration // of the present period
	before float64       // USD spent before the present period
}

// NewSpendCap returns a cap of an amount in USD for each day or month of start's
// zone, where start is the time at which durations since the start are 0. The
// error says that the amount is not a number of 0 or more, or which periods there are.
func NewSpendCap(start time.Time, usd float64, period Period) (*SpendCap, error) {
	if !(usd >= 0) || math.IsInf(usd, 1) {
		return nil, fmt.Errorf("spend cap of %g USD: expected 0 or more", usd)
	}
	if period != Daily && period != Monthly {
		return nil, fmt.Errorf("period %d of a spend cap: expected Daily or Monthly", period)
	}
	c := &SpendCap{usd: usd, period: period, start: start}
	c.ends = c.endOfPeriod(0)
	return c, nil
}

// reached says whether the homes together have spent the period's amount.
func (c *SpendCap) reached(now time.Duration, homes []View) bool {
	spent := 0.0
	for i := range homes {
		spent += homes[i].Spend
	}
	if now >= c.ends {
		c.ends, c.before = c.endOfPeriod(now), spent
	}
	return spent-c.before >= c.usd
}

// endOfPeriod returns the first midnight after now that begins a new period.
func (c *SpendCap) endOfPeriod(now time.Duration) time.Duration {
	year, month, day := c.start.Add(now).Date()
	if c.period == Monthly {
		month, day = month+1, 1
	} else {
		day++
	}
	return time.Date(year, month, day, 0, 0, 0, 0, c.start.Location()).Sub(c.start)
}
