package rollout

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/window"
)

// Whoever was told is not told again; who was not, or of another occurrence, is.
func TestOnlyWhatWasNotAnnouncedNeedsNotice(t *testing.T) {
	s := nights(3)
	g := s.terms()
	g.Lead, g.Contacts = Lead{Seconds: 2 * day}, []Contact{{Name: "ann"}}
	p := s.plan("os", "standard", 60)
	p.Work = p.Work[:2]
	before := s.schedule(t)
	s.notifyAll(before)
	s.AsOf += day // too late to tell anybody of that night
	p.Work = append(p.Work, Work{Asset: 2, Patches: []string{"kb1"}, Minutes: 60})
	out := s.schedule(t)
	n := out.Plans[0].Notices
	if len(n) != 1 || clock(n[0].Occurrence) != "2026-06-13T01:00Z" || n[0].Assets != 1 || clock(n[0].SendBy) != "2026-06-11T01:00Z" || out.Plans[0].MergeBy != n[0].SendBy {
		t.Errorf("notices %+v, merge by %s", n, clock(out.Plans[0].MergeBy))
	}
	s.Assets[1].Denies = []int{0} // it gives its start up, and keeps its night
	s.Denies = []Deny{{ID: "Freeze/_/late"}}
	s.Denies[0].Fixed.Start, s.Denies[0].Fixed.End = instantOf("2026-06-12T00:00:00Z"), instantOf("2026-06-12T02:00:00Z")
	out = s.schedule(t)
	moved := placementOf(t, out, 0, "host-001")
	if n := out.Plans[0].Notices; len(n) != 1 || n[0].Assets != 1 || clock(moved.Start) != "2026-06-12T02:00Z" || moved.Moved != Freeze {
		t.Errorf("notices %+v, moved %+v", n, moved)
	}
	if clock(out.Plans[0].MergeBy) != "2026-06-11T01:00Z" {
		t.Errorf("merge by %s", clock(out.Plans[0].MergeBy))
	}
	p.Work = p.Work[:2]
	out = s.schedule(t)
	if n, by := out.Plans[0].Notices, clock(out.Plans[0].MergeBy); len(n) != 0 || by != "2026-06-12T02:00Z" {
		t.Errorf("notices %+v, merge by %s", n, by)
	}
}

func TestWaivedOccurrencesNeedNoNotice(t *testing.T) {
	s := nights(1)
	g := s.terms()
	g.Lead, g.Contacts = Lead{Seconds: 5 * day}, []Contact{{Name: "ann"}}
	g.Waived = map[int]map[int64]bool{0: {instantOf("2026-06-10T01:00:00Z"): true}}
	s.plan("os", "standard", 60)
	out := s.expect(t, "os host-000 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z")
	if n, by := out.Plans[0].Notices, clock(out.Plans[0].MergeBy); len(n) != 0 || by != "2026-06-10T01:00Z" {
		t.Errorf("notices %+v, merge by %s", n, by)
	}
}

// No notice is to be sent in the past, and a merge at the last instant is one that
// can still be made.
func TestPropNoticesCanStillBeSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 8)
		for _, p := range Compute(in).Plans {
			for _, n := range p.Notices {
				if n.SendBy < in.AsOf {
					t.Errorf("%s: %+v is to be sent before %d\n%s", p.Plan, n, in.AsOf, dump(in))
				}
			}
			if p.MergeBy != 0 && p.MergeBy < in.AsOf {
				t.Errorf("%s: merge by %d, before %d\n%s", p.Plan, p.MergeBy, in.AsOf, dump(in))
			}
		}
	})
}

// A session that must give up its place goes nowhere in the occurrence that its client was
// told of before the lead since then is over; where notice is waived there, it may.
func TestToldOccurrenceServesAfterItsLead(t *testing.T) {
	for waived, want := range map[bool]int64{false: at("02:40"), true: at("02:30")} {
		in := found(1, simple("p", Work{Asset: 0, Minutes: 5}))
		c := &in.Clients[0]
		c.Windows = []Window{fixedWindow("late", at("02:30"), at("12:00"))}
		c.Agreements[0].Lead = Lead{Seconds: 170 * minute}
		if waived {
			c.Agreements[0].Waived = map[int]map[int64]bool{0: {at("02:30"): true}}
		}
		c.Denies = []Deny{{ID: "Freeze/acme/f", Fixed: window.Span{Start: at("03:00"), End: at("04:00")}}}
		c.Assets[0].Denies = []int{0}
		c.Progress.Notified = []Notified{{Plan: "p", Asset: 0, Occurrence: at("02:30"), Start: at("03:00"), End: at("03:05"), At: at("00:00") - 10*minute}}
		in.AsOf = at("00:02")
		s := Compute(in)
		if found := Verify(in, s); len(found) > 0 {
			t.Error(found)
		}
		if got := placementOf(t, s, 0, "a"); got.Start != want || got.Moved != Freeze {
			t.Errorf("waived %t: it is at %s, moved for %q; wanted %s", waived, clock(got.Start), got.Moved, clock(want))
		}
	}
}
