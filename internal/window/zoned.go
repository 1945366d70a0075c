package window

import "time"

// steady is how far apart two probes may be, in seconds, that find one offset and
// so know it in between: no zone changes its clocks twice within three days.
// (The least is a week, and a test asks all zones.)
const steady = 3 * daySeconds

// zoned resolves readings in one zone, like Local.Readings, and remembers a time
// around the last one in which the zone's offset did not change. It is for one
// goroutine.
type zoned struct {
	loc *time.Location
	// The offset is east from from until until, both included; nothing is known
	// where they are the same.
	from, until int64
	east        int
}

// reading is what the clocks show at an instant.
func (z *zoned) reading(t int64) Local { return LocalAt(t, z.loc) }

// plain is the instant of a reading around which no offset changes.
func (z *zoned) plain(l Local) (int64, bool) {
	low, high := int64(l)-widest, int64(l)+widest
	if low < z.from || low > z.until || z.from >= z.until {
		z.from, z.until, z.east = low, low, offsetAt(low, z.loc)
	}
	for z.until < high {
		next := z.until + steady
		if offsetAt(next, z.loc) != z.east {
			if next = high; offsetAt(next, z.loc) != z.east {
				return 0, false
			}
		}
		z.until = next
	}
	return int64(l) - int64(z.east), true
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
