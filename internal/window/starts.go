package window

// StartFrom is the first local start of the window at a reading or later, before
// any zone.
func (w *Window) StartFrom(low Local) (start Local, ok bool) {
	newResolver(w).each(low, endOfTime, func(n Local) bool {
		start, ok = n, true
		return false
	})
	return start, ok
}

// FirstOfRule is the first occurrence of the window's rule, before its offset. The
// window has a rule.
func (w *Window) FirstOfRule() (first Local, ok bool) {
	newRecurrence(w.Rule, w.Start).from(w.Start, func(l Local) bool {
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
		return func(x ExDate) bool {
			start, ok := whole.StartFrom(x.At)
			return ok && (start == x.At || x.WholeDay && start.Date() == x.At.Date())
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
