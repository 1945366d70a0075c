package window

// Starts answers many questions about the local starts of one window, which it
// reads once. It is for one goroutine.
type Starts struct{ r *resolver }

// Starts reads the window, which must not change any more.
func (w *Window) Starts() Starts { return Starts{newResolver(w)} }

// From is the first local start at a reading or later, before any zone.
func (s Starts) From(low Local) (Local, bool) { return s.within(low, endOfTime) }

// Has reports whether a reading is a local start.
func (s Starts) Has(n Local) bool {
	_, ok := s.within(n, n+1)
	return ok
}

// At is the instant of a local start; it is no start where it is dropped, or left
// out where clocks change.
func (s Starts) At(n Local) (int64, bool) {
	if !s.Has(n) {
		return 0, false
	}
	o, why := s.r.resolve(n)
	return o.Start, why == ""
}

// within is the first local start from a reading, inclusive, to another, exclusive.
func (s Starts) within(low, high Local) (start Local, ok bool) {
	s.r.each(low, high, func(n Local) bool {
		start, ok = n, true
		return false
	})
	return start, ok
}

// FirstOfRule is the first occurrence of the window's rule, before its offset. The
// window has a rule.
func (w *Window) FirstOfRule() (first Local, ok bool) {
	newRecurrence(w.Rule, w.Start).from(w.Start, endOfTime, func(l Local) bool {
		first, ok = l, true
		return false
	})
	return first, ok
}

// Drops returns what reports whether an ExDate drops anything: whether there would
// be a start at its time or on its day if the window had no ExDates.
//
// Where a start is not found without counting all before it, they are counted
// once for all ExDates of the window.
func (w *Window) Drops() func(ExDate) bool {
	whole := *w
	whole.ExDates, whole.OnHoliday = nil, HolidayKeep
	if w.Rule == nil || w.Rule.Count == 0 || len(w.ExDates) < 2 {
		starts := whole.Starts()
		return func(x ExDate) bool {
			high := x.At + 1
			if x.WholeDay {
				high = (x.At.Date() + 1).At(0)
			}
			_, ok := starts.within(x.At, high)
			return ok
		}
	}
	hit := map[ExDate]bool{}
	for _, x := range w.ExDates {
		hit[x] = false
	}
	newResolver(&whole).each(-endOfTime, endOfTime, func(n Local) bool {
		for _, x := range []ExDate{{At: n}, {At: n.Date().At(0), WholeDay: true}} {
			if _, asked := hit[x]; asked {
				hit[x] = true
			}
		}
		return true
	})
	return func(x ExDate) bool { return hit[x] }
}

// NominalEnd is when an occurrence would end on the clock on the wall if no
// offset changed.
func (w *Window) NominalEnd(start Local) Local {
	if w.Length > 0 {
		return start + Local(w.Length)
	}
	return closing(start, w.End)
}
