package rows

import (
	"bytes"
	"time"
)

// A stamp is a moment in nanoseconds: since 1970 UTC for dates, since whatever
// the trace counts from for numbers.

// Stamps reads the arrival times of one column.
type Stamps struct {
	scale int64 // ns per unit of a number; 0 for a date, or a number of seconds
	Want  string
}

var stampScales = map[string]int64{"s": int64(time.Second), "ms": int64(time.Millisecond), "us": int64(time.Microsecond), "ns": 1}

func NewStamps(unit string) (Stamps, bool) {
	if unit == "" || unit == "auto" {
		return Stamps{Want: `a date and time such as "2006-01-02 15:04:05.999", or seconds from 0 to 7e9 (for another unit give timeUnit)`}, true
	}
	scale, ok := stampScales[unit]
	return Stamps{scale: scale, Want: "a number of at least 0 in " + unit + ", before the year 2200"}, ok
}

func (s Stamps) Parse(b []byte) (int64, bool) {
	if s.scale != 0 {
		return ParseScaled(b, s.scale, maxStamp)
	}
	if t, ok := parseDate(b); ok {
		return t, true
	}
	return ParseScaled(b, int64(time.Second), maxStamp)
}

// parseDate reads 2006-01-02 15:04:05 with any of: T for the space, / for -, a
// fraction of up to 9 digits after . or a comma, and a zone Z, UTC, +01:00 or
// +0100. Without a zone the time is taken as UTC. The years are 1970 to 2199.
func parseDate(b []byte) (int64, bool) {
	b = bytes.TrimSpace(b)
	if len(b) < 19 || (b[4] != '-' && b[4] != '/') || b[7] != b[4] || (b[10] != ' ' && b[10] != 'T') {
		return 0, false
	}
	year, ok1 := ParseDigits(b[0:4])
	month, ok2 := ParseDigits(b[5:7])
	dayOfMonth, ok3 := ParseDigits(b[8:10])
	clock, ok4 := parseClock(b[11:19])
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return 0, false
	}
	day, ok := dayNumber(year, month, dayOfMonth)
	if !ok {
		return 0, false
	}
	fraction, rest, ok := parseFraction(b[19:])
	if !ok {
		return 0, false
	}
	zone, ok := parseZone(rest)
	t := (day*86400+clock-zone)*int64(time.Second) + fraction
	return t, ok && t >= 0 && t <= maxStamp
}

var monthNames = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// ParseLogTime reads 02/Jan/2006:15:04:05 -0700.
func ParseLogTime(b []byte) (int64, bool) {
	if b[2] != '/' || b[6] != '/' || b[11] != ':' || b[20] != ' ' {
		return 0, false
	}
	month := int64(0)
	for i, name := range monthNames {
		if string(b[3:6]) == name {
			month = int64(i) + 1
		}
	}
	dayOfMonth, ok1 := ParseDigits(b[0:2])
	year, ok2 := ParseDigits(b[7:11])
	day, ok3 := dayNumber(year, month, dayOfMonth)
	clock, ok4 := parseClock(b[12:20])
	zone, ok5 := parseZone(b[21:26])
	t := (day*86400 + clock - zone) * int64(time.Second)
	return t, ok1 && ok2 && ok3 && ok4 && ok5 && t >= 0
}

// parseClock reads 15:04:05 as seconds since midnight; a leap second counts as the next second.
func parseClock(b []byte) (int64, bool) {
	h, ok1 := ParseDigits(b[0:2])
	m, ok2 := ParseDigits(b[3:5])
	s, ok3 := ParseDigits(b[6:8])
	ok := ok1 && ok2 && ok3 && b[2] == ':' && b[5] == ':' && h < 24 && m < 60 && s <= 60
	return h*3600 + m*60 + s, ok
}

// parseFraction reads a fraction of a second in ns, if there is one, and returns what follows it.
func parseFraction(b []byte) (ns int64, rest []byte, ok bool) {
	if len(b) == 0 || (b[0] != '.' && b[0] != ',') {
		return 0, b, true
	}
	unit := int64(time.Second)
	i := 1
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		unit /= 10
		ns += unit * int64(b[i]-'0')
	}
	return ns, b[i:], i > 1
}

// parseZone reads a zone as seconds east of Greenwich.
func parseZone(b []byte) (int64, bool) {
	switch b = bytes.TrimSpace(b); string(b) {
	case "", "Z", "UTC", "GMT", "+0000 UTC":
		return 0, true
	}
	if len(b) == 6 && b[3] == ':' {
		b = append(append([]byte{}, b[:3]...), b[4:]...)
	}
	if len(b) != 5 || (b[0] != '+' && b[0] != '-') {
		return 0, false
	}
	h, ok1 := ParseDigits(b[1:3])
	m, ok2 := ParseDigits(b[3:5])
	seconds := h*3600 + m*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, ok1 && ok2 && h < 24 && m < 60
}

// ParseDigits reads a fixed number of decimal digits.
func ParseDigits(b []byte) (int64, bool) {
	var n int64
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// dayNumber counts days since 1970-01-01.
func dayNumber(year, month, dayOfMonth int64) (int64, bool) {
	if year < 1970 || year > 2199 || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > monthLength(year, month) {
		return 0, false
	}
	// Years from March on, so that the leap day is the last of its year
	// (E. G. Richards, Explanatory Supplement to the Astronomical Almanac, 2013, section 15.11).
	if month <= 2 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + dayOfMonth - 719469, true
}

func monthLength(year, month int64) int64 {
	switch {
	case month == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}
