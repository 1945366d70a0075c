package spec

import (
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// What window lints look at.
const (
	lookAhead = 400 * daySeconds // from the start or asOf, whichever is later
	sparse    = 8 * 7 * daySeconds
	// anyClocks stands for the zone of clients that is not known: one whose clocks
	// change.
	anyClocks = "Europe/Berlin"
)

// Surroundings are what lints of times read beside the document itself.
type Surroundings interface {
	AsOf() string // RFC 3339
	Document(kind, client, name string) *document.Value
	File(path string) ([]byte, bool)
}

// TimeLints says where the times of a document cannot be what was meant: windows
// and freezes (WindowLints), moves that move nothing (MoveLints), and calendar
// files that cannot be read (window/calendar).
func TimeLints(doc *document.Document, from Surroundings) []finding.Finding {
	client := doc.ID.Client
	zone := func() string { return from.Document("Client", client, client).Get("spec").Get("timezone").Text() }
	switch doc.ID.Kind {
	case "MaintenanceWindow", "Freeze":
		asOf, err := time.Parse(time.RFC3339, from.AsOf())
		if err != nil {
			return nil
		}
		return WindowLints(doc, zone, asOf)
	case "ClientAgreement":
		return MoveLints(doc, zone, func(name string) *document.Value {
			if own := from.Document("MaintenanceWindow", client, name); own != nil {
				return own
			}
			return from.Document("MaintenanceWindow", "_", name)
		})
	case "HolidayCalendar":
		return calendarLints(doc, from)
	}
	return nil
}

// WindowLints judges a MaintenanceWindow, or a Freeze that repeats: window/never,
// window/start-unmatched, window/exdate-unmatched and, of windows that open,
// window/sparse, window/overlap and window/dst-hole in the 400 days from its start or
// asOf. clientZone is the zone of the document's client.
func WindowLints(doc *document.Document, clientZone func() string, asOf time.Time) []finding.Finding {
	w := lintedWindow(doc, clientZone)
	if w == nil {
		return nil
	}
	l := windowLint{coherence: coherence{doc: doc}, w: w, v: doc.Root.Get("spec")}
	if _, ever := w.Next(beginning); !ever {
		l.never()
		return l.found
	}
	l.startUnmatched()
	l.exDatesUnmatched()
	if doc.ID.Kind == "MaintenanceWindow" && l.v.Get("type").Text() != "deny" && w.Rule != nil {
		from := max(asOf.Unix(), int64(w.Start))
		ahead := thin(w).Expand(from, from+lookAhead).Occurrences
		l.sparse(from, ahead)
		l.overlap(ahead)
		l.hole(ahead)
	}
	return l.found
}

// beginning is before every occurrence: an offset may lead a century before 1970.
const beginning = -int64(window.MaxDuration/time.Second) - lookAhead

// lintedWindow is the window of a document, whatever the holidays; nil where the document
// has none or it cannot be read.
func lintedWindow(doc *document.Document, clientZone func() string) *window.Window {
	zone := ""
	if name := doc.Root.Get("spec").Get("timezone").Text(); name == "" || name == "client" {
		if zone = clientZone(); zone == "" {
			zone = anyClocks
		}
	}
	if doc.ID.Kind == "Freeze" {
		_, w := ReadFreeze(&doc.Root, zone)
		return w
	}
	w := ReadWindow(&doc.Root, zone)
	if w != nil {
		w.OnHoliday = window.HolidayKeep
	}
	return w
}

// thin is a window that recurs at most once an hour, for lints: one that recurs
// every minute has half a million occurrences ahead, and they all say the same.
func thin(w *window.Window) *window.Window {
	times := max(1, len(w.Rule.ByHour)) * max(1, len(w.Rule.ByMinute)) * max(1, len(w.Rule.BySecond))
	if times <= 24 || w.Rule.BySetPos != nil {
		return w
	}
	less, rule := *w, *w.Rule
	rule.ByMinute, rule.BySecond = rule.ByMinute[:min(1, len(rule.ByMinute))], rule.BySecond[:min(1, len(rule.BySecond))]
	less.Rule = &rule
	return &less
}

type windowLint struct {
	coherence

	w *window.Window
	v *document.Value
}

func specPath(key string) document.Path {
	return document.Path{{Key: "spec"}, {Key: key}}
}

func (l *windowLint) never() {
	field, what := "start", fmt.Sprintf("start %s", l.v.Get("start").Text())
	if l.w.Rule != nil {
		field, what = "recurrence", fmt.Sprintf("rule %s from %s", l.v.Get("recurrence").Text(), l.v.Get("start").Text())
	}
	message, hint := what+" never occurs before 2100", "mend the rule, or its start"
	if len(l.w.ExDates) > 0 {
		hint = "mend the rule, its start or the exdates"
	}
	l.report("window/never", finding.Error, specPath(field), message, hint)
}

func (l *windowLint) startUnmatched() {
	if l.w.Rule == nil {
		return
	}
	first, ok := l.w.FirstOfRule()
	if !ok || first == l.w.Start {
		return
	}
	l.report("window/start-unmatched", finding.Warning, specPath("start"),
		fmt.Sprintf("start %s does not match the rule %s: it is no occurrence, the first is %s", l.w.Start, l.v.Get("recurrence").Text(), first),
		fmt.Sprintf("write %s", first))
}

func (l *windowLint) exDatesUnmatched() {
	list := l.v.Get("exdates").Elements()
	drops, starts, hints := l.w.Drops(), l.w.Starts(), 0
	for i := range list {
		x, ok := exDate(list[i].Text())
		if !ok || drops(x) {
			continue
		}
		l.report("window/exdate-unmatched", finding.Warning, specPath("exdates").With(document.Segment{Index: i}),
			fmt.Sprintf("%s drops nothing: no occurrence starts then", list[i].Text()), nearHint(starts, x, hints))
		hints++
	}
}

// mostHints is for how many exdates a start is looked for: each look may take a
// while.
const mostHints = 100

// nearHint names the start that was probably meant: the next on that day or later.
func nearHint(starts window.Starts, x window.ExDate, before int) string {
	if before >= mostHints {
		return "write the local start of an occurrence, or remove it"
	}
	if near, ok := starts.From(x.At.Date().At(0)); ok {
		return fmt.Sprintf("write the local start of an occurrence, such as %s, or remove it", near)
	}
	return "remove it: no occurrence follows"
}

// sparse reports the longest time without an occurrence, if it is over eight
// weeks. What comes after the last occurrence of all does not count.
func (l *windowLint) sparse(from int64, ahead []window.Occurrence) {
	end, longest, count := from, window.Span{}, 0
	note := func(until int64) {
		if until-end > sparse {
			count++
			if gap := (window.Span{Start: end, End: until}); gap.End-gap.Start > longest.End-longest.Start {
				longest = gap
			}
		}
	}
	for _, o := range ahead {
		note(o.Start)
		end = max(end, o.End)
	}
	if next, ok := l.w.Next(max(end, from+lookAhead)); ok {
		note(next.Start)
	}
	if count == 0 {
		return
	}
	message := fmt.Sprintf("no occurrence for %d weeks, from %s to %s", (longest.End-longest.Start)/(7*daySeconds), l.day(longest.Start), l.day(longest.End))
	if count > 1 {
		message += fmt.Sprintf("; %d times over 8 weeks within 400 days", count)
	}
	l.report("window/sparse", finding.Warning, specPath("recurrence"), message, "let it recur at least every 8 weeks, or agree on another window beside it")
}

func (l *windowLint) day(t int64) window.Date { return window.LocalAt(t, l.w.Zone).Date() }

// overlap reports an occurrence that is still open, by the clock on the wall,
// when the next one starts.
func (l *windowLint) overlap(ahead []window.Occurrence) {
	for i := 1; i < len(ahead); i++ {
		a, b := ahead[i-1], ahead[i]
		if l.w.NominalEnd(a.Nominal) > b.Nominal && a.End > b.Start {
			l.report("window/overlap", finding.Warning, specPath(l.lengthField()),
				fmt.Sprintf("the occurrence of %s is still open when that of %s starts", a.Nominal, b.Nominal),
				"let it end sooner, or recur less often: capacity and cost are of each occurrence")
			return
		}
	}
}

// hole reports occurrences that touch by the clock on the wall and leave a hole
// where clocks are set back.
func (l *windowLint) hole(ahead []window.Occurrence) {
	for i := 1; i < len(ahead); i++ {
		a, b := ahead[i-1], ahead[i]
		if l.w.NominalEnd(a.Nominal) != b.Nominal || a.End >= b.Start {
			continue
		}
		hint := "let it last longer by an hour, or name its end by the clock"
		if b.Nominal-a.Nominal == daySeconds {
			end := a.Nominal.Clock()
			if end == 0 {
				end = daySeconds
			}
			hint = fmt.Sprintf("write end: %q in place of duration", end)
		}
		l.report("window/dst-hole", finding.Warning, specPath(l.lengthField()),
			fmt.Sprintf("it is closed from %s to %s: a duration is elapsed time, and the clocks of %s are set back", utc(a.End), utc(b.Start), l.w.Zone), hint)
		return
	}
}

func utc(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

func (l *windowLint) lengthField() string {
	if l.v.Get("end") != nil {
		return "end"
	}
	return "duration"
}

// MoveLints says which moves of a ClientAgreement move no occurrence of their
// window (window/move-unmatched). find gives the root of a window by name, nil
// when there is none.
func MoveLints(doc *document.Document, clientZone func() string, find func(name string) *document.Value) []finding.Finding {
	c := coherence{doc: doc}
	terms := doc.Root.Get("spec")
	moves := terms.Get("moves").Elements()
	known, hints := map[string]*window.Starts{}, 0
	for i := range moves {
		name := moves[i].Get("windowRef").Text()
		starts, read := known[name]
		if !read {
			if w := ReadWindow(find(name), clientZone()); w != nil {
				all := w.Starts()
				starts = &all
			}
			known[name] = starts
		}
		from, err := window.ParseLocal(moves[i].Get("from").Text())
		if starts == nil || err != nil || starts.Has(from) {
			continue
		}
		hint := "write the local start of an occurrence"
		if hints++; hints <= mostHints {
			if near, ok := starts.From(from.Date().At(0)); ok {
				hint += fmt.Sprintf(", such as %s", near)
			}
		}
		c.report("window/move-unmatched", finding.Warning, specPath("moves").With(document.Segment{Index: i}).With(document.Segment{Key: "from"}),
			fmt.Sprintf("no occurrence of window %s starts at %s: its new start comes on top", name, from), hint)
	}
	return c.found
}

func calendarLints(doc *document.Document, from Surroundings) []finding.Finding {
	path := doc.Root.Get("spec").Get("ics")
	if path == nil {
		return nil
	}
	src, ok := from.File(path.Text())
	if !ok {
		return nil // reference/missing-file
	}
	c := coherence{doc: doc}
	if days, err := ParseICalendar(src); err != nil {
		c.report("window/calendar", finding.Error, specPath("ics"), fmt.Sprintf("%s: %v", path.Text(), err), "mend the file, or write the days")
	} else if len(days) == 0 {
		c.report("window/calendar", finding.Error, specPath("ics"), fmt.Sprintf("%s has no whole-day event", path.Text()), "name a file of holidays, or write the days")
	}
	return c.found
}
