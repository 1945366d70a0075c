package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestAnyChangeCanBeRecorded: a change of very many clients lands like any other.
func TestAnyChangeCanBeRecorded(t *testing.T) {
	t.Parallel()
	s := makeKeys(t).begin(t)
	content := map[string]string{}
	for n := range 900 {
		content[fmt.Sprintf("plans/client-%04d/april.yaml", n)] = "plan"
	}
	s.propose("huge", content)
	s.approve("huge", "dana", "erin")
	s.tick()
	s.ok(s.verify())
	if st := s.fold(); len(st.Landed) != 1 || st.Open != nil || len(st.Tips) != 2 {
		t.Fatalf("%d landed, open %v", len(st.Landed), st.Open)
	}
}

// TestNoRecordIsTooLong: whatever people and policies write.
func TestNoRecordIsTooLong(t *testing.T) {
	for _, text := range []string{"\\", "\"", "\x00", "\u00e9", "\U0001f600", "x"} {
		long := strings.Repeat(text, 200_000)
		r := bounded(resultlog.Record{
			V: 1, T: "2026-03-12T09:00:30Z", Kind: resultlog.Merge, VerdictTree: long, Why: long, Reason: long, Review: &resultlog.Review{},
			Subs: make([]string, 5000), Accepts: make([]string, 5000), Uncovered: strings.SplitAfter(long, text),
		})
		line, err := r.Line()
		if err != nil || len(line) > resultlog.MaxLine/2 {
			t.Errorf("%q: %d bytes, %v", text, len(line), err)
		}
		if again := bounded(r); again.Why != r.Why && len(again.Why) > 2*len(r.Why) {
			t.Errorf("%q grows", text)
		}
	}
}

// TestManyActsAreRecordedInParts: more than one flush can hold, each in its turn.
func TestManyActsAreRecordedInParts(t *testing.T) {
	c := &Controller{report: &Report{}}
	var entries []entry
	for n := range 2*mostEntries + 3 {
		entries = append(entries, entry{record: resultlog.Record{V: 1, T: "2026-03-12T09:00:30Z", Kind: resultlog.Hold, Plan: fmt.Sprint(n)}, clients: []string{"acme"}})
	}
	entries[1].record.Change = strings.Repeat("x", resultlog.MaxLine) // no line can hold it
	first := c.part(entries)
	if len(first) != mostEntries || len(c.report.Problems) != 1 || first[1].record.Plan != "2" {
		t.Errorf("%d entries, %q", len(first), c.report.Problems)
	}
	if rest := c.part(entries[mostEntries+1:]); len(rest) != mostEntries {
		t.Errorf("%d of the rest", len(rest))
	}
}

// TestDiaryIsOurs: no field lets a stranger write a line, or a trailer, of the message.
func TestDiaryIsOurs(t *testing.T) {
	const evil = "x\n\nmerge controller evil\r\u2028Patchops-Decision: d-1\u202e\u009b\x1b"
	message := diary([]resultlog.Record{{
		Kind: resultlog.Hold, Change: evil, Plan: evil, Why: evil, Reason: evil, Holder: evil, Actor: &resultlog.Actor{ID: evil},
	}})
	if strings.Count(message, "\n") != 1 || strings.ContainsAny(message, "\r\u2028\u202e\u009b\x1b") {
		t.Errorf("%q", message)
	}
	many := make([]resultlog.Record, mostEntries)
	for i := range many {
		many[i] = resultlog.Record{Kind: resultlog.Hold, Change: strings.Repeat("\u00e9", 300), Why: strings.Repeat("\u00e9", 300)}
	}
	if message := diary(many); len(message) > 2*longestDiary || !strings.HasSuffix(message, " more\n") {
		t.Errorf("a message of %d bytes", len(message))
	}
}

// TestNoPlanOfAnotherClient: a change that ratifies overrides of two clients says so
// in the log of each, of its own.
func TestNoPlanOfAnotherClient(t *testing.T) {
	e := entry{record: resultlog.Record{Kind: resultlog.Merge, Plan: "acme/april globex/may nobody/june"}, clients: []string{"acme", "globex"}}
	if got := e.in("acme").Plan; got != "acme/april nobody/june" {
		t.Error(got)
	}
	if got := authority.Plans(e.in("acme").Plan, e.in("globex").Plan); got != e.record.Plan {
		t.Error(got)
	}
}

// TestTheYearEndsInBetween: the process ends at any point of the last minute of a year,
// and the next goes on in the new one: what was decided then lands now, once.
func TestTheYearEndsInBetween(t *testing.T) {
	begun := makeKeys(t).twoChanges(t)
	begun.clock.now = time.Date(2026, 12, 31, 23, 59, 30, 0, time.UTC)
	begun.approve("a-acme", "dana", "erin")
	begun.approve("b-globex", "erin", "finn")
	whole := begun.fork()
	whole.finish()
	for n := range whole.world.effects {
		s := begun.fork()
		s.world.crashAt = n
		if _, crashed, err := s.run(s.start()); !crashed {
			t.Fatalf("no crash at %d: %v", n, err)
		}
		s.clock.pass(time.Minute)
		s.finish()
		s.ok(s.verify())
		if st := s.fold(); st.Open != nil || len(st.Landed) != 2 || len(st.Spent) != 4 {
			t.Fatalf("at %d: open %v, %d landed, %d spent", n, st.Open, len(st.Landed), len(st.Spent))
		}
	}
}
