package spec

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

func inBerlin() string { return "Europe/Berlin" }

// said are findings as "id path: message | hint".
func said(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.ID+" "+f.Path+": "+f.Message+" | "+f.Hint)
	}
	return out
}

func TestWindowLints(t *testing.T) {
	asOf := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ id, kind, spec, want string }{
		{"clean", "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, recurrence: FREQ=WEEKLY;BYDAY=SA, duration: PT6H", ""},
		{"once", "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, duration: PT6H", ""},
		{"over", "MaintenanceWindow", "timezone: client, start: 2020-01-03T22:00, recurrence: FREQ=DAILY;COUNT=3, duration: PT6H", ""},
		{"rare by the week", "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, recurrence: FREQ=WEEKLY;INTERVAL=8, duration: PT6H", ""},
		{
			"WR7", "MaintenanceWindow", "timezone: client, start: 2026-03-30T22:00, recurrence: FREQ=MONTHLY;BYDAY=5MO, duration: PT6H",
			"window/sparse spec.recurrence: no occurrence for 16 weeks, from 2026-12-01 to 2027-03-29; 5 times over 8 weeks within 400 days | let it recur",
		},
		{
			"WR8", "MaintenanceWindow", "timezone: client, start: 2024-02-29T22:00, recurrence: FREQ=YEARLY, duration: PT6H",
			"window/sparse spec.recurrence: no occurrence for 112 weeks, from 2026-01-01 to 2028-02-29 |",
		},
		{"a rare deny", "MaintenanceWindow", "type: deny, timezone: client, start: 2024-12-24T00:00, recurrence: FREQ=YEARLY, duration: P3D", ""},
		{
			"overlap", "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, recurrence: FREQ=DAILY, duration: PT26H",
			"window/overlap spec.duration: the occurrence of 2026-01-03T22:00 is still open when that of 2026-01-04T22:00 starts |",
		},
		{
			"overlap of ends", "MaintenanceWindow", "timezone: client, start: 2026-01-03T01:00, recurrence: \"FREQ=DAILY;BYHOUR=1,2\", end: \"05:00\"",
			"window/overlap spec.end: the occurrence of 2026-01-03T01:00 is still open when that of 2026-01-03T02:00 starts |",
		},
		{
			"WR43", "MaintenanceWindow", "timezone: Europe/Berlin, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, duration: PT24H",
			"window/dst-hole spec.duration: it is closed from 2026-10-25T22:00:00Z to 2026-10-25T23:00:00Z: a duration is elapsed time, and the clocks of Europe/Berlin are set back | write end: \"24:00\" in place of duration",
		},
		{"no hole by the clock", "MaintenanceWindow", "timezone: Europe/Berlin, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, end: \"24:00\"", ""},
		{"no hole in UTC", "MaintenanceWindow", "timezone: UTC, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, duration: PT24H", ""},
		{
			"a hole in the evening", "MaintenanceWindow", "timezone: client, start: 2026-01-01T18:00, recurrence: FREQ=DAILY, duration: PT24H",
			"window/dst-hole spec.duration: it is closed from 2026-10-25T16:00:00Z to 2026-10-25T17:00:00Z: a duration is elapsed time, and the clocks of Europe/Berlin are set back | write end: \"18:00\" in place",
		},
		{
			"start", "MaintenanceWindow", "timezone: client, start: 2026-01-01T22:00, recurrence: FREQ=MONTHLY;BYDAY=2TU, offset: P3D, duration: PT6H",
			"window/start-unmatched spec.start: start 2026-01-01T22:00 does not match the rule FREQ=MONTHLY;BYDAY=2TU: it is no occurrence, the first is 2026-01-13T22:00 | write 2026-01-13T22:00",
		},
		{
			"exdate", "MaintenanceWindow", "timezone: client, start: 2026-01-03T23:00, recurrence: FREQ=WEEKLY;BYDAY=SA, exdates: [2026-01-10, 2026-01-18], duration: PT6H",
			"window/exdate-unmatched spec.exdates[1]: 2026-01-18 drops nothing: no occurrence starts then | write the local start of an occurrence, such as 2026-01-24T23:00",
		},
		{
			"never", "MaintenanceWindow", "timezone: client, start: 2026-01-30T22:00, recurrence: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30, duration: PT6H",
			"window/never spec.recurrence: rule FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 from 2026-01-30T22:00 never occurs before 2100 | mend the rule",
		},
		{
			"never in its gap", "MaintenanceWindow", "timezone: client, start: 2026-03-29T02:30, gap: skip, duration: PT6H",
			"window/never spec.start: start 2026-03-29T02:30 never occurs before 2100 |",
		},
		{"too late", "MaintenanceWindow", "timezone: client, start: 2100-01-01T22:00, duration: PT6H", "window/never spec.start: start 2100-01-01T22:00 never occurs"},
		{"a freeze", "Freeze", "start: 2026-01-30T22:00, recurrence: FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4, duration: PT6H, reason: x", "window/never spec.recurrence: rule"},
		{"a fixed freeze", "Freeze", "from: 2026-01-30, until: 2026-01-31, reason: x", ""},
		{"only on holidays", "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, recurrence: FREQ=DAILY, onHoliday: only, duration: PT6H", ""},
		{"broken", "MaintenanceWindow", "timezone: Europe/Berln, start: 2026-01-03T22:00, duration: PT6H", ""},
	} {
		found := said(WindowLints(maintenance(t, c.kind, c.spec), inBerlin, asOf))
		if c.want == "" && found != nil || c.want != "" && (len(found) != 1 || !strings.HasPrefix(found[0], c.want)) {
			t.Errorf("%s:\n found %q\n want  %q", c.id, found, c.want)
		}
	}
}

