package window

import "time"

// Window is a recurring span of time as declared (semantics.md, Windows): a
// maintenance window, or a freeze that repeats. Its fields are not changed after
// it was made; it is safe for concurrent use.
type Window struct {
	Zone   *time.Location
	Start  Local
	Rule   *Rule // nil: once, at Start
	Offset int64 // seconds added to each occurrence of the rule; may be negative
	// RDates are added after the offset, then ExDates removed; both are true
	// local starts.
	RDates  []Local
	ExDates []ExDate
	// Moves replace single occurrences, by their true local starts, as if From
	// were in ExDates and To in RDates.
	Moves []Move
	// Length is how long it is open, in elapsed seconds from the resolved start;
	// 0 where End says when it closes.
	Length  int64
	End     Clock
	Gap     Gap
	Overlap Overlap
	// OnHoliday says what becomes of occurrences that start on one of Holidays
	// (sorted).
	OnHoliday OnHoliday
	Holidays  []Date
}

// ExDate drops the occurrence that starts at At or, where WholeDay, the
// occurrences that start on the day of At.
type ExDate struct {
	At       Local
	WholeDay bool
}

// Move is one occurrence that was moved by agreement.
type Move struct{ From, To Local }

// Gap says what becomes of a start that the clock skips.
type Gap uint8

// The treatments of gaps; shift is the default (RFC 5545 3.3.5).
const (
	GapShift Gap = iota
	GapClip
	GapSkip
)

// Overlap says which reading of a start counts that the clock shows twice.
type Overlap uint8

// The readings; the first is the default.
const (
	OverlapFirst Overlap = iota
	OverlapSecond
)

// OnHoliday says what becomes of occurrences that start on a holiday.
type OnHoliday uint8

// The treatments of holidays; keep is the default.
const (
	HolidayKeep OnHoliday = iota
	HolidaySkip
	HolidayOnly
)

// Notes are remarks that travel with an occurrence, as a set of bits.
type Notes uint8

// The notes. Their texts are DST_GAP_SHIFTED, DST_GAP_CLIPPED, DST_OVERLAP,
// LENGTH_CHANGED and MOVED.
const (
	GapShifted Notes = 1 << iota
	GapClipped
	Overlapped
	LengthChanged
	Moved
)

// Occurrence is one resolved opening of a window.
type Occurrence struct {
	Span
	Nominal Local // as the rule says, before the zone
	Notes   Notes
}

// Skip is an occurrence that a change of clocks left out.
type Skip struct {
	Nominal Local
	Why     string // DST_GAP_SKIPPED or DST_EMPTY
}

// Expansion is what a window has in a span of time: the occurrences that end
// after its start and start before its end, by start, then end, and what was
// left out in it.
type Expansion struct {
	Occurrences []Occurrence
	Skipped     []Skip
}
