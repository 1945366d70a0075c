package window

import (
	"cmp"
	"os"
	"slices"
	"testing"
	"time"
)

// scannedZones change their clocks in every way there is: by an hour, two, half an
// hour or not at all, at midnight, twice a year for Ramadan, over a whole day.
var scannedZones = []string{
	"Africa/Cairo", "Africa/Casablanca", "America/Havana", "America/New_York", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
	"Antarctica/Troll", "Asia/Beirut", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo", "Australia/Lord_Howe",
	"Europe/Berlin", "Europe/Dublin", "Europe/London", "Europe/Volgograd", "Pacific/Apia", "Pacific/Chatham", "Pacific/Norfolk", "UTC",
}

// TestScanOfClocks compares windows with a scan of what the clocks show at every
// minute around every change of offset in ten years. With PATCHOPS_ZONES=all it
// takes every zone from 1973 to 2037 (make zones).
func TestScanOfClocks(t *testing.T) {
	names, first, last := scannedZones, 2016, 2026
	if os.Getenv("PATCHOPS_ZONES") == "all" {
		names, first, last = ZoneNames(), 1973, 2037
	}
	changes := 0
	for _, name := range names {
		loc, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		from, to := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(last, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		compareAround(t, loc, from+86*daySeconds) // an ordinary day, too
		for at := from; at < to; at += 3600 {
			if offsetAt(at, loc) != offsetAt(at+3600, loc) {
				compareAround(t, loc, at)
				changes++
			}
		}
	}
	if changes < 200 {
		t.Errorf("%d changes of clocks, wanted all there are", changes)
	}
}

// clocks is what a scan saw: the instants at which the clocks show a minute, from
// the reading first on.
type clocks struct {
	first Local
	shown [][]int64
}

func (c clocks) at(l Local) []int64 { return c.shown[(l-c.first)/60] }

func scan(loc *time.Location, from, to int64) clocks {
	c := clocks{Local(from) - daySeconds, make([][]int64, (to-from)/60+2*24*60)}
	all := make([]int64, 0, len(c.shown))
	for at := from; at < to; at += 60 {
		u := time.Unix(at, 0).In(loc)
		hour, minute, second := u.Clock()
		date, _ := NewDate(u.Date())
		i := (date.At(Clock(hour*3600+minute*60+second)) - c.first) / 60
		all = append(all, at)
		if c.shown[i] == nil {
			c.shown[i] = all[len(all)-1 : len(all) : len(all)]
		} else {
			c.shown[i] = append(c.shown[i], at)
		}
	}
	return c
}

// edge is the end of the gap that skips a reading: when the next one shown is.
func (c clocks) edge(l Local) int64 {
	for next := l; ; next += 60 {
		if at := c.at(next); at != nil {
			return at[0]
		}
	}
}

// before is the reading with the offset that was in force before the gap.
func (c clocks) before(l Local) int64 {
	for last := l; ; last -= 60 {
		if at := c.at(last); at != nil {
			return at[len(at)-1] + int64(l-last)
		}
	}
}

func compareAround(t *testing.T, loc *time.Location, change int64) {
	t.Helper()
	from, to := change-20*3600, change+20*3600
	c := scan(loc, from-3*daySeconds, to+3*daySeconds)
	r, err := ParseRule("FREQ=DAILY;BYHOUR=0,1,2,3,5,8,13,22,23;BYMINUTE=0,15,30")
	if err != nil {
		t.Fatal(err)
	}
	start := LocalAt(from-2*daySeconds, loc).Date().At(0)
	for _, w := range []*Window{
		{Length: 3600, Gap: GapShift, Overlap: OverlapFirst},
		{Length: 26 * 3600, Gap: GapClip, Overlap: OverlapSecond},
		{End: 2*3600 + 1800, Gap: GapShift, Overlap: OverlapSecond},
		{End: daySeconds, Gap: GapSkip, Overlap: OverlapFirst},
	} {
		w.Zone, w.Start, w.Rule = loc, start, &r
		want := c.expand(w, from, to)
		found := w.Expand(from, to).Occurrences
		for i := range found {
			found[i].Nominal, found[i].Notes = 0, 0
		}
		if !slices.Equal(found, want) {
			t.Fatalf("%s around %s, %+v:\n found %v\n want  %v", loc, stamp(change), w, found, want)
		}
	}
}

// expand is Expand by the scan, without nominal readings and notes.
func (c clocks) expand(w *Window, from, to int64) []Occurrence {
	best := map[int64]int64{}
	for _, n := range between(w.Rule, w.Start, w.Start, Local(to+daySeconds)) {
		begin, ok := c.start(w, n)
		if end := c.end(w, n, begin); ok && end > max(begin, from) && begin < to {
			best[begin] = max(best[begin], end)
		}
	}
	var out []Occurrence
	for begin, end := range best {
		out = append(out, Occurrence{Span: Span{begin, end}})
	}
	slices.SortFunc(out, func(a, b Occurrence) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

func (c clocks) start(w *Window, n Local) (int64, bool) {
	shown := c.at(n)
	switch {
	case shown == nil && w.Gap == GapSkip:
		return 0, false
	case shown == nil && w.Gap == GapClip:
		return c.edge(n), true
	case shown == nil:
		return c.before(n), true
	case w.Overlap == OverlapSecond:
		return shown[len(shown)-1], true
	}
	return shown[0], true
}

func (c clocks) end(w *Window, n Local, begin int64) int64 {
	if w.Length > 0 {
		return begin + w.Length
	}
	at := n + 60
	for at.Clock() != w.End%daySeconds {
		at += 60
	}
	shown := c.at(at)
	if shown == nil {
		return c.edge(at)
	}
	for _, end := range shown {
		if end > begin {
			return end
		}
	}
	return 0
}

// TestClocksAreSteady guards the search for a change: no zone changes its clocks
// twice within it. Tables end early where a rule goes on, twice a year.
func TestClocksAreSteady(t *testing.T) {
	changes := 0
	for _, name := range ZoneNames() {
		loc, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		for at := int64(0); at < EndOfTime; {
			_, bound := time.Unix(at, 0).In(loc).ZoneBounds()
			next := bound.Unix()
			if bound.IsZero() || next <= at {
				break // no more, or past what the standard library can say
			}
			if offsetAt(next-1, loc) != offsetAt(next, loc) {
				if last > 0 && next-last <= steady {
					t.Errorf("%s changes at %s and %s", name, stamp(last), stamp(next))
				}
				last = next
				changes++
			}
			at = next
		}
	}
	if changes < 15_000 {
		t.Errorf("%d changes, wanted all in the tables", changes)
	}
}
