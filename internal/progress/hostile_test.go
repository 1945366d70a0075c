package progress

import (
	"reflect"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"pgregory.net/rapid"
)

var anyKind = []resultlog.Kind{
	resultlog.Approval, resultlog.Rejection, resultlog.Withdrawal, resultlog.Consent, resultlog.Hold, resultlog.Abort, resultlog.Recall, resultlog.Resume,
	resultlog.RunBegun, resultlog.Schedule, resultlog.Notice, resultlog.Gate, resultlog.WaveBegun, resultlog.WavePaused, resultlog.WaveGoesOn,
	resultlog.WaveEnded, resultlog.RunEnded, resultlog.Claim, resultlog.Result, resultlog.Unknown, resultlog.Deferred, resultlog.Facts,
	resultlog.TaskKind, resultlog.Breach, resultlog.HostKey, resultlog.Restored, resultlog.Merge, "nonsense",
}

// anyRecord is a record that may make no sense.
func anyRecord(s *stage, r *rapid.T) resultlog.Record {
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(r, "text") }
	keys := append(sortedKeys(s.run().Claims), "", "sha256:none")
	rec := resultlog.Record{
		Kind: rapid.SampledFrom(anyKind).Draw(r, "kind"), T: one("", "nonsense", instant(s.now.At)), Run: one("", s.run().ID, "sha256:x"),
		Plan: one("", key, key+"/w0", key+"/w1", "beta/os", "acme/other", "/", "acme"), Wave: one("", "w0", "w1", "x"), Asset: one("", "h00", "h001", "h050", "h099", "x"),
		Segment: one("", "install", "reboot", "verify", "rollback", "x"), Attempt: rapid.Int64Range(-1, 3).Draw(r, "attempt"), Key: one(keys...),
		Outcome: one("", "succeeded", "failed", "stopped", "interrupted", "pass", "fail", "promoted", "aborted", "done", "sent", "x"),
		Code:    one("", "FREEZE", "EXCEPTION", "MISSED_WINDOW", "PARTIAL", "threshold", "freeze", "WORSE"), Begin: one("", instant(s.now.At), "x"),
		Schedule: one("", "sha256:none"), Assets: []string{one("h001", "x")}, Gate: one("", "probe-0"), Reboot: rapid.Bool().Draw(r, "reboot"),
		Facts: []resultlog.Fact{{Name: one("health", "before", "package"), Subject: one("", "a"), Value: one("up", "down")}},
	}
	if rapid.Bool().Draw(r, "actor") {
		rec.Actor = &resultlog.Actor{Kind: one("person", "controller"), ID: one("ada", "")}
	}
	return rec
}

// TestPropertyHostileRecords: records that make no sense never panic, what is refused
// changes nothing, and whatever was taken Next still answers.
func TestPropertyHostileRecords(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := midWave(t)
		for range rapid.IntRange(1, 20).Draw(r, "records") {
			l := Logged{rapid.SampledFrom([]string{"acme", "beta", "_org"}).Draw(r, "client"), anyRecord(s, r)}
			before := Begin()
			if err := before.Apply(s.log, s.blob); err != nil {
				r.Fatal(err)
			}
			if err := s.state.Apply([]Logged{l}, s.blob); err == nil {
				s.log = append(s.log, l)
				continue
			}
			if s.bare(); !reflect.DeepEqual(before.Runs, s.state.Runs) || !reflect.DeepEqual(before.Down, s.state.Down) {
				r.Fatalf("a refused %s changed the state", l.Record.Kind)
			}
		}
		s.now.At += hour
		Next(s.state, s.docs, s.now)
	})
}

// bare forgets what Next remembers of its own questions.
func (s *stage) bare() {
	for _, run := range s.state.Runs {
		run.judged = judged{}
		for _, h := range run.Hosts {
			h.fine, h.asked, h.answered, h.answerer, h.answer = 0, nil, 0, nil, rollout.Answer{}
		}
	}
}

// TestPropertyNextIsAFunction: the same state, documents and instant give the same
// decisions, however often they are asked.
func TestPropertyNextIsAFunction(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDrama(t, r)
		for range rapid.IntRange(1, 8).Draw(r, "events") {
			d.to(d.now.At + rapid.Int64Range(60, 20*hour).Draw(r, "time"))
			if d.state.Runs[key] != nil && d.run().Ended == 0 {
				d.happen()
			}
			d.now.At += rapid.Int64Range(0, 2*hour).Draw(r, "later")
			first, second := Next(d.state, d.docs, d.now), Next(d.state, d.docs, d.now)
			if !reflect.DeepEqual(first.Do, second.Do) {
				r.Fatalf("asked twice: %+v, then %+v", first.Do, second.Do)
			}
		}
	})
}

// W19: an override lifts a freeze as long as it lasts, and not a moment longer.
func TestCaseW19AnOverrideExpires(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 30) // one by one, 4 minutes each
	p := &s.docs.Input.Clients[0].Plans[0]
	p.Overrides = []string{"Freeze/_/q1"}
	s.freeze("2026-06-01T00:00:00Z", "2026-06-20T00:00:00Z", nil)
	s.until("2026-06-11T02:00:00Z")
	done := s.wave().Done
	s.docs.Input.Clients[0].Plans[0].Overrides = nil
	s.commit("expired")
	s.until("2026-06-19T12:00:00Z")
	if n := s.wave().Done; done < 10 || n > done+1 {
		t.Errorf("%d done under the override, %d more after it", done, n-done)
	}
	if s.wave().Pause != PauseFreeze {
		t.Errorf("the wave is %s(%s): %v", s.wave().State, s.wave().Pause, s.waits)
	}
	for _, l := range s.log {
		if r := l.Record; r.Kind == resultlog.Claim && r.Segment == string(dispatch.Install) && seconds(r.T) > clock(t, "2026-06-11T02:00:00Z") {
			t.Errorf("%s was started at %s", r.Asset, r.T)
		}
	}
	if !s.waiting(rollout.Freeze) {
		t.Errorf("waits %v", s.waits)
	}
}
