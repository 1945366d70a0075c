package spec

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// maintenance is the document of a window with a spec in flow form.
func maintenance(t testing.TB, kind, spec string) *document.Document {
	t.Helper()
	return documents(t, "w.yaml", "apiVersion: patchops.dev/v1alpha1\nkind: "+kind+"\nmetadata: {name: night, client: acme}\nspec: {"+spec+"}\n")[0]
}

func unix(t testing.TB, text string) int64 {
	t.Helper()
	u, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return u.Unix()
}

// Every field of a window reaches its expansion.
func TestReadWindow(t *testing.T) {
	const night = "start: 2026-03-01T02:30, recurrence: FREQ=DAILY"
	for _, c := range []struct{ id, spec, from, to, want string }{
		{"zone", "timezone: America/New_York, duration: PT2H, " + night, "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-05T07:30Z PT2H"},
		{"zone of the client", "timezone: client, duration: PT2H, " + night, "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-05T01:30Z PT2H"},
		{"end", "timezone: client, end: \"24:00\", " + night, "2026-03-05T02:00:00Z", "2026-03-06T00:00:00Z", "2026-03-05T01:30Z PT21H30M"},
		{"shift", "timezone: client, duration: PT2H, " + night, "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z", "2026-03-29T01:30Z PT2H"},
		{"clip", "timezone: client, duration: PT2H, gap: clip, " + night, "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z", "2026-03-29T01:00Z PT2H"},
		{"skip", "timezone: client, duration: PT2H, gap: skip, " + night, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", ""},
		{"second", "timezone: client, duration: PT1H, overlap: second, " + night, "2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z", "2026-10-25T01:30Z PT1H"},
		{"offset", "timezone: client, duration: PT1H, offset: -PT1H, " + night, "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-05T00:30Z PT1H"},
		{"rdates", "timezone: client, duration: PT1H, start: 2026-03-01T02:30, rdates: [2026-03-05T12:00]", "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-05T11:00Z PT1H"},
		{"exdates", "timezone: client, duration: PT1H, exdates: [2026-03-05, 2026-03-06T02:30], " + night, "2026-03-05T00:00:00Z", "2026-03-07T12:00:00Z", "2026-03-07T01:30Z PT1H"},
		{"once", "timezone: client, duration: PT1H, start: 2026-03-01T02:30", "2026-01-01T00:00:00Z", "2027-03-07T12:00:00Z", "2026-03-01T01:30Z PT1H"},
	} {
		doc := maintenance(t, "MaintenanceWindow", c.spec)
		w := ReadWindow(&doc.Root, "Europe/Berlin")
		if w == nil {
			t.Errorf("%s is not read", c.id)
			continue
		}
		var found []string
		for _, o := range w.Expand(unix(t, c.from), unix(t, c.to)).Occurrences {
			found = append(found, time.Unix(o.Start, 0).UTC().Format("2006-01-02T15:04Z ")+window.FormatDuration(time.Duration(o.End-o.Start)*time.Second))
		}
		if strings.Join(found, ", ") != c.want {
			t.Errorf("%s: found %v, want %s", c.id, found, c.want)
		}
	}
}

func TestOnHoliday(t *testing.T) {
	for text, want := range map[string]window.OnHoliday{"keep": window.HolidayKeep, "skip": window.HolidaySkip, "only": window.HolidayOnly} {
		doc := maintenance(t, "MaintenanceWindow", "timezone: UTC, start: 2026-03-01T02:30, duration: PT1H, onHoliday: "+text)
		if w := ReadWindow(&doc.Root, ""); w == nil || w.OnHoliday != want {
			t.Errorf("%s is read as %+v", text, w)
		}
	}
}

// What cannot be read is no window, never one in UTC or at another time (W11).
func TestUnreadableWindows(t *testing.T) {
	for _, spec := range []string{
		"timezone: Europe/Berln, start: 2026-03-01T02:30, duration: PT1H",
		"timezone: client, start: 2026-03-01T02:30, duration: PT1H",
		"timezone: UTC, start: 2026-03-01, duration: PT1H",
		"timezone: UTC, start: 2026-03-01T02:30, duration: four hours",
		"timezone: UTC, start: 2026-03-01T02:30",
		"timezone: UTC, start: 2026-03-01T02:30, duration: PT1H, recurrence: weekly",
		"timezone: UTC, start: 2026-03-01T02:30, end: midnight",
	} {
		doc := maintenance(t, "MaintenanceWindow", spec)
		if w := ReadWindow(&doc.Root, ""); w != nil {
			t.Errorf("%s is read as %+v", spec, w)
		}
	}
	if w := ReadWindow(nil, "UTC"); w != nil {
		t.Errorf("nothing is read as %+v", w)
	}
}

func TestReadFreeze(t *testing.T) {
	for _, c := range []struct{ spec, zone, from, until string }{
		{"from: 2026-03-01, until: 2026-03-31", "Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
		{"from: 2026-03-01, until: 2026-03-31, timezone: America/New_York", "Europe/Berlin", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
		{"from: \"2026-03-01T10:00:00Z\", until: \"2026-03-31T10:00:00+02:00\"", "Europe/Berlin", "2026-03-01T10:00:00Z", "2026-03-31T08:00:00Z"},
		{"from: \"2026-03-01T10:00:00.5Z\", until: \"2026-03-01T10:00:01.5Z\"", "UTC", "2026-03-01T10:00:01Z", "2026-03-01T10:00:02Z"},
	} {
		doc := maintenance(t, "Freeze", c.spec)
		fixed, repeats := ReadFreeze(&doc.Root, c.zone)
		if want := (window.Span{Start: unix(t, c.from), End: unix(t, c.until)}); fixed != want || repeats != nil {
			t.Errorf("%s: found %v, %v, want %v", c.spec, fixed, repeats, want)
		}
	}
	doc := maintenance(t, "Freeze", "recurrence: FREQ=YEARLY, start: 2025-12-20T00:00, duration: P14D")
	fixed, repeats := ReadFreeze(&doc.Root, "Europe/Berlin")
	if fixed != (window.Span{}) || repeats == nil {
		t.Fatalf("found %v, %v, want a window", fixed, repeats)
	}
	want := window.Spans{{Start: unix(t, "2026-12-19T23:00:00Z"), End: unix(t, "2027-01-02T23:00:00Z")}}
	if hull := repeats.Hull(unix(t, "2026-06-01T00:00:00Z"), unix(t, "2027-06-01T00:00:00Z")); !slices.Equal(hull, want) {
		t.Errorf("found %v, want %v", hull, want)
	}
}

func TestReadSpanWithoutEnd(t *testing.T) {
	s, ok := ReadSpan(value(t, "{effective: 2026-01-01}"), "UTC", "effective", "expires")
	if !ok || s.Start != unix(t, "2026-01-01T00:00:00Z") || s.End != window.EndOfTime {
		t.Errorf("found %v, %v", s, ok)
	}
	if s, ok := ReadSpan(value(t, "{effective: soon}"), "UTC", "effective", "expires"); ok {
		t.Errorf("found %v", s)
	}
}

func TestReadMoves(t *testing.T) {
	terms := value(t, `{moves: [
  {windowRef: other, from: 2026-03-01T22:00, to: 2026-03-02T22:00},
  {windowRef: night, from: 2026-03-08T22:00, to: 2026-03-09T22:00, waivesNotice: true},
  {windowRef: night, from: 2026-03-15T22:00, to: 2026-03-16T22:00}]}`)
	moves := ReadMoves(terms, "night")
	if len(moves) != 2 || moves[0].Index != 1 || !moves[0].WaivesNotice || moves[1].WaivesNotice ||
		moves[0].From.String() != "2026-03-08T22:00" || moves[1].To.String() != "2026-03-16T22:00" {
		t.Errorf("found %+v", moves)
	}
}

// A week's hours: from and to, past midnight, 24:00, holidays, changes of clocks.
func TestReadWeek(t *testing.T) {
	holiday, err := window.ParseDate("2025-12-30")
	if err != nil {
		t.Fatal(err)
	}
	w := ReadWeek(value(t, `[{days: [MO, TU, WE, TH, FR], from: "08:00", to: "18:00"}, {days: [SA], from: "22:00", to: "02:00"}, {days: [SU], from: "20:00", to: "24:00"}]`), "Europe/Berlin", []window.Date{holiday})
	var found []string
	for _, s := range w.Spans(unix(t, "2025-12-26T12:00:00Z"), unix(t, "2025-12-31T09:00:00Z")) {
		found = append(found, time.Unix(s.Start, 0).UTC().Format("02T15:04")+"-"+time.Unix(s.End, 0).UTC().Format("02T15:04"))
	}
	want := "26T12:00-26T17:00 27T21:00-28T01:00 28T19:00-28T23:00 29T07:00-29T17:00 31T07:00-31T09:00"
	if strings.Join(found, " ") != want {
		t.Errorf("found %v, want %s", found, want)
	}
}
