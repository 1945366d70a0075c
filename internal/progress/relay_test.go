package progress

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// behind puts hosts behind relays, by their index.
func (s *stage) behind(relays []rollout.Relay, of func(i int) int) {
	c := &s.docs.Input.Clients[0]
	c.Relays = relays
	for i := range c.Assets {
		if c.Assets[i].Relay = of(i); c.Assets[i].Relay >= 0 {
			s.plan.Jobs[c.Assets[i].Name].Relay = relays[c.Assets[i].Relay].Name
		}
	}
}

// health appends what an inventory says of a host.
func (s *stage) health(asset, value string) {
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: asset, Facts: []resultlog.Fact{{Name: "health", Value: value}}})
}

// unhealthy are the hosts that wait because of their relay, with why.
func (s *stage) unhealthy() map[string]string {
	out := map[string]string{}
	for _, w := range s.waits {
		if w.Code == rollout.RelayUnhealthy {
			out[w.Plan+"/"+w.Asset] = w.Why
		}
	}
	return out
}

// TestAFailingRelayIsNamed: hosts behind a relay whose hosts fail wait for the relay, with the
// counts, until somebody resumes; those elsewhere do not.
func TestAFailingRelayIsNamed(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 100)
	s.behind([]rollout.Relay{{Name: "lyon", ID: "Relay/acme/lyon", Mbps: 100}, {Name: "paris", ID: "Relay/acme/paris", Mbps: 100}}, func(i int) int { return min(1, i%10) })
	s.plan.Waves[0].MaxFailures = percent(40)
	s.fails(func(asset string) bool { return s.plan.Jobs[asset].Relay == "lyon" })
	s.until("2026-06-11T03:00:00Z")
	begun := 0
	for asset, job := range s.plan.Jobs {
		h := s.run().Hosts[asset]
		why, waits := s.unhealthy()["os/"+asset]
		if job.Relay == "lyon" && h.Attempt > 0 {
			begun++
		}
		if waits != (job.Relay == "lyon" && h.State == Planned) || waits && !strings.Contains(why, "at relay lyon failed, elsewhere 0 of") {
			t.Errorf("%s behind %s is %s and waits: %t, %q", asset, job.Relay, h.State, waits, why)
		}
	}
	if begun == 10 || begun < 3 {
		t.Fatalf("%d of 10 behind the relay were begun, wanted three or a few more", begun)
	}
	s.answers = nil
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-12T03:30:00Z")
	if s.run().Ended == 0 || len(s.unhealthy()) > 0 {
		t.Errorf("after a resume: %v %v", s.states(), s.waits)
	}
}

// TestAFailingRelayKeepsOtherPlansAway: what one plan found out of a relay holds for the hosts
// of every plan of the client behind it, and only as long as it holds for that plan.
func TestAFailingRelayKeepsOtherPlansAway(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 20)
	s.behind([]rollout.Relay{{Name: "lyon", ID: "Relay/acme/lyon", Mbps: 100}, {Name: "paris", ID: "Relay/acme/paris", Mbps: 100}}, func(i int) int { return min(1, i%4) })
	c := &s.docs.Input.Clients[0]
	other := c.Plans[0]
	other.Name, other.ID, other.NotBefore = "zlib", "PatchPlan/acme/zlib", clock(t, "2026-06-12T00:00:00Z")
	c.Plans = append(c.Plans, other)
	p := *s.plan
	p.Name, p.ID, p.Digest = other.Name, other.ID, "sha256:zlib"
	s.docs.Plans["acme/zlib"] = &p
	s.plan.Waves = []Wave{{Name: "all", Advance: 100, MaxFailures: percent(40)}}
	p.Waves = s.plan.Waves
	s.answers = func(task *dispatch.Task) string {
		if task.Plan == "os" && task.Segment == dispatch.Install && s.plan.Jobs[task.Asset].Relay == "lyon" {
			return "failed@stage"
		}
		return ""
	}
	s.until("2026-06-12T03:00:00Z")
	for asset, job := range p.Jobs {
		why, waits := s.unhealthy()["zlib/"+asset]
		if began := s.state.Runs["acme/zlib"].Hosts[asset].Attempt > 0; waits != (job.Relay == "lyon") || began != (job.Relay != "lyon") || waits && (!strings.Contains(why, "lyon") || !strings.Contains(why, "resume:acme/os/all")) {
			t.Errorf("%s behind %s began %t, waits %t: %q", asset, job.Relay, began, waits, why)
		}
	}
	s.answers = nil
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-12T03:45:00Z")
	if waits := s.unhealthy(); len(waits) > 0 {
		t.Errorf("after a resume of the first plan: %v", waits)
	}
}

