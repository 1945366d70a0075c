package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// inPart says of a host's installation that some patches went in and some did not.
func (s *stage) inPart(asset string) {
	s.Helper()
	h := s.run().Hosts[asset]
	if h.Key == "" || h.Segment != dispatch.Install {
		s.Fatalf("%s is %s in %s, wanted an installation under way", asset, h.State, h.Segment)
	}
	key, attempt := h.Key, h.Attempt
	delete(s.flights, key)
	delete(s.now.InHand, key)
	s.append("acme", resultlog.Record{
		Kind: resultlog.Result, Plan: "acme/os", Run: s.run().ID, Wave: h.Wave, Asset: asset, Segment: "install", Attempt: attempt, Key: key,
		Outcome: dispatch.Failed, Step: "install", Code: partial, Reboot: true,
	})
}

// WR31: what went in part only has failed for certain: it counts at once, and not only when
// its reboot and its check have ended. Other waves begin nothing meanwhile.
func TestWR31APartialFailureCountsAtOnce(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 8)
	s.waves([]int{50, 100}, func(k int, w *Wave) {
		w.MaxFailures = count(int64(k))
		if k == 0 {
			w.Advance = 25
		}
	})
	hang, first := true, ""
	s.answers = func(task *dispatch.Task) string {
		if first == "" {
			first = task.Asset
		}
		if hang && task.Asset != first {
			return "hang"
		}
		return ""
	}
	late := ""
	for late == "" { // the second wave has begun, and the first has a straggler
		s.to(s.now.At + 30)
		if s.now.At > clock(t, "2026-06-11T04:00:00Z") {
			t.Fatal("no straggler is under way")
		}
		if r := s.run(); r != nil && len(r.Waves) > 1 && r.Waves[1].Begun > 0 {
			late = straggler(&r.Waves[0])
		}
	}
	s.inPart(late)
	claims := s.kinds(resultlog.Claim)
	s.to(s.now.At + 30)
	h, w := s.run().Hosts[late], &s.run().Waves[0]
	if !h.State.Busy() || len(w.Pauses) == 0 || w.Pauses[0].Code != PauseThreshold {
		t.Errorf("%s is %s, its wave has the pauses %v; wanted the threshold passed while its session goes on", late, h.State, w.Pauses)
	}
	if w.Failing() != 1 {
		t.Errorf("%d failures are shown, wanted the one that it is paused for", w.Failing())
	}
	if n := s.kinds(resultlog.Claim) - claims; n > 1 { // its own reboot
		t.Errorf("%d claims since, wanted its own only", n)
	}
	hang = false
	s.say(resultlog.Resume, key, "dana")
	s.until("2026-06-11T08:00:00Z")
	if n := s.kinds(resultlog.WavePaused); n != 1 || s.run().Ended == 0 || w.Failures != 1 || w.doomed != 0 {
		t.Errorf("%d pauses, %d failures, %d doomed, outcome %q; wanted it forgiven once and for all", n, w.Failures, w.doomed, s.run().Outcome)
	}
}

// straggler is a host of a wave whose installation is under way.
func straggler(w *WaveProgress) string {
	for _, h := range w.hosts {
		if h.Key != "" && h.Segment == dispatch.Install {
			return h.Asset
		}
	}
	return ""
}
