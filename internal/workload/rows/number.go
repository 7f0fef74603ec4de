package rows

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// maxStamp bounds stamps (ns): the year 2200 for those that count from 1970, so
// that differences of stamps never overflow.
const maxStamp = 230 * 365 * 24 * int64(time.Hour)

// ParseScaled reads a non-negative decimal number and returns it times scale,
// exact and rounded down for plain digits, through a float64 for other
// notations. The scale is a power of ten. It refuses what is above limit.
func ParseScaled(b []byte, scale, limit int64) (int64, bool) {
	b = bytes.TrimSpace(b)
	var whole int64
	i := 0
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		digit := int64(b[i] - '0')
		if whole > (limit-digit)/10 {
			return 0, false
		}
		whole = whole*10 + digit
	}
	if i == 0 && (len(b) < 2 || b[0] != '.') {
		return parseFloatScaled(b, scale, limit)
	}
	if whole > limit/scale {
		return 0, false
	}
	value := whole * scale
	if i < len(b) && b[i] == '.' {
		digit := scale
		for i++; i < len(b) && b[i]-'0' < 10; i++ {
			digit /= 10
			value += digit * int64(b[i]-'0')
		}
	}
	if i < len(b) {
		return parseFloatScaled(b, scale, limit)
	}
	return value, value <= limit
}

func parseFloatScaled(b []byte, scale, limit int64) (int64, bool) {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(f) || f < 0 || math.Signbit(f) || f*float64(scale) > float64(limit) {
		return 0, false
	}
	return int64(f * float64(scale)), true
}

// ParseInt32 reads a number of tokens; 63.0 is one, and 63.4 is not.
func ParseInt32(b []byte) (int32, bool) {
	milli, ok := ParseScaled(b, 1000, math.MaxInt32*1000)
	if !ok || milli%1000 != 0 {
		return 0, false
	}
	return int32(milli / 1000), true
}

// ParseWithin reads a finite number of at least low and at most high.
func ParseWithin(b []byte, low, high float64) (float64, bool) {
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(b)), 64)
	return f, err == nil && f >= low && f <= high
}