// A window for many clients is judged on clocks that change.
func TestLintOfGlobalWindow(t *testing.T) {
	doc := maintenance(t, "MaintenanceWindow", "timezone: client, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, duration: PT24H")
	found := WindowLints(doc, func() string { return "" }, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if len(found) != 1 || found[0].ID != "window/dst-hole" {
		t.Errorf("found %v", said(found))
	}
}

func TestMoveLints(t *testing.T) {
	doc := maintenance(t, "ClientAgreement", `moves: [
  {windowRef: night, from: 2026-03-07T22:00, to: 2026-03-08T22:00},
  {windowRef: night, from: 2026-03-08T22:00, to: 2026-03-09T22:00},
  {windowRef: gone, from: 2026-03-08T22:00, to: 2026-03-09T22:00}]`)
	night := maintenance(t, "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, recurrence: FREQ=WEEKLY;BYDAY=SA, duration: PT6H")
	found := said(MoveLints(doc, inBerlin, func(name string) *document.Value {
		if name == "night" {
			return &night.Root
		}
		return nil
	}))
	const want = "window/move-unmatched spec.moves[1].from: no occurrence of window night starts at 2026-03-08T22:00: " +
		"its new start comes on top | write the local start of an occurrence, such as 2026-03-14T22:00"
	if len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
}

// surroundings are documents by name and one file.
type surroundings struct {
	documents map[string]*document.Document
	file      []byte
}

func (surroundings) AsOf() string { return "2026-01-01T00:00:00Z" }

func (s surroundings) Document(kind, client, name string) *document.Value {
	if doc := s.documents[kind+"/"+client+"/"+name]; doc != nil {
		return &doc.Root
	}
	return nil
}

func (s surroundings) File(path string) ([]byte, bool) { return s.file, path == "de.ics" }

// The zone of the client, a global window and a file are found.
func TestTimeLintsLookAround(t *testing.T) {
	s := surroundings{documents: map[string]*document.Document{
		"Client/acme/acme":          maintenance(t, "Client", "timezone: America/New_York"),
		"MaintenanceWindow/_/night": maintenance(t, "MaintenanceWindow", "timezone: client, start: 2026-01-03T22:00, duration: PT6H"),
	}}
	for _, c := range []struct {
		doc  *document.Document
		file []byte
		want string
	}{
		{maintenance(t, "MaintenanceWindow", "timezone: client, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, duration: PT24H"), nil, "America/New_York"},
		{maintenance(t, "ClientAgreement", "moves: [{windowRef: night, from: 2026-01-04T22:00, to: 2026-01-05T22:00}]"), nil, "window/move-unmatched"},
		{calendarDocument(t, "ics: de.ics"), nil, "window/calendar spec.ics: de.ics: no iCalendar file"},
		{calendarDocument(t, "ics: de.ics"), calendarFile(), "window/calendar spec.ics: de.ics has no whole-day event"},
		{calendarDocument(t, "ics: de.ics"), calendarFile("UID:a DTSTART;VALUE=DATE:20261225"), ""},
		{calendarDocument(t, "ics: fr.ics"), nil, ""},
		{maintenance(t, "Problem", "state: open"), nil, ""},
	} {
		s.file = c.file
		found := said(TimeLints(c.doc, s))
		if (len(found) > 0) != (c.want != "") || c.want != "" && !strings.Contains(found[0], c.want) {
			t.Errorf("found %q, want %q", found, c.want)
		}
	}
}

func BenchmarkWindowLints(b *testing.B) {
	doc := maintenance(b, "MaintenanceWindow", "timezone: client, start: 2026-01-01T22:00, recurrence: FREQ=DAILY, duration: PT4H")
	asOf := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		WindowLints(doc, inBerlin, asOf)
	}
}