// TestARelayThatIsDown: behind a relay whose machine is down, or whose own relay's is, nothing
// starts until it is up; the machine itself is not kept from being mended.
func TestARelayThatIsDown(t *testing.T) {
	relays := []rollout.Relay{
		{Name: "core", ID: "Relay/acme/core", Mbps: 100, Host: "h000"},
		{Name: "lyon", ID: "Relay/acme/lyon", Mbps: 100, Host: "h001", Parent: "core"},
		{Name: "nice", ID: "Relay/acme/nice", Mbps: 100, Parent: "nice"},
	}
	for _, c := range []struct {
		down string
		want []string
	}{
		{"h000", []string{"h001", "h003", "h004"}},
		{"h001", []string{"h003", "h004"}},
		{"h002", nil},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 7)
		s.behind(relays, func(i int) int { return []int{0, 0, -1, 1, 1, 2, 2}[i] })
		s.plan.Waves[0].MaxFailures = count(7)
		s.fails(func(asset string) bool { return asset == c.down })
		s.until("2026-06-11T00:30:00Z")
		s.health(c.down, "down")
		s.until("2026-06-11T02:30:00Z")
		var got []string
		for host, why := range s.unhealthy() {
			if got = append(got, strings.TrimPrefix(host, "os/")); !strings.Contains(why, c.down+" is down") {
				t.Errorf("%s waits because %q", host, why)
			}
		}
		if slices.Sort(got); fmt.Sprint(got) != fmt.Sprint(c.want) || len(s.starts()) != 7-len(c.want) {
			t.Errorf("%s is down: %v wait, %v started, wanted %v to wait and the others to start", c.down, got, s.starts(), c.want)
		}
		s.health(c.down, "up")
		s.until("2026-06-11T03:30:00Z")
		if got := s.starts(); len(got) != 7 {
			t.Errorf("%s is up again: %v started, wanted all", c.down, got)
		}
	}
}

// TestTheMachineOfAFailingRelayIsMended: what another plan found out of a relay does not keep its
// own machine from being mended, though that loads through itself.
func TestTheMachineOfAFailingRelayIsMended(t *testing.T) {
	c := &rollout.Client{
		Name: "acme", Assets: []rollout.Asset{{Name: "relay", Relay: 0}, {Name: "web", Relay: 0}},
		Relays: []rollout.Relay{{Name: "lyon", ID: "Relay/acme/lyon", Host: "relay", Parent: "core"}, {Name: "core", ID: "Relay/acme/core"}},
	}
	for _, x := range []struct{ relay, want string }{{"lyon", "web"}, {"core", "relay web"}, {"nice", ""}} {
		s := Begin()
		s.Runs["acme/os"] = &Run{Client: "acme", Plan: "os", Waves: []WaveProgress{{Name: "all", Pauses: []Pause{{Code: PauseTriage, Cause: "relay " + x.relay}}}}}
		var got []string
		for i := range c.Assets {
			if s.Unhealthy(c, i) != "" {
				got = append(got, c.Assets[i].Name)
			}
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s fails: %v wait, wanted %s", x.relay, got, x.want)
		}
	}
}
