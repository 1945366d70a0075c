package window

import "slices"

// resolver answers one question about a window: which local starts it has, and at
// which instants they are. It is for one goroutine.
type resolver struct {
	zoned

	w    *Window
	hull bool // every reading counts
	// drops and dropDays are what ExDates and moves take away, to is where moves
	// lead.
	drops, to map[Local]bool
	dropDays  map[Date]bool
	extras    []Local // see extra
}

func newResolver(w *Window) *resolver {
	r := &resolver{zoned: zoned{loc: w.Zone}, w: w}
	if len(w.ExDates)+len(w.Moves) > 0 {
		r.drops, r.to, r.dropDays = map[Local]bool{}, map[Local]bool{}, map[Date]bool{}
	}
	for _, x := range w.ExDates {
		if x.WholeDay {
			r.dropDays[x.At.Date()] = true
		} else {
			r.drops[x.At] = true
		}
	}
	for _, m := range w.Moves {
		if m.From != m.To {
			r.drops[m.From], r.to[m.To] = true, true
		}
	}
	return r
}

// each visits the local starts from a reading, inclusive, to another, exclusive, in
// order and each once, until visit returns false: those of the rule, shifted by the
// offset, with RDates and moves added, without ExDates, as OnHoliday wants. None is
// in 2100 or later.
func (r *resolver) each(low, high Local, visit func(Local) bool) {
	if r.w.OnHoliday == HolidayOnly {
		low, high = onHolidays(r.w.Holidays, low, high)
	}
	high = min(high, endOfTime)
	extra := r.extra(low)
	offer := func(n Local) bool {
		return n < high && (r.dropped(n) || visit(n))
	}
	before := func(n Local) bool { // offers the extra starts before a reading, and drops one at it
		for len(extra) > 0 && extra[0] <= n {
			first := extra[0]
			if extra = extra[1:]; first < n && !offer(first) {
				return false
			}
		}
		return true
	}
	more := true
	r.ruled(low, high, func(n Local) bool {
		more = before(n) && offer(n)
		return more
	})
	if more {
		before(endOfTime)
	}
}

// onHolidays is what of the time between two readings lies between the first holiday and
// the end of the last.
func onHolidays(holidays []Date, low, high Local) (first, last Local) {
	if len(holidays) == 0 {
		return low, low
	}
	return max(low, holidays[0].At(0)), min(high, (holidays[len(holidays)-1] + 1).At(0))
}

// ruled visits the starts of the rule after the offset, or the only start.
func (r *resolver) ruled(low, high Local, visit func(Local) bool) {
	w := r.w
	if w.Rule == nil {
		if w.Start >= low {
			visit(w.Start)
		}
		return
	}
	newRecurrence(w.Rule, w.Start).from(low-Local(w.Offset), high-Local(w.Offset), func(l Local) bool {
		if w.Rule.Until.Form == UntilUTC && r.plainStart(l) > int64(w.Rule.Until.At) {
			return true // not the last: instants run backwards where clocks are set back
		}
		return visit(l + Local(w.Offset))
	})
}

// extra are the starts that no rule gives, from a reading on, sorted, each once.
func (r *resolver) extra(low Local) []Local {
	if r.extras == nil && len(r.w.RDates)+len(r.w.Moves) > 0 {
		all := slices.Clone(r.w.RDates)
		for _, m := range r.w.Moves {
			if m.From != m.To {
				all = append(all, m.To)
			}
		}
		slices.Sort(all)
		r.extras = slices.Compact(all)
	}
	i, _ := slices.BinarySearch(r.extras, low)
	return r.extras[i:]
}

func (r *resolver) dropped(n Local) bool {
	if r.drops[n] || r.dropDays[n.Date()] {
		return true
	}
	if r.w.OnHoliday == HolidayKeep {
		return false
	}
	_, holiday := slices.BinarySearch(r.w.Holidays, n.Date())
	return holiday != (r.w.OnHoliday == HolidayOnly)
}
