package progress

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// gated is a stage of two waves with a gate after the first.
func gated(t *testing.T, g Gate) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{10, 100}, func(k int, w *Wave) {
		if w.Soak, w.MaxFailures = 3600, percent(50); k == 0 {
			w.Gates = []Gate{g}
		}
	})
	return s
}

// Approvals are counted by person: twice the same is one, a stranger is none, a
// rejection stands until it is withdrawn.
func TestAnApprovalGateCountsPeople(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada", "bob", "cy"}, Count: 2})
	s.until("2026-06-11T01:00:00Z")
	s.say(resultlog.Approval, key+"/w0", "ada")
	s.until("2026-06-11T03:00:00Z")
	for _, who := range []string{"ada", "mallory"} {
		s.say(resultlog.Approval, key+"/w0", who)
		s.until("2026-06-11T03:00:00Z")
		if s.wave().Ended > 0 {
			t.Fatalf("the gate opened by the word of ada and %s", who)
		}
	}
	s.say(resultlog.Rejection, key+"/w0", "bob")
	s.say(resultlog.Approval, key+"/w0", "bob")
	s.say(resultlog.Approval, key+"/w0", "cy")
	s.until("2026-06-11T03:10:00Z")
	if s.wave().Ended > 0 {
		t.Fatal("the gate opened against a rejection that was not withdrawn")
	}
	s.say(resultlog.Withdrawal, key+"/w0", "bob")
	s.settle()
	if w := s.wave(); w.State != Promoted || w.Gates["approval-0"] != "pass" {
		t.Errorf("the wave is %s, gates %v, wanted it promoted", w.State, w.Gates)
	}
}

// What was said of a gate before its wave began does not count.
func TestWordsBeforeTheWaveDoNotCount(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1})
	s.until("2026-06-11T00:30:00Z")
	s.say(resultlog.Approval, key+"/w0", "ada")
	s.until("2026-06-11T03:30:00Z")
	if s.wave().Ended > 0 {
		t.Error("the gate opened by a word that is older than the wave")
	}
}

// The word of a contact counts by role, taken by somebody who may.
func TestAConsentGateCountsContacts(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Roles: []string{"business"}, Contacts: []string{"carol"}, People: []string{"ada"}, Count: 1})
	s.until("2026-06-11T03:00:00Z")
	consent := func(person, contact string) {
		s.append("acme", resultlog.Record{Kind: resultlog.Consent, Plan: key + "/w0", Contact: contact, Actor: &resultlog.Actor{Kind: "person", ID: person}})
		s.settle()
	}
	consent("ada", "acme/dave")
	consent("mallory", "acme/carol")
	s.say(resultlog.Approval, key+"/w0", "ada")
	s.settle()
	if s.wave().Ended > 0 {
		t.Fatal("the gate opened without the word of a contact with the role")
	}
	consent("ada", "acme/carol")
	if s.wave().State != Promoted {
		t.Errorf("the wave is %s, wanted it promoted", s.wave().State)
	}
}

// A word that was given for a while counts for that while: two whose times do not meet are
// not two.
func TestAWordOfAGateRunsOut(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada", "bob"}, Count: 2})
	s.until("2026-06-11T03:00:00Z")
	until := func(person, expires string) {
		s.append("acme", resultlog.Record{Kind: resultlog.Approval, Plan: key + "/w0", Expires: expires, Actor: &resultlog.Actor{Kind: "person", ID: person}})
		s.settle()
	}
	until("ada", "")
	until("ada", "2026-06-11T03:05:00Z")
	s.until("2026-06-11T03:05:00Z")
	until("bob", "")
	if s.wave().Ended > 0 {
		t.Fatal("the gate opened by a word that had run out")
	}
	until("ada", "2026-06-11T03:06:00Z")
	if s.wave().State != Promoted {
		t.Errorf("the wave is %s, wanted it promoted", s.wave().State)
	}
}

// Nobody's word in time pauses; a resume gives them the time anew.
func TestAGateWithin(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1, Within: 7200})
	s.until("2026-06-11T08:00:00Z")
	if w := s.wave(); w.Pause != PauseInconclusive {
		t.Fatalf("the wave is %s(%s), wanted Paused(inconclusive)", w.State, w.Pause)
	}
	s.say(resultlog.Approval, key+"/w0", "ada")
	s.settle()
	if s.wave().Ended > 0 {
		t.Error("it went on by itself")
	}
	s.say(resultlog.Resume, key+"/w0", "ada")
	s.settle()
	if s.wave().State != Promoted {
		t.Errorf("the wave is %s, wanted it promoted", s.wave().State)
	}
}

func TestProbesOfAGate(t *testing.T) {
	for _, c := range []struct {
		name, answers, pause string
		wave                 WaveState
		run                  string
	}{
		{"pass", "+++++++", "", Promoted, "done"},
		{"a failure that passes", "+-+-+++++++", "", Promoted, "done"},
		{"three in a row", "+---", "", WaveAborted, "failed"},
		{"inconclusive", "+???", PauseInconclusive, Paused, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := gated(t, Gate{Name: "probe-0", Probe: true, Every: 900, Fail: 3})
			n := 0
			s.measure = func(string, string) string {
				a := c.answers[min(n, len(c.answers)-1)]
				n++
				return map[byte]string{'+': "pass", '-': "fail", '?': "inconclusive"}[a]
			}
			s.until("2026-06-15T08:00:00Z")
			w, r := s.wave(), s.run()
			if w.State != c.wave || w.Pause != c.pause || r.Outcome != c.run {
				t.Errorf("wave %s(%s), run %q, wanted %s(%s), %q; %v", w.State, w.Pause, r.Outcome, c.wave, c.pause, c.run, s.waits)
			}
			if c.pause != "" {
				n = 0
				s.say(resultlog.Resume, key, "ada")
				s.until("2026-06-16T08:00:00Z")
			}
		})
	}
}

