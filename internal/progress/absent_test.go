package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// A claim of which nobody knows when its run ends is closed when the host says that it never
// heard of it: nothing was done there, and it is not asked again and again.
func TestAClaimThatNeverArrivedIsClosedAfterItsRun(t *testing.T) {
	for name, over := range map[string]func(s *stage){
		"aborted": func(s *stage) { s.say(resultlog.Abort, key, "dana") },
		"superseded": func(s *stage) {
			s.say(resultlog.Abort, key, "dana")
			s.settle()
			s.plan.Digest = "sha256:other"
			s.commit("c2")
		},
		"orphaned":   func(s *stage) { delete(s.docs.Plans, key); s.commit("c2") },
		"not wanted": func(s *stage) { delete(s.plan.Jobs, "h000"); s.commit("c2") },
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.answers = func(*dispatch.Task) string { return "hang" }
		s.until("2026-06-11T01:05:00Z")
		h := s.run().Hosts["h000"]
		if h.Key == "" {
			t.Fatalf("h000 is %s, wanted a claim", h.State)
		}
		run, k := s.run(), h.Key
		s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: run.ID, Wave: h.Wave, Asset: h.Asset, Segment: string(h.Segment), Attempt: h.Attempt, Key: k, Why: "no answer"})
		over(s)
		delete(s.now.InHand, k)
		s.now.At += hour
		s.settle()
		s.now.Absent[k] = true
		s.settle()
		for _, d := range Next(s.state, s.docs, s.now).Do {
			if d.Act == Probes && d.Asset == "h000" {
				t.Errorf("%s: asked again", name)
			}
		}
		if run.Claims[k] != nil || h.Busy() || h.State == Failed {
			t.Errorf("%s: run %q, h000 is %s %q, claim %v; wanted it closed, with nothing done", name, run.Outcome, h.State, h.Why, run.Claims[k])
		}
	}
}

// What was excepted while nobody knew of its claim is not begun when that never arrived.
func TestAClaimThatNeverArrivedIsNotBegunUnderAnException(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:05:00Z")
	h := s.run().Hosts["h000"]
	k, claims := h.Key, s.kinds(resultlog.Claim)
	s.plan.Gone["h000"] = rollout.Exception
	s.commit("c2")
	delete(s.now.InHand, k)
	delete(s.flights, k)
	s.now.Absent[k] = true
	for _, d := range Next(s.state, s.docs, s.now).Do {
		if d.Act == Replans {
			s.carry(&d)
		}
	}
	for _, d := range Next(s.state, s.docs, s.now).Do {
		if d.Asset == "h000" && d.Act == Records {
			s.carry(&d)
		} else if d.Asset == "h000" && d.Act == Starts {
			t.Error("started under an exception")
		}
	}
	if k == "" || s.run().Claims[k] != nil || s.kinds(resultlog.Claim) != claims {
		t.Errorf("h000 is %s %q, wanted its claim closed", h.State, h.Why)
	}
}

// lostTwo is a wave of eight that bears some failures, and two hosts that claims never
// reached and that nobody has known of for too long.
func lostTwo(t *testing.T, budget int64) (s *stage, lost int) {
	t.Helper()
	s = newStage(t, "2026-06-10T08:00:00Z", 8)
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures = count(budget) })
	done := 0
	s.answers = func(*dispatch.Task) string {
		if done++; done <= 4 { // install and verify of the first, and nothing for those after it
			return ""
		}
		return "hang"
	}
	for s.to(s.now.At + 60); len(s.run().Claims) < 2 || done <= 4; s.to(s.now.At + 60) {
		if s.now.At > clock(t, "2026-06-11T02:00:00Z") {
			t.Fatalf("%d claims", len(s.run().Claims))
		}
	}
	for _, k := range sortedKeys(s.run().Claims) {
		c := s.run().Claims[k]
		s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: s.run().ID, Wave: c.Wave, Asset: c.Asset, Segment: string(c.Segment), Attempt: c.Attempt, Key: k, Why: "no answer"})
		delete(s.now.InHand, k)
		delete(s.flights, k)
		s.now.Absent[k] = true
		lost++
	}
	s.now.At += 25 * 60
	return s, lost
}

// P12: what never arrived is not begun beside the pause that is decided at the same time.
func TestWhatNeverArrivedIsNotBegunIntoAPause(t *testing.T) {
	s, lost := lostTwo(t, 1)
	paused := false
	for _, d := range Next(s.state, s.docs, s.now).Do {
		paused = paused || len(d.Records) > 0 && d.Records[0].Kind == resultlog.WavePaused
		if d.Act == Starts {
			t.Errorf("%s is begun", d.Asset)
		}
	}
	if !paused || lost < 2 {
		t.Errorf("paused %t with %d lost", paused, lost)
	}
}
