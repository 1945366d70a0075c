package spec

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// ReadWindow reads a MaintenanceWindow from its root. It has no moves and no
// holidays: those are of the client (ReadMoves, ReadCalendar). clientZone is where
// a window of timezone "client" is read. The result is nil where nothing can be
// read: such a document has findings of its own.
func ReadWindow(root *document.Value, clientZone string) *window.Window {
	v := root.Get("spec")
	w := recurring(v, zoneName(v, clientZone))
	if w == nil {
		return nil
	}
	w.Offset, _ = window.Seconds(v.Get("offset").Text())
	for _, text := range texts(v.Get("rdates")) {
		if l, err := window.ParseLocal(text); err == nil {
			w.RDates = append(w.RDates, l)
		}
	}
	for _, text := range texts(v.Get("exdates")) {
		if x, ok := exDate(text); ok {
			w.ExDates = append(w.ExDates, x)
		}
	}
	switch v.Get("gap").Text() {
	case "clip":
		w.Gap = window.GapClip
	case "skip":
		w.Gap = window.GapSkip
	}
	if v.Get("overlap").Text() == "second" {
		w.Overlap = window.OverlapSecond
	}
	switch v.Get("onHoliday").Text() {
	case "skip":
		w.OnHoliday = window.HolidaySkip
	case "only":
		w.OnHoliday = window.HolidayOnly
	}
	return w
}

// zoneName is the zone that a document names, else the client's; "client" names
// the latter too.
func zoneName(v *document.Value, clientZone string) string {
	if name := v.Get("timezone").Text(); name != "" && name != "client" {
		return name
	}
	return clientZone
}

// recurring reads start, recurrence and duration or end; nil where they cannot be
// read.
func recurring(v *document.Value, zone string) *window.Window {
	loc, err := window.Zone(zone)
	if err != nil {
		return nil
	}
	w := &window.Window{Zone: loc}
	if w.Start, err = window.ParseLocal(v.Get("start").Text()); err != nil {
		return nil
	}
	if text := v.Get("recurrence"); text != nil {
		rule, err := window.ParseRule(text.Text())
		if err != nil {
			return nil
		}
		w.Rule = &rule
	}
	if end := v.Get("end"); end != nil {
		w.End, err = window.ParseClock(end.Text())
	} else {
		var length time.Duration
		length, err = window.ParseDuration(v.Get("duration").Text())
		w.Length = int64(length / time.Second)
	}
	if err != nil {
		return nil
	}
	return w
}

func exDate(text string) (window.ExDate, bool) {
	if date, err := window.ParseDate(text); err == nil {
		return window.ExDate{At: date.At(0), WholeDay: true}, true
	}
	l, err := window.ParseLocal(text)
	return window.ExDate{At: l}, err == nil
}

// AgreedMove is one occurrence that an agreement moves.
type AgreedMove struct {
	window.Move

	Index        int  // of the agreement's moves, from 0
	WaivesNotice bool // the occurrence needs no new notice
}

// ReadMoves are the moves of one window in an agreement's spec, in their order.
func ReadMoves(terms *document.Value, windowName string) []AgreedMove {
	var out []AgreedMove
	moves := terms.Get("moves").Elements()
	for i := range moves {
		m := &moves[i]
		if m.Get("windowRef").Text() != windowName {
			continue
		}
		from, err := window.ParseLocal(m.Get("from").Text())
		to, failed := window.ParseLocal(m.Get("to").Text())
		if err == nil && failed == nil {
			waives := m.Get("waivesNotice")
			out = append(out, AgreedMove{window.Move{From: from, To: to}, i, waives != nil && waives.Bool})
		}
	}
	return out
}

// ReadFreeze reads when a Freeze, from its root, holds: a fixed span, or a window
// of which Hull is asked. A span ends before it starts, and the window is nil,
// where nothing can be read or from is not before until.
func ReadFreeze(root *document.Value, clientZone string) (fixed window.Span, repeats *window.Window) {
	v := root.Get("spec")
	zone := zoneName(v, clientZone)
	if v.Get("recurrence") != nil {
		return window.Span{}, recurring(v, zone)
	}
	fixed, _ = ReadSpan(v, zone, "from", "until")
	return fixed, nil
}

// ReadSpan reads two fields that bound a span: from, inclusive, and until,
// exclusive; a bare date is the start of its day in the former and its end in the
// latter. Without until it lasts to 2100-01-01.
func ReadSpan(v *document.Value, zone, from, until string) (window.Span, bool) {
	begin, err := window.Instant(v.Get(from).Text(), zone, string(window.From))
	if err != nil {
		return window.Span{}, false
	}
	if v.Get(until) == nil {
		return window.Span{Start: begin.Unix(), End: window.EndOfTime}, true
	}
	end, err := window.Instant(v.Get(until).Text(), zone, string(window.Until))
	if err != nil {
		return window.Span{}, false
	}
	return window.Span{Start: ceilSecond(begin), End: ceilSecond(end)}, true
}

// ceilSecond is the first whole second at an instant or after it: whole minutes
// are before a bound if and only if they are before that.
func ceilSecond(t time.Time) int64 {
	s := t.Unix()
	if t.Nanosecond() > 0 {
		s++
	}
	return s
}

// ReadWeek reads a list of hours ([{days, from, to}]; nil for none) in a zone.
// Holidays are sorted days without hours.
func ReadWeek(hours *document.Value, zone string, holidays []window.Date) *window.Week {
	loc, err := window.Zone(zone)
	if err != nil {
		loc = time.UTC
	}
	return &window.Week{Zone: loc, Hours: ReadHours(hours), Closed: holidays}
}

// ReadHours reads a list of hours, without what cannot be read.
func ReadHours(list *document.Value) []window.Hours {
	var out []window.Hours
	items := list.Elements()
	for i := range items {
		var h window.Hours
		for _, name := range texts(items[i].Get("days")) {
			if day, ok := window.ParseWeekday(name); ok {
				h.Days[day] = true
			}
		}
		var err, failed error
		h.From, err = window.ParseClock(items[i].Get("from").Text())
		h.To, failed = window.ParseClock(items[i].Get("to").Text())
		if err == nil && failed == nil {
			out = append(out, h)
		}
	}
	return out
}
