package window

import (
	"math"
	"sort"
	"time"
)

// steady is a time in seconds within which no zone changes its clocks twice. (The least
// is a week, and a test asks all zones.)
const steady = 3 * daySeconds

// zoned resolves readings in one zone, like Local.Readings, and remembers the time
// around the last one in which the zone's offset did not change. It is for one
// goroutine.
type zoned struct {
	loc *time.Location
	// The offset is east from an instant, inclusive, to another, exclusive.
	from, until int64
	east        int
}

// reading is what the clocks show at an instant.
func (z *zoned) reading(t int64) Local { return LocalAt(t, z.loc) }

// plain is the instant of a reading around which no offset changes.
func (z *zoned) plain(l Local) (int64, bool) {
	low, high := int64(l)-widest, int64(l)+widest
	if low < z.from || low >= z.until {
		z.from, z.until, z.east = low, untilChange(low, z.loc), offsetAt(low, z.loc)
	}
	for z.until <= high { // a zone may change its name alone
		if offsetAt(z.until, z.loc) != z.east {
			return 0, false
		}
		z.until = untilChange(z.until, z.loc)
	}
	return int64(l) - int64(z.east), true
}

// untilChange is an instant later than this one up to which a zone's offset stays, and at
// which it may change. On the last day of a leap year the standard library does not say.
func untilChange(t int64, loc *time.Location) int64 {
	_, end := time.Unix(t, 0).In(loc).ZoneBounds()
	switch {
	case end.IsZero():
		return math.MaxInt64
	case end.Unix() <= t:
		return nextChange(t, loc)
	}
	return end.Unix()
}

// nextChange finds where the offset changes within a time in which it changes once at most.
func nextChange(t int64, loc *time.Location) int64 {
	east := offsetAt(t, loc)
	n := sort.Search(steady, func(n int) bool { return offsetAt(t+1+int64(n), loc) != east })
	return t + 1 + int64(n)
}

// earliest is the first instant at which the clocks show the reading or a later one
// that follows a gap.
func (z *zoned) earliest(l Local) int64 {
	if t, ok := z.plain(l); ok {
		return t
	}
	return l.In(z.loc, From).Unix()
}

// latest is the last instant at which the clocks show the reading, or the end
// of the gap that skips it.
func (z *zoned) latest(l Local) int64 {
	if t, ok := z.plain(l); ok {
		return t
	}
	return l.In(z.loc, Until).Unix()
}

// LocalAt is what the clocks of a zone show at an instant, in seconds since
// 1970-01-01T00:00:00Z.
func LocalAt(t int64, loc *time.Location) Local { return Local(t + int64(offsetAt(t, loc))) }
