package window

// Reason is something that opens or closes while its spans last. Code says in one
// word why it matters where it decides ("NO_WINDOW", "FREEZE"), By which
// document it is.
type Reason struct {
	Code, By string
	Spans    Spans
}

// State is whether something is open at an instant, by what, and until when.
type State struct {
	Open bool
	// By are the reasons: while open, those of the first list of openings that
	// hold; while closed by denies, those that hold; else none.
	By []string
	// Code is why it is closed: of the first list of openings of which none
	// holds, else of the first deny; "" while open.
	Code string
	// ClosesAt is when it closes, while open; NextOpen when it opens next, while
	// closed. 0: not in the time that the spans are about.
	ClosesAt, NextOpen int64
}

// Openings are the maximal spans in which one reason of every list of opens holds
// and none of denies does. Without any list nothing is open.
func Openings(opens [][]Reason, denies []Reason) Spans {
	if len(opens) == 0 {
		return nil
	}
	all := union(opens[0])
	for _, list := range opens[1:] {
		all = all.Intersect(union(list))
	}
	return all.Minus(union(denies))
}

func union(list []Reason) Spans {
	var all []Span
	for _, r := range list {
		all = append(all, r.Spans...)
	}
	return NewSpans(all)
}

// OpenAt says whether it is open at an instant: one reason of every list of opens
// holds, and none of denies.
func OpenAt(t int64, opens [][]Reason, denies []Reason) State {
	openings := Openings(opens, denies)
	if now, open := openings.At(t); open {
		return State{Open: true, By: holding(t, opens[0]), ClosesAt: now.End}
	}
	var s State
	if next, ok := openings.Next(t); ok {
		s.NextOpen = next.Start
	}
	for _, list := range opens {
		if holding(t, list) == nil {
			if len(list) > 0 {
				s.Code = list[0].Code
			}
			return s
		}
	}
	s.By = holding(t, denies)
	for _, r := range denies {
		if s.Code == "" && r.Spans.Contains(t) {
			s.Code = r.Code
		}
	}
	return s
}

func holding(t int64, list []Reason) []string {
	var out []string
	for _, r := range list {
		if r.Spans.Contains(t) {
			out = append(out, r.By)
		}
	}
	return out
}
