package progress

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// rename gives the plan other waves, by another commit: of each the last so many
// of those that there were.
func (s *stage) rename(names ...string) {
	p := &s.docs.Input.Clients[0].Plans[0]
	from := len(p.Waves) - len(names)
	p.Waves, s.plan.Waves = slices.Clone(p.Waves[from:]), slices.Clone(s.plan.Waves[from:])
	for k, name := range names {
		p.Waves[k].Name, s.plan.Waves[k].Name = name, name
	}
	s.commit("renamed")
}

// TestAWaveIsRenamedUnderWay: its hosts go on in it, and the run ends; whatever the plan's
// waves are called or are since.
func TestAWaveIsRenamedUnderWay(t *testing.T) {
	const canary, middle = "2026-06-11T01:01:00Z", "2026-06-11T01:17:00Z"
	for _, c := range []struct {
		name, at, names string
		want            string // waves that began
	}{
		{"as they were", middle, "w0 w1 w2", "w0 w1 w2"},
		{"the wave under way", middle, "w0 half w2", "w0 w1 w2"},
		{"the canary after its end", middle, "canary w1 w2", "w0 w1 w2"},
		{"all of them", middle, "canary half rest", "w0 w1 rest"},
		{"the canary under way", canary, "canary w1 w2", "w0 w1 w2"},
		{"one that has not begun", canary, "w0 half w2", "w0 half w2"},
		{"the wave under way is dropped", middle, "w0 w2", "w0 w1 w2"},
		{"the canary under way is dropped", canary, "w1 w2", "w0 w1 w2"},
		{"the wave under way is dropped, and the last renamed", middle, "w0 rest", "w0 w1 rest"},
		{"all of them before any has begun", "2026-06-11T00:30:00Z", "canary half rest", "canary half rest"},
		{"all in one before any has begun", "2026-06-11T00:30:00Z", "everything", "everything"},
		{"swapped", middle, "w1 w0 w2", "w1 w0 w2"},
		{"all in one", middle, "everything", "w0 w1 everything"},
		{"all in one without a name", middle, "", "w0 w1 all"},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 20)
		s.waves([]int{10, 50, 100}, func(_ int, w *Wave) { w.MaxFailures = count(2) })
		failed := ""
		s.answers = func(task *dispatch.Task) string {
			if failed == "" && task.Wave != "w0" {
				failed = task.Asset
			}
			return map[bool]string{true: "failed@install"}[failed == task.Asset]
		}
		s.until(c.at)
		s.settle()
		before := s.states()
		s.rename(strings.Fields(c.names)...)
		s.until("2026-06-14T08:00:00Z")
		if r := s.run(); r.Outcome != "partial" || s.states()[Succeeded] != 19 || s.states()[Failed] != 1 {
			t.Errorf("%s: from %v to %v, the run is %q, wanted one failed and the others done: %v", c.name, before, s.states(), r.Outcome, s.waits)
		}
		if len(s.starts()) != 20 {
			t.Errorf("%s: %d starts of 20 hosts", c.name, len(s.starts()))
		}
		var began []string
		for _, w := range s.run().Waves {
			if began = append(began, w.Name); w.Begun == 0 || w.Ended == 0 {
				t.Errorf("%s: wave %s began %d, ended %d", c.name, w.Name, w.Begun, w.Ended)
			}
		}
		if strings.Join(began, " ") != c.want {
			t.Errorf("%s: waves %v, wanted %s", c.name, began, c.want)
		}
	}
}

// TestAPauseOutlivesItsWavesName: what waits for a person does so under any name.
func TestAPauseOutlivesItsWavesName(t *testing.T) {
	for _, names := range []string{"w0 rest", "w0", "all"} {
		s := newStage(t, "2026-06-10T08:00:00Z", 20)
		s.waves([]int{10, 100}, nil)
		s.fails(func(asset string) bool { return s.run().Hosts[asset].Wave == "w1" })
		s.until("2026-06-11T01:30:00Z")
		if w := s.run().wave("w1"); w.Pause != PauseThreshold {
			t.Fatalf("w1 is %s(%s)", w.State, w.Pause)
		}
		s.rename(strings.Fields(names)...)
		s.answers = nil
		s.until("2026-06-13T08:00:00Z")
		if n := len(s.starts()); n != 3 || s.run().Ended > 0 || !s.waiting(rollout.Held) {
			t.Errorf("%q: %d started, the run is %q: %v", names, n, s.run().Outcome, s.waits)
		}
		s.say(resultlog.Resume, key+"/w1", "ada")
		s.until("2026-06-16T08:00:00Z")
		if n := len(s.starts()); n != 20 || s.run().Outcome != "partial" {
			t.Errorf("%q: %d started after a resume, the run is %q: %v", names, n, s.run().Outcome, s.waits)
		}
	}
}

// TestAWaveThatBeganWithoutAHost: whoever is moved into a wave that has begun is said to wait, and
// for what; and starts once the plan has a wave for it.
func TestAWaveThatBeganWithoutAHost(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{20, 100}, func(k int, w *Wave) { w.Soak = hour * int64(1-k) })
	s.until("2026-06-11T01:10:00Z")
	s.waves([]int{100}, nil)
	s.commit("one wave")
	s.until("2026-06-12T02:00:00Z")
	if n := len(s.starts()); n == 10 || s.run().Ended > 0 || !s.waiting(rollout.WaveGate) {
		t.Errorf("%d started, the run is %q, and says %v", n, s.run().Outcome, s.waits)
	}
	s.waves([]int{20, 100}, nil)
	s.commit("two waves")
	s.until("2026-06-14T08:00:00Z")
	if n := len(s.starts()); n != 10 || s.run().Outcome != "done" {
		t.Errorf("%d started, the run is %q: %v", n, s.run().Outcome, s.waits)
	}
}
