package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// Windows is what `patchops windows` has to say. Instants are seconds since
// 1970-01-01T00:00:00Z.
type Windows struct {
	AsOf        int64
	Tzdata      string // version of the time zone data
	From, To    int64  // what was asked for; what is listed ends after From and starts before To
	Occurrences []WindowOccurrence
	Skipped     []WindowSkip
	// Asset is the one whose openings were asked for, as client/name; "" for none.
	// Openings are its own, denies subtracted, by start.
	Asset    string
	Openings []Opening
}

// WindowOccurrence is one resolved span of a window, freeze or blackout.
type WindowOccurrence struct {
	Client, Window string
	ID             string // of the document, "MaintenanceWindow/_/nightly"
	Type           string // allow, deny, freeze or blackout
	window.Span
	Zone    *time.Location // of its document
	At      *time.Location // of the client, where it is another; what people read
	Nominal *window.Local  // as the rule says; nil for what has fixed bounds, or covers all readings
	Notes   window.Notes
}

// WindowSkip is an occurrence that a change of clocks left out.
type WindowSkip struct {
	Client, Window string
	window.Skip
}

// Opening is a maximal span in which an asset may be worked on.
type Opening struct {
	window.Span
	Zone    *time.Location
	Windows []string // those that are open in it, sorted
}

// WindowFormats lists the names that WriteWindows knows, text first.
func WindowFormats() []string { return []string{"text", "json", "ics"} }

// WriteWindows prints windows in a format, sorted by start, client and window. An
// error is an unknown format or the writer's own.
func WriteWindows(out io.Writer, format string, w Windows, o Options) error {
	w.Occurrences = sortedOccurrences(w.Occurrences)
	w.Skipped = slices.Clone(w.Skipped)
	slices.SortStableFunc(w.Skipped, func(a, b WindowSkip) int {
		return cmp.Or(cmp.Compare(a.Nominal, b.Nominal), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Window, b.Window))
	})
	switch format {
	case "text":
		return writeWindowsText(out, w, o)
	case "json":
		return writeWindowsJSON(out, w)
	case "ics":
		return writeWindowsICS(out, w)
	}
	return fmt.Errorf("format %q: want one of %v", format, WindowFormats())
}

// sortedOccurrences sorts those that start together, of which there are many, and
// mostly in order: comparing all with all would take longer.
func sortedOccurrences(list []WindowOccurrence) []WindowOccurrence {
	together := map[int64][]int{} // by start
	for i := range list {
		together[list[i].Start] = append(together[list[i].Start], i)
	}
	out := make([]WindowOccurrence, 0, len(list))
	for _, start := range slices.Sorted(maps.Keys(together)) {
		slices.SortFunc(together[start], func(i, j int) int {
			a, b := &list[i], &list[j]
			return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Window, b.Window),
				cmp.Compare(a.End, b.End), strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID), cmp.Compare(i, j))
		})
		for _, i := range together[start] {
			out = append(out, list[i])
		}
	}
	return out
}

// noteNames are the notes of an occurrence, in a fixed order.
func noteNames(n window.Notes) []string {
	out := []string{}
	for _, note := range []struct {
		bit  window.Notes
		name string
	}{
		{window.GapShifted, "DST_GAP_SHIFTED"},
		{window.GapClipped, "DST_GAP_CLIPPED"},
		{window.Overlapped, "DST_OVERLAP"},
		{window.LengthChanged, "LENGTH_CHANGED"},
		{window.Moved, "MOVED"},
	} {
		if n&note.bit != 0 {
			out = append(out, note.name)
		}
	}
	return out
}

// seconds is a local time with its seconds, as machines read it.
func seconds(l window.Local) string {
	return time.Unix(int64(l), 0).UTC().Format("2006-01-02T15:04:05")
}

type jsonOccurrence struct {
	Client     string   `json:"client"`
	Window     string   `json:"window"`
	Type       string   `json:"type"`
	Document   string   `json:"document"`
	Start      string   `json:"start"`
	End        string   `json:"end"`
	StartLocal string   `json:"startLocal"`
	EndLocal   string   `json:"endLocal"`
	Zone       string   `json:"zone"`
	Nominal    *string  `json:"nominal"`
	Notes      []string `json:"notes"`
}

type jsonSkip struct {
	Client  string `json:"client"`
	Window  string `json:"window"`
	Nominal string `json:"nominal"`
	Why     string `json:"why"`
}