// A probe that also people are waited for, or whoever held the wave, is measured anew when they
// have spoken: what was measured days before says nothing of now. Meanwhile it is not measured
// over and over.
func TestAProbeIsFreshWhenItsWaveGoesOn(t *testing.T) {
	for _, c := range []struct {
		name  string
		gates []Gate
		says  resultlog.Kind
	}{
		{"people first", []Gate{{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1}, {Name: "probe-1", Probe: true, Every: 600, Fail: 2}}, resultlog.Approval},
		{"people last", []Gate{{Name: "probe-0", Probe: true, Every: 600, Fail: 2}, {Name: "approval-1", Group: "ops", People: []string{"ada"}, Count: 1}}, resultlog.Approval},
		{"a hold", []Gate{{Name: "probe-0", Probe: true, Every: 600, Fail: 2}}, resultlog.Resume},
	} {
		for _, answer := range []string{"pass", "fail"} {
			s := gated(t, c.gates[0])
			s.plan.Waves[0].Gates = c.gates
			var at []int64
			said := int64(0)
			s.measure = func(string, string) string {
				at = append(at, s.now.At)
				if said > 0 {
					return answer
				}
				return "pass"
			}
			s.until("2026-06-11T01:50:00Z")
			if c.says == resultlog.Resume {
				s.say(resultlog.Hold, key, "ben")
			}
			s.until("2026-06-13T02:30:00Z")
			n := len(at)
			if n > 8 || s.wave().Ended > 0 {
				t.Fatalf("%s: measured %d times in a soak of an hour, ended %d", c.name, n, s.wave().Ended)
			}
			said = s.now.At
			s.say(c.says, key+"/w0", "ada")
			if c.says == resultlog.Resume {
				s.say(c.says, key, "ada")
			}
			s.settle()
			if len(at) != n+1 || at[n] != said || s.wave().Ended > 0 != (answer == "pass") {
				t.Errorf("%s, then %s: measured %d times when people had spoken, the wave is %s", c.name, answer, len(at)-n, s.wave().State)
			}
			s.until("2026-06-13T03:30:00Z")
			if promoted := s.wave().State == Promoted; promoted != (answer == "pass") {
				t.Errorf("%s, then %s: the wave is %s, the run %q", c.name, answer, s.wave().State, s.run().Outcome)
			}
		}
	}
}

// A gate that fails rolls its wave back where the plan says so, and then the run ends.
func TestAFailedGateRollsBack(t *testing.T) {
	s := gated(t, Gate{Name: "probe-0", Probe: true, Every: 900, Fail: 2})
	s.waves([]int{50, 100}, func(k int, w *Wave) {
		if w.Soak, w.MaxFailures = 3600, percent(50); k == 0 {
			w.Gates = []Gate{{Name: "probe-0", Probe: true, Every: 900, Fail: 2}}
		}
	})
	s.plan.RollbackAuto, s.plan.RollbackOn = true, []string{"gate"}
	s.measure = func(string, string) string { return "fail" }
	s.until("2026-06-12T08:00:00Z")
	s.expectStates(map[HostState]int{RolledBack: 5, Skipped: 5})
	if s.run().Outcome != "failed" {
		t.Errorf("the run is %q, wanted failed", s.run().Outcome)
	}
}

// Soaking is elapsed time; stragglers do not delay the quorum, and keep their wave.
func TestQuorumAndStragglers(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{50, 100}, func(_ int, w *Wave) { w.Soak, w.MaxFailures, w.Advance = 600, percent(80), 80 })
	s.answers = func(task *dispatch.Task) string {
		if task.Asset == s.run().Waves[0].hosts[4].Asset && task.Segment == dispatch.Install {
			return "hang"
		}
		return ""
	}
	s.until("2026-06-11T03:30:00Z")
	w := s.wave()
	if w.State != Promoted || w.InFlight != 1 {
		t.Fatalf("the wave is %s with %d in flight, wanted Promoted with its straggler", w.State, w.InFlight)
	}
	straggler := w.hosts[4].Asset
	for _, f := range s.flights {
		s.finish(f.task, dispatch.Succeeded)
	}
	s.until("2026-06-12T08:00:00Z")
	if h := s.run().Hosts[straggler]; h.State != Succeeded || s.run().Outcome != "done" {
		t.Errorf("the straggler is %s, the run %q", h.State, s.run().Outcome)
	}
	if !strings.HasPrefix(s.run().ID, "sha256:") {
		t.Error("the run has no digest for a name")
	}
}

// A gate that compares measures before the wave as well, and fails by its share.
func TestAGateComparesWithBefore(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after string // answers, over and over
		run           string
	}{
		{"as before", "+-", "+-", "done"},
		{"within tolerance", "++++", "++++-++++", "done"},
		{"worse", "++++", "+-+-", "failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := gated(t, Gate{Name: "probe-0", Probe: true, Every: 300, Fail: 9, Before: 3600, Worse: 20})
			n := 0
			s.measure = func(string, string) string {
				answers := c.after
				if s.wave().Begun == 0 {
					answers = c.before
				}
				a := answers[n%len(answers)]
				n++
				return map[byte]string{'+': "pass", '-': "fail"}[a]
			}
			s.until("2026-06-14T08:00:00Z")
			m := s.wave().Measured["probe-0"]
			if s.run().Outcome != c.run || m.Before != 12 {
				t.Errorf("the run is %q, wanted %q; measured %+v; %v", s.run().Outcome, c.run, m, s.waits)
			}
		})
	}
}