// Lists of exdates are judged alike whether starts are counted or not.
func TestExDatesOfCountedRules(t *testing.T) {
	const spec = "timezone: client, start: 2026-01-03T23:00, duration: PT6H, exdates: [2026-01-10, 2026-01-17T23:00, 2026-01-18, 2026-01-24T22:00, 2026-02-07], recurrence: FREQ=WEEKLY"
	asOf := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ rule, want string }{
		{spec + ";BYDAY=SA", "spec.exdates[2] spec.exdates[3]"},
		{spec + ";COUNT=6", "spec.exdates[2] spec.exdates[3]"},
		{spec + ";COUNT=5", "spec.exdates[2] spec.exdates[3] spec.exdates[4]"},
	} {
		var paths []string
		for _, f := range WindowLints(maintenance(t, "MaintenanceWindow", c.rule), inBerlin, asOf) {
			paths = append(paths, f.Path)
		}
		if found := strings.Join(paths, " "); found != c.want {
			t.Errorf("%s: found %s, want %s", c.rule, found, c.want)
		}
	}
}

// The lints of the most expensive window take milliseconds.
func TestLintsOfEveryMinute(t *testing.T) {
	minutes := make([]string, 60)
	for i := range minutes {
		minutes[i] = strconv.Itoa(i)
	}
	doc := maintenance(t, "MaintenanceWindow", "timezone: client, start: 1970-01-01T00:00, duration: PT1M, recurrence: \"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE="+
		strings.Join(minutes, ",")+"\"")
	begin := time.Now()
	found := WindowLints(doc, inBerlin, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if took := time.Since(begin); took > 30*time.Second || found != nil {
		t.Errorf("%v after %v", said(found), took)
	}
}

// A megabyte of exdates and rdates, or of moves, is judged in a moment.
func TestManyDates(t *testing.T) {
	var added, dropped, moves strings.Builder
	first, _ := window.ParseLocal("2026-01-01T00:00")
	for i := range window.Local(10_000) {
		fmt.Fprintf(&added, "%s, ", first+i*7*3600)
		fmt.Fprintf(&dropped, "%s, ", first+i*5*3600+60)
		fmt.Fprintf(&moves, "{windowRef: w, from: %s, to: %s}, ", first+i*11*3600+60, first+i*11*3600+120)
	}
	docs := documents(t, "w.yaml", "apiVersion: patchops.dev/v1alpha1\nkind: MaintenanceWindow\nmetadata: {name: w, client: acme}\nspec: {timezone: UTC, start: 2026-01-01T00:00, recurrence: FREQ=DAILY, duration: PT1H, rdates: ["+
		added.String()+"], exdates: ["+dropped.String()+"]}\n---\napiVersion: patchops.dev/v1alpha1\nkind: ClientAgreement\nmetadata: {name: a, client: acme}\nspec: {moves: ["+moves.String()+"]}\n")
	utc := func() string { return "UTC" }
	begin := time.Now()
	lints := WindowLints(docs[0], utc, time.Unix(int64(first), 0))
	if len(lints) < 9_000 {
		t.Errorf("%d findings, want one for nearly every exdate", len(lints))
	}
	if found := MoveLints(docs[1], utc, func(string) *document.Value { return &docs[0].Root }); len(found) < 9_000 {
		t.Errorf("%d findings, want one for nearly every move", len(found))
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
