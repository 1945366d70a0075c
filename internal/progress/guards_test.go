package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// All who must be told of an occurrence are, before anything starts in it.
func TestEveryContactIsTold(t *testing.T) {
	r := &running{Run: &Run{
		Schedule: &Locked{Notices: []rollout.Notice{{Contact: "carol", Window: "w", Occurrence: 60}, {Contact: "dave", Window: "w", Occurrence: 60}}},
		Notices:  map[string]int64{NoticeKey("carol", "w", 60): 7},
	}}
	if _, told := r.informed("w", 60); told {
		t.Error("one of two was told")
	}
	r.Notices[NoticeKey("dave", "w", 60)] = 9
	if at, told := r.informed("w", 60); !told || at != 9 {
		t.Errorf("told %t at %d, wanted when the last was", told, at)
	}
	if _, told := r.informed("w", 120); told {
		t.Error("nobody was told of another occurrence")
	}
}

// A session that has begun does not slip into another occurrence by itself (W16).
func TestARebootStaysInItsOccurrence(t *testing.T) {
	tick := &tick{d: &Documents{}}
	r := &running{Run: &Run{}, plan: &Plan{Misfire: "defer"}}
	h := &Host{Place: &Place{Window: "w", Occurrence: 60}}
	own, next := rollout.Answer{Window: "w", Occurrence: 60}, rollout.Answer{Window: "w", Occurrence: 120}
	if tick.elsewhere(r, h, own) != "" || tick.elsewhere(r, h, next) != rollout.MissedWindow {
		t.Error("wanted its own occurrence only")
	}
	if r.plan.Misfire = "nextWindow"; tick.elsewhere(r, h, next) != "" {
		t.Error("nextWindow goes on by itself")
	}
	if r.plan.Misfire, h.resumed = "defer", true; tick.elsewhere(r, h, next) != "" {
		t.Error("a person let it go on")
	}
}

// A primary waits until its standby is done and has soaked.
func TestAPrimaryWaitsForItsStandbysSoak(t *testing.T) {
	tick := &tick{s: Begin(), at: 1000}
	l := &load{assets: []rollout.Asset{{Name: "a"}, {Name: "b"}}}
	r := &running{Run: &Run{Client: "acme", Hosts: map[string]*Host{"a": {State: Soaking}}}}
	u := rollout.Unit{ID: "pair", First: []int{0}, Soak: 600}
	tick.s.ended["acme/a"] = 900
	if o := tick.standbys(r, l, u); o.code != rollout.HAConflict || o.until != 1500 {
		t.Errorf("%+v, wanted to wait until 1500", o)
	}
	tick.at = 1500
	if o := tick.standbys(r, l, u); o.code != "" {
		t.Errorf("%+v after its soak", o)
	}
	for state, want := range map[HostState]rollout.Code{Failed: rollout.HAPeerDown, Planned: rollout.HAConflict, Unknown: rollout.HAConflict, Excepted: ""} {
		r.Hosts["a"].State = state
		if o := tick.standbys(r, l, u); o.code != want {
			t.Errorf("%s: %+v, wanted %q", state, o, want)
		}
	}
}

// A hold keeps a session that has begun from its reboot, until somebody resumes.
func TestNoRebootUnderAHold(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.plan.Reboot = "always"
	s.until("2026-06-11T01:00:00Z")
	s.state.Live[s.run().Hosts["h000"].Key] = dispatch.Installs // past its point of no return
	s.say(resultlog.Hold, key, "ada")
	s.until("2026-06-11T01:30:00Z")
	reboots := func() (n int) {
		for _, l := range s.log {
			if l.Record.Kind == resultlog.Claim && l.Record.Segment == string(dispatch.Reboot) {
				n++
			}
		}
		return n
	}
	if reboots() > 0 || !s.waiting(rollout.Held) {
		t.Fatalf("%d reboots under a hold: %v", reboots(), s.waits)
	}
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-12T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v %v", s.run().Outcome, s.states(), s.waits)
	}
}

// A reboot in a later window is in time there, and so is the check that follows it.
func TestWhatFollowsALateRebootIsInItsWindow(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.plan.Reboot = "always"
	s.until("2026-06-11T01:00:00Z")
	s.state.Live[s.run().Hosts["h000"].Key] = dispatch.Installs
	s.say(resultlog.Hold, key, "ada")
	s.until("2026-06-11T12:00:00Z")
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-12T08:00:00Z")
	want := map[string]string{"install": "2026-06-11", "reboot": "2026-06-12", "verify": "2026-06-12"}
	for _, l := range s.log {
		if r := &l.Record; r.Kind == resultlog.Claim && (r.Occurrence != want[r.Segment]+"T01:00:00Z" || r.End != want[r.Segment]+"T04:00:00Z") {
			t.Errorf("%s is in %s until %s, wanted the night of %s", r.Segment, r.Occurrence, r.End, want[r.Segment])
		}
	}
	if n := s.kinds(resultlog.Claim); n != 3 {
		t.Errorf("%d claims, wanted install, reboot and verify: %v %v", n, s.states(), s.waits)
	}
}
