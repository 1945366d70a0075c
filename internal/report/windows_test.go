package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/window"
)

func local26(t testing.TB, text string) window.Local {
	t.Helper()
	l, err := window.ParseLocal(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sampleWindows is case WR1 with its relatives, expanded by the real oracle.
func sampleWindows(t testing.TB) Windows {
	t.Helper()
	newYork := zoneNamed(t, "America/New_York")
	rule, err := window.ParseRule("FREQ=WEEKLY;BYDAY=SU")
	if err != nil {
		t.Fatal(err)
	}
	w := Windows{AsOf: fixtureAsOf, Tzdata: "2025c", From: fixtureAsOf, To: fixtureAsOf + 14*oneDay, Asset: "hudson/web-01"}
	for name, gap := range map[string]window.Gap{"shifted": window.GapShift, "clipped": window.GapClip, "skipped": window.GapSkip} {
		def := window.Window{Zone: newYork, Start: local26(t, "2026-01-04T02:30"), Rule: &rule, Length: 2 * hour, Gap: gap}
		x := def.Expand(w.From, w.To)
		for _, o := range x.Occurrences {
			w.Occurrences = append(w.Occurrences, WindowOccurrence{
				Client: "hudson", Window: name, ID: "MaintenanceWindow/hudson/" + name, Type: "allow", Span: o.Span, Zone: newYork, Nominal: &o.Nominal, Notes: o.Notes,
			})
		}
		for _, s := range x.Skipped {
			w.Skipped = append(w.Skipped, WindowSkip{"hudson", name, s})
		}
	}
	w.Occurrences = append(w.Occurrences, WindowOccurrence{
		Client: "hudson", Window: "quarter-end; \"final\", ünïcode", ID: "Freeze/_/quarter-end", Type: "freeze",
		Span: window.Span{Start: fixtureAsOf + 9*oneDay, End: fixtureAsOf + 12*oneDay}, Zone: newYork,
	})
	for i := range w.Occurrences {
		if w.Occurrences[i].Window == "clipped" {
			w.Occurrences[i].At = zoneNamed(t, "Europe/Berlin")
		}
	}
	w.Openings = []Opening{{Span: window.Span{Start: fixtureAsOf + 2*oneDay, End: fixtureAsOf + 2*oneDay + hour}, Zone: newYork, Windows: []string{"clipped", "shifted"}}}
	return w
}

func writtenWindows(t testing.TB, format string, w Windows) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteWindows(&b, format, w, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWindowsGolden(t *testing.T) {
	for _, format := range WindowFormats() {
		golden(t, "windows-"+format, writtenWindows(t, format, sampleWindows(t)))
	}
	empty := Windows{AsOf: fixtureAsOf, Tzdata: "2025c", From: fixtureAsOf, To: fixtureAsOf + oneDay}
	for _, format := range WindowFormats() {
		golden(t, "windows-none-"+format, writtenWindows(t, format, empty))
	}
}

func TestOpenAtGolden(t *testing.T) {
	berlin := zoneNamed(t, "Europe/Berlin")
	open := OpenAt{
		What: "acme/web-01", At: fixtureAsOf, Zone: berlin, ClosesAt: fixtureAsOf + hour,
		By: []OpenBy{{"MaintenanceWindow", "nightly", window.Span{Start: fixtureAsOf - hour, End: fixtureAsOf + hour}}},
	}
	closed := OpenAt{What: "acme", At: fixtureAsOf, Zone: berlin, Code: "NO_WINDOW", NextOpen: fixtureAsOf + oneDay}
	never := OpenAt{What: "acme", At: fixtureAsOf, Code: "AGREEMENT_NOT_IN_FORCE"}
	for name, answer := range map[string]OpenAt{"open": open, "closed": closed, "never": never} {
		for _, format := range []string{"text", "json"} {
			var b bytes.Buffer
			if err := WriteOpenAt(&b, format, answer); err != nil {
				t.Fatal(err)
			}
			golden(t, "openat-"+name+"-"+format, b.Bytes())
		}
	}
}

// TestW18WindowsNeverReadTheMachinesZone is case W18: the same bytes whatever TZ is.
func TestW18WindowsNeverReadTheMachinesZone(t *testing.T) {
	before := time.Local
	t.Cleanup(func() { time.Local = before })
	for _, format := range WindowFormats() {
		var first []byte
		for _, name := range []string{"UTC", "Asia/Tokyo", "America/St_Johns"} {
			time.Local = zoneNamed(t, name)
			got := writtenWindows(t, format, sampleWindows(t))
			if first == nil {
				first = got
			}
			if !bytes.Equal(got, first) {
				t.Errorf("%s differs where the machine's zone is %s", format, name)
			}
		}
	}
	for _, format := range PlanFormats() {
		time.Local = zoneNamed(t, "Asia/Tokyo")
		tokyo := planned(t, format, smallPlan(t), Options{})
		time.Local = time.UTC
		if !bytes.Equal(tokyo, planned(t, format, smallPlan(t), Options{})) {
			t.Errorf("plan %s differs where the machine's zone is Asia/Tokyo", format)
		}
	}
}

func TestWriteWindowsRefusesUnknownFormat(t *testing.T) {
	err := WriteWindows(&bytes.Buffer{}, "html", Windows{}, Options{})
	if err == nil || !strings.Contains(err.Error(), `format "html"`) {
		t.Errorf("got %v", err)
	}
}
