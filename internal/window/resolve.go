package window

// Why an occurrence is left out.
const (
	gapSkipped = "DST_GAP_SKIPPED" // the clock skips its start, and Gap says skip
	dstEmpty   = "DST_EMPTY"       // it would end at its start or before
)

// resolve is the occurrence of a local start or, with where it would start, why
// there is none.
func (r *resolver) resolve(n Local) (Occurrence, string) {
	o := Occurrence{Nominal: n}
	why := ""
	if o.Start, o.Notes, why = r.start(n); why != "" {
		return o, why
	}
	if r.to[n] {
		o.Notes |= Moved
	}
	if r.w.Length > 0 {
		o.End = o.Start + r.w.Length
		return o, ""
	}
	closes := closing(n, r.w.End)
	if o.End = r.end(closes, o.Start); o.End <= o.Start {
		return o, dstEmpty
	}
	if o.End-o.Start != int64(closes-n) {
		o.Notes |= LengthChanged
	}
	return o, ""
}

// start is the instant of a local start, as Gap and Overlap want.
func (r *resolver) start(n Local) (at int64, notes Notes, why string) {
	if t, ok := r.plain(n); ok {
		return t, 0, ""
	}
	readings := n.Readings(r.loc)
	switch {
	case len(readings) == 0:
		return r.inGap(n)
	case len(readings) == 1:
		return readings[0].Unix(), 0, ""
	case r.w.Overlap == OverlapSecond:
		return readings[len(readings)-1].Unix(), Overlapped, ""
	}
	return readings[0].Unix(), Overlapped, ""
}

func (r *resolver) inGap(n Local) (at int64, notes Notes, why string) {
	edge := n.gapEnd(r.loc).Unix()
	switch r.w.Gap {
	case GapSkip:
		return edge, 0, gapSkipped
	case GapClip:
		return edge, GapClipped, ""
	}
	return int64(n) - int64(offsetAt(edge-1, r.loc)), GapShifted, ""
}

// plainStart is the instant of a start that an UNTIL with Z is compared with.
func (r *resolver) plainStart(l Local) int64 {
	if r.hull {
		return r.earliest(l)
	}
	t, _, why := r.start(l)
	if why != "" { // it has no reading, but the offset may lead to one
		t = int64(l) - int64(offsetAt(t-1, r.loc))
	}
	return t
}

// closing is the next reading of a time of day after a local start; 24:00 is the
// end of its day.
func closing(start Local, end Clock) Local {
	closes := start.Date().At(end)
	if closes <= start {
		closes += daySeconds
	}
	return closes
}

// end is the instant of a local end: a gap's edge, and in an overlap the first
// reading later than the start, if there is one.
func (r *resolver) end(closes Local, start int64) int64 {
	if t, ok := r.plain(closes); ok {
		return t
	}
	readings := closes.Readings(r.loc)
	if len(readings) == 0 {
		return closes.gapEnd(r.loc).Unix()
	}
	for _, t := range readings {
		if t.Unix() > start {
			return t.Unix()
		}
	}
	return readings[len(readings)-1].Unix()
}

// covered is the span of a local start under every reading of its start and end;
// it is empty where none leaves anything.
func (r *resolver) covered(n Local) Span {
	first := r.earliest(n)
	if r.w.Length == 0 {
		return Span{first, r.latest(closing(n, r.w.End))}
	}
	last := r.latest(n)
	if _, ok := r.plain(n); !ok && len(n.Readings(r.loc)) == 0 {
		last = int64(n) - int64(offsetAt(first-1, r.loc)) // as GapShift reads it
	}
	return Span{first, last + r.w.Length}
}