type jsonOpening struct {
	Start      string   `json:"start"`
	End        string   `json:"end"`
	StartLocal string   `json:"startLocal"`
	EndLocal   string   `json:"endLocal"`
	Zone       string   `json:"zone"`
	Windows    []string `json:"windows"`
}

func writeWindowsJSON(out io.Writer, w Windows) error {
	j := newStream(out)
	j.field("tzdata", w.Tzdata)
	j.field("asOf", utc(w.AsOf))
	j.field("from", utc(w.From))
	j.field("to", utc(w.To))
	j.list("occurrences", len(w.Occurrences), 500, func() item {
		shown, one := &clocks{}, &jsonOccurrence{}
		return func(i int) any {
			one.fill(&w.Occurrences[i], shown)
			return one
		}
	})
	j.list("skipped", len(w.Skipped), 500, alone(func(i int) any {
		s := w.Skipped[i]
		return jsonSkip{legible(s.Client), legible(s.Window), seconds(s.Nominal), s.Why}
	}))
	j.field("asset", optional(w.Asset))
	if w.Asset == "" {
		j.field("openings", nil) // unless an asset was asked for
		return j.end()
	}
	j.list("openings", len(w.Openings), 500, alone(func(i int) any {
		o := w.Openings[i]
		return jsonOpening{utc(o.Start), utc(o.End), local(o.Start, o.Zone), local(o.End, o.Zone), zoneOr(o.Zone).String(), nonNil(o.Windows)}
	}))
	return j.end()
}

func (j *jsonOccurrence) fill(o *WindowOccurrence, shown *clocks) {
	*j = jsonOccurrence{
		Client: legible(o.Client), Window: legible(o.Window), Type: o.Type, Document: legible(o.ID),
		Start: shown.local(o.Start, nil), End: shown.local(o.End, nil), StartLocal: shown.local(o.Start, o.Zone), EndLocal: shown.local(o.End, o.Zone),
		Zone: zoneOr(o.Zone).String(), Notes: noteNames(o.Notes),
	}
	if o.Nominal != nil {
		nominal := shown.nominal(*o.Nominal)
		j.Nominal = &nominal
	}
}

// nonNil is a list that JSON shows as [] where it is empty.
func nonNil(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, legible(s))
	}
	return out
}

// writeWindowsText prints a table for people.
func writeWindowsText(out io.Writer, w Windows, o Options) error {
	var b bytes.Buffer
	paint := view{color: o.Color}.paint
	fmt.Fprintf(&b, "%s to %s, time zones %s\n", utc(w.From), utc(w.To), Display(w.Tzdata))
	if len(w.Occurrences) == 0 {
		fmt.Fprintln(&b, "\nno window opens, and nothing forbids work")
	}
	t := table{head: []string{"client", "window", "type", "local", "UTC", "length", "notes"}}
	shown := &clocks{}
	for _, x := range w.Occurrences {
		zone, notes := zoneOr(x.Zone), noteNames(x.Notes)
		if x.At != nil && x.At.String() != zone.String() {
			zone, notes = x.At, append(notes, "on the clocks of "+zone.String())
		}
		t.add(Display(x.Client), Display(x.Window), x.Type, shown.span(x.Start, x.End, zone), shown.span(x.Start, x.End, time.UTC),
			shown.length(x.End-x.Start), strings.Join(notes, ", "))
	}
	t.write(&b, paint)
	if len(w.Skipped) > 0 {
		fmt.Fprintln(&b, "\nleft out by a change of clocks")
		t := table{head: []string{"client", "window", "would be", "why"}}
		for _, s := range w.Skipped {
			t.add(Display(s.Client), Display(s.Window), day(time.Unix(int64(s.Nominal), 0).UTC()), s.Why)
		}
		t.write(&b, paint)
	}
	if w.Asset != "" {
		writeOpenings(&b, w, paint)
	}
	_, err := out.Write(b.Bytes())
	return err
}

func writeOpenings(b *bytes.Buffer, w Windows, paint func(sgr, s string) string) {
	if len(w.Openings) == 0 {
		fmt.Fprintf(b, "\n%s is never open\n", Display(w.Asset))
		return
	}
	fmt.Fprintf(b, "\n%s is open, with what forbids work taken away\n", Display(w.Asset))
	t := table{head: []string{"local", "UTC", "length", "windows"}}
	for _, x := range w.Openings {
		t.add(localSpan(x.Start, x.End, zoneOr(x.Zone)), localSpan(x.Start, x.End, time.UTC), length(x.End-x.Start), Display(strings.Join(x.Windows, " ")))
	}
	t.write(b, paint)
}
