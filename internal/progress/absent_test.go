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

// What another plan has superseded meanwhile, and is to be left to it, is not begun either.
func TestAClaimThatNeverArrivedIsLeftToItsSuccessor(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:05:00Z")
	h := s.run().Hosts["h000"]
	k, claims := h.Key, s.kinds(resultlog.Claim)
	s.plan.OnSupersede, s.plan.Superseded = "switch", "PatchPlan/acme/newer"
	s.commit("c2")
	s.crash()
	delete(s.flights, k)
	s.now.Absent[k] = true
	s.until("2026-06-11T01:10:00Z")
	if k == "" || s.kinds(resultlog.Claim) != claims || h.State != Superseded {
		t.Errorf("h000 is %s after %d claims, wanted it Superseded after %d", h.State, s.kinds(resultlog.Claim), claims)
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

// Hosts that a claim never reached were forgiven, and others have their turns: when at last
// they say so, after the resume, they come back one by one, as the ramp bears.
func TestWhatNeverArrivedTakesATurnOfItsOwn(t *testing.T) {
	for _, most := range []int64{0, 2} {
		s, lost := lostTwo(t, 1)
		s.plan.Waves[0].MaxConcurrent = count(most)
		s.plan.Waves[0].MaxConcurrent.Set = most > 0
		s.answers = nil
		absent := s.now.Absent
		s.now.Absent = map[string]bool{}
		s.settle()
		if w := s.wave(); w.State != Paused || lost != 2 {
			t.Fatalf("the wave is %s with %d lost, wanted it paused for 2", w.State, lost)
		}
		s.say(resultlog.Resume, key, "dana")
		s.now.Absent = absent
		begun := 0
		for _, d := range Next(s.state, s.docs, s.now).Do {
			if d.Act == Starts {
				begun++
			}
		}
		if begun != 1 {
			t.Errorf("maxConcurrent %d: %d begin at once after the resume, wanted 1", most, begun)
		}
		flying := s.most
		s.most = 0
		s.until("2026-06-11T08:00:00Z")
		if s.run().Outcome != "done" || s.most > max(2, flying) {
			t.Errorf("maxConcurrent %d: the run is %q, at most %d in flight at once", most, s.run().Outcome, s.most)
		}
	}
}
