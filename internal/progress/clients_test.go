package progress

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// template is one plan at several clients, beside acme: their hosts do what acme's do.
func template(s *stage, names ...string) {
	for _, name := range names {
		d := documents(s.T, s.now.At, len(s.plan.Jobs))
		c, p := d.Input.Clients[0], d.Plans[key]
		c.Name, p.Client, p.Waves = name, name, s.plan.Waves
		for _, j := range p.Jobs {
			j.Target.Client, j.Grant = name, name+j.Grant
		}
		s.docs.Input.Clients = append(s.docs.Input.Clients, c)
		s.docs.Plans[name+"/os"] = p
	}
	for _, key := range sortedKeys(s.docs.Plans) {
		s.docs.Plans[key].ID = "PatchPlan/_/os"
	}
	for i := range s.docs.Input.Clients {
		s.docs.Input.Clients[i].Plans[0].ID = "PatchPlan/_/os"
	}
	s.commit("template")
}

// A template is one rollout at all its clients, each with its own waves and thresholds.
func TestATemplateIsOneRollout(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	template(s, "beta", "gamma")
	s.answers = func(task *dispatch.Task) string {
		if task.Client == "beta" {
			return "failed@install"
		}
		return ""
	}
	s.until("2026-06-12T08:00:00Z")
	for name, want := range map[string]string{"acme": "done", "beta": "", "gamma": "done"} {
		r := s.state.Runs[name+"/os"]
		if r.ID != s.run().ID || r.Outcome != want {
			t.Errorf("%s: run %s is %q, wanted %q of rollout %s", name, r.ID, r.Outcome, want, s.run().ID)
		}
	}
}

// Rings order clients; one that is held holds only itself, one that failed holds the
// next rings.
func TestRings(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(s *stage)
		gamma string
	}{
		{"in order", func(*stage) {}, "done"},
		{"held", func(s *stage) {
			s.append("beta", resultlog.Record{Kind: resultlog.Hold, Plan: "beta/os", Actor: &resultlog.Actor{Kind: "person", ID: "ada"}})
		}, "done"},
		{"failed", func(s *stage) {
			s.append("beta", resultlog.Record{Kind: resultlog.Abort, Plan: "beta/os", Actor: &resultlog.Actor{Kind: "person", ID: "ada"}})
			s.docs.Plans["gamma/os"].Misfire = "nextWindow"
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, "2026-06-10T08:00:00Z", 3)
			template(s, "beta", "gamma")
			for i, name := range []string{"acme", "beta", "gamma"} {
				p := s.docs.Plans[name+"/os"]
				p.Ring, p.RingSoak = i, hour
			}
			s.until("2026-06-10T12:00:00Z")
			c.do(s)
			s.until("2026-06-20T08:00:00Z")
			if r := s.state.Runs["gamma/os"]; r == nil || r.Outcome != c.gamma {
				t.Errorf("gamma is %+v, wanted %q; %v", r, c.gamma, s.waits)
			}
			ended := s.run().Ended
			for _, l := range s.log {
				if r := l.Record; r.Kind == resultlog.Claim && l.Client != "acme" && seconds(r.T) < ended+hour {
					t.Errorf("%s started %s at %s, before acme was done and had soaked", l.Client, r.Asset, r.T)
				}
			}
		})
	}
}

// R65: no client's load keeps others from their windows.
func TestPlacesAreSharedBetweenClients(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 30)
	template(s, "beta", "gamma")
	for _, p := range s.docs.Plans {
		p.Waves = []Wave{{Name: "all", Advance: 100, MaxFailures: count(30)}}
	}
	s.now.Most = 6
	s.answers = func(task *dispatch.Task) string {
		if task.Client == "acme" {
			return "hang"
		}
		return ""
	}
	s.until("2026-06-11T03:00:00Z")
	open := map[string]int{}
	for _, f := range s.flights {
		open[f.task.Client]++
	}
	if open["acme"] > 4 || len(s.flights) > 6 {
		t.Errorf("in flight are %v, wanted at most 4 of one client and 6 in all", open)
	}
	for _, name := range []string{"beta", "gamma"} {
		done := 0
		for _, h := range s.state.Runs[name+"/os"].Hosts {
			if h.State.Ended() {
				done++
			}
		}
		if done < 20 {
			t.Errorf("%s has %d hosts done, and acme hangs", name, done)
		}
	}
}

// Two plans never work on one machine at once.
func TestPlansTakeTurnsOnAMachine(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	c := &s.docs.Input.Clients[0]
	other := c.Plans[0]
	other.Name, other.ID = "web", "PatchPlan/acme/web"
	c.Plans = append(c.Plans, other)
	p := *s.plan
	p.Name, p.ID, p.Digest = "web", other.ID, "sha256:web"
	s.docs.Plans["acme/web"] = &p
	for _, k := range []string{key, "acme/web"} {
		s.docs.Plans[k].Waves = []Wave{{Name: "all", Advance: 100, MaxFailures: count(9)}}
	}
	s.commit("two")
	s.until("2026-06-13T08:00:00Z")
	open := map[string]string{}
	for _, l := range s.log {
		switch r := l.Record; r.Kind {
		case resultlog.Claim:
			if open[r.Asset] != "" && open[r.Asset] != r.Plan {
				t.Errorf("%s: %s is worked on by %s and %s", r.T, r.Asset, open[r.Asset], r.Plan)
			}
			open[r.Asset] = r.Plan
		case resultlog.Result:
			if r.Segment == string(dispatch.Verify) {
				delete(open, r.Asset)
			}
		}
	}
	for _, k := range []string{key, "acme/web"} {
		if s.state.Runs[k].Outcome != "done" {
			t.Errorf("%s is %q: %v", k, s.state.Runs[k].Outcome, s.waits)
		}
	}
}

// What people see of hosts and waves.
func TestShown(t *testing.T) {
	s := midWave(t)
	got := map[HostState]int{}
	for _, h := range s.run().Hosts {
		got[s.state.Shown(s.run(), h, s.now.At)]++
	}
	if got[Soaking] != 20 || got[Installing] != 5 || got[Staged] != 10 || got[Ready]+got[Planned] != 65 || got[Ready] == 0 {
		t.Errorf("hosts are shown as %v", got)
	}
	g := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1})
	var seen []WaveState
	for _, at := range []string{"2026-06-10T12:00:00Z", "2026-06-11T01:01:00Z", "2026-06-11T01:30:00Z", "2026-06-11T02:30:00Z"} {
		g.until(at)
		seen = append(seen, g.wave().Shown(&g.plan.Waves[0], g.now.At))
	}
	if !slices.Equal(seen, []WaveState{Scheduled, WaveRunning, WaveSoaking, AwaitingApproval}) {
		t.Errorf("the wave is shown as %v", seen)
	}
}

// A client that is not in the input any more waits; it has missed nothing yet.
func TestAnUnknownClientWaits(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T00:59:00Z")
	in := *s.docs.Input
	in.Clients = []rollout.Client{}
	d := *s.docs
	d.Input, d.oracle, d.Commit = &in, nil, s.docs.Commit
	s.docs = &d
	s.until("2026-06-11T01:30:00Z")
	if s.kinds(resultlog.Claim)+s.kinds(resultlog.Deferred) != 0 || !s.waiting(rollout.ClientNotActive) {
		t.Errorf("%d claims, %d deferred, waits %v", s.kinds(resultlog.Claim), s.kinds(resultlog.Deferred), s.waits)
	}
}
