package window

import (
	"slices"
	"testing"
)

func reason(code, by string, spans ...Span) Reason { return Reason{code, by, NewSpans(spans)} }

// W1, W2: denies beat allows, only what is active counts, and bounds are half
// open.
func TestW1W2OpenAt(t *testing.T) {
	allow := func(spans ...Span) [][]Reason { return [][]Reason{{reason("NO_WINDOW", "night", spans...)}} }
	two := [][]Reason{{reason("NO_WINDOW", "night", Span{0, 10}), reason("NO_WINDOW", "sunday", Span{10, 20}, Span{30, 40})}}
	freeze := []Reason{reason("FREEZE", "q1", Span{5, 15})}
	for _, c := range []struct {
		id     string
		t      int64
		opens  [][]Reason
		denies []Reason
		want   State
	}{
		{"one of two allows", 12, two, nil, State{Open: true, By: []string{"sunday"}, ClosesAt: 20}},
		{"allow and deny", 7, two, freeze, State{Code: "FREEZE", By: []string{"q1"}, NextOpen: 15}},
		{
			"two denies", 7, two, append(slices.Clone(freeze), reason("BLACKOUT", "2026", Span{6, 8})),
			State{Code: "FREEZE", By: []string{"q1", "2026"}, NextOpen: 15},
		},
		{"only an inactive deny", 2, nil, freeze, State{}},
		{"only an inactive allow", 2, allow(Span{5, 9}), nil, State{Code: "NO_WINDOW", NextOpen: 5}},
		{"deny without allow", 12, allow(Span{20, 30}), freeze, State{Code: "NO_WINDOW", NextOpen: 20}},
		{"at the start", 5, allow(Span{5, 9}), nil, State{Open: true, By: []string{"night"}, ClosesAt: 9}},
		{"before the start", 4, allow(Span{5, 9}), nil, State{Code: "NO_WINDOW", NextOpen: 5}},
		{"before the end", 8, allow(Span{5, 9}), nil, State{Open: true, By: []string{"night"}, ClosesAt: 9}},
		{"at the end", 9, allow(Span{5, 9}), nil, State{Code: "NO_WINDOW"}},
		{"adjacent windows", 10, two, nil, State{Open: true, By: []string{"sunday"}, ClosesAt: 20}},
		{"adjacent windows close late", 3, two, nil, State{Open: true, By: []string{"night"}, ClosesAt: 20}},
		{"until the deny", 3, two, freeze, State{Open: true, By: []string{"night"}, ClosesAt: 5}},
		{
			"the agreement too", 12, append(slices.Clone(two), []Reason{reason("AGREEMENT_NOT_IN_FORCE", "2026", Span{32, 50})}), nil,
			State{Code: "AGREEMENT_NOT_IN_FORCE", NextOpen: 32},
		},
	} {
		found := OpenAt(c.t, c.opens, c.denies)
		if found.Open != c.want.Open || found.Code != c.want.Code || found.ClosesAt != c.want.ClosesAt ||
			found.NextOpen != c.want.NextOpen || !slices.Equal(found.By, c.want.By) {
			t.Errorf("%s: found %+v, want %+v", c.id, found, c.want)
		}
	}
}

// openAt reports whether a window is open at an instant.
func openAt(w *Window, at int64) bool { return len(w.Expand(at, at+1).Occurrences) > 0 }

// WR11, W2: an occurrence belongs to the day of its start, and its bounds are half
// open.
func TestWR11DayOfTheStart(t *testing.T) {
	w := newWindow(t, "UTC", "2026-01-03T23:00", "FREQ=WEEKLY;BYDAY=SA", "PT3H")
	for at, want := range map[string]bool{
		"2026-09-06T00:30:00Z": true,
		"2026-09-05T00:30:00Z": false,
		"2026-09-05T22:59:59Z": false,
		"2026-09-05T23:00:00Z": true,
		"2026-09-06T01:59:59Z": true,
		"2026-09-06T02:00:00Z": false,
	} {
		if found := openAt(w, mustInstant(t, at)); found != want {
			t.Errorf("open at %s: %v, want %v", at, found, want)
		}
	}
}

// WR43: a day is not 24 hours.
func TestWR43HoleOfDays(t *testing.T) {
	from, to := mustInstant(t, "2026-10-20"), mustInstant(t, "2026-10-30")
	elapsed := newWindow(t, "Europe/Berlin", "2026-01-01T00:00", "FREQ=DAILY", "PT24H")
	hole := NewSpans([]Span{{from, to}}).Minus(spansOf(elapsed.Expand(from, to)))
	want := Spans{{mustInstant(t, "2026-10-25T22:00:00Z"), mustInstant(t, "2026-10-25T23:00:00Z")}}
	if !slices.Equal(hole, want) {
		t.Errorf("found %v, want %v", hole, want)
	}
	whole := newWindow(t, "Europe/Berlin", "2026-01-01T00:00", "FREQ=DAILY", "24:00")
	if found := spansOf(whole.Expand(from, to)).Clip(from, to); !slices.Equal(found, Spans{{from, to}}) {
		t.Errorf("end 24:00 leaves holes: %v", found)
	}
}

func spansOf(e Expansion) Spans {
	var list []Span
	for _, o := range e.Occurrences {
		list = append(list, o.Span)
	}
	return NewSpans(list)
}
