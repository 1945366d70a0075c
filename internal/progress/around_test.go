package progress

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// pair makes hosts a and b one HA group, of which one may be down.
func (s *stage) pair(a, b int, change func(g *rollout.Group)) {
	c := &s.docs.Input.Clients[0]
	g := rollout.Group{Name: "web", ID: "HAGroup/acme/web", Members: []int{a, b}, Max: 1, Primary: -1}
	if change != nil {
		change(&g)
	}
	c.Groups = append(c.Groups, g)
	c.Assets[a].Group, c.Assets[b].Group = len(c.Groups)-1, len(c.Groups)-1
}

// starts are the installations that were claimed, in order.
func (s *stage) starts() []string {
	var out []string
	for _, l := range s.log {
		if l.Record.Kind == resultlog.Claim && l.Record.Segment == string(dispatch.Install) {
			out = append(out, l.Record.Asset)
		}
	}
	return out
}

// WR16: a peer that is down keeps a host from being started, and counts no failure.
func TestCaseWR16APeerIsDown(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.pair(0, 1, nil)
	s.plan.Waves[0].MaxFailures = count(1)
	delete(s.plan.Jobs, "h001")
	s.docs.Input.Clients[0].Plans[0].Work = s.docs.Input.Clients[0].Plans[0].Work[:1]
	s.until("2026-06-11T00:30:00Z")
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h001", Facts: []resultlog.Fact{{Name: "health", Value: "down"}}})
	s.until("2026-06-11T03:00:00Z")
	if got := s.starts(); len(got) > 0 || s.wave().Failures != 0 || !s.waiting(rollout.HAPeerDown) {
		t.Errorf("started %v, %d failures, waits %v, wanted it to wait for its peer", got, s.wave().Failures, s.waits)
	}
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h001", Facts: []resultlog.Fact{{Name: "health", Value: "up"}}})
	s.until("2026-06-11T03:30:00Z")
	if got := s.starts(); len(got) != 1 {
		t.Errorf("started %v when its peer was up again, wanted it", got)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 3)
	s.pair(0, 1, nil)
	s.plan.Waves[0].MaxFailures = count(3)
	s.fails(func(asset string) bool { return asset != "h002" })
	s.until("2026-06-11T03:00:00Z")
	if h0, h1 := s.run().Hosts["h000"], s.run().Hosts["h001"]; h0.State == Failed == (h1.State == Failed) {
		t.Errorf("%s and %s: wanted one failed, and its peer not started", h0.State, h1.State)
	}
	if w := s.wave(); w.Failures != 1 || !s.waiting(rollout.HAPeerDown) {
		t.Errorf("%d failures; waits %v", w.Failures, s.waits)
	}
	s.until("2026-06-13T08:00:00Z") // it missed its window, and has no place any more
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-13T08:10:00Z")
	if want := "h000 of HAGroup/acme/web is down"; !slices.ContainsFunc(s.waits, func(w Wait) bool { return w.Asset == "h001" && strings.Contains(w.Why, want) }) {
		t.Errorf("waits %v, wanted %q of h001", s.waits, want)
	}
}

// The peers of a pair are never away together, the primary goes after the standby has
// soaked.
func TestStandbyFirst(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.pair(0, 1, func(g *rollout.Group) { g.StandbyFirst, g.Primary, g.Soak = true, 0, 1800 })
	s.plan.Waves[0].MaxFailures = count(2)
	s.until("2026-06-11T04:00:00Z")
	if got := s.starts(); !slices.Equal(got, []string{"h001", "h000"}) {
		t.Fatalf("started %v, wanted the standby first", got)
	}
	standby, primary := s.state.ended["acme/h001"], int64(0)
	for _, l := range s.log {
		if l.Record.Kind == resultlog.Claim && l.Record.Asset == "h000" && primary == 0 {
			primary = seconds(l.Record.T)
		}
	}
	if primary < standby+1800 {
		t.Errorf("the primary began %d s after the standby's end, wanted 1800", primary-standby)
	}
}

// A rollback keeps the peer away.
func TestPeersWaitForARollback(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.pair(0, 1, nil)
	s.plan.Waves[0].MaxFailures, s.plan.RollbackAuto, s.plan.RollbackOn = count(2), true, []string{"install", "postcheck"}
	s.fails(func(asset string) bool { return asset == "h000" })
	s.until("2026-06-11T04:00:00Z")
	if h := s.run().Hosts["h000"]; h.State != RolledBack || h.Fell != dispatch.Install {
		t.Errorf("the failed host is %s, wanted RolledBack", h.State)
	}
	open := map[string]bool{}
	for _, l := range s.log {
		switch r := l.Record; r.Kind {
		case resultlog.Claim:
			if open[r.Asset] = true; len(open) > 1 {
				t.Errorf("at %s both peers are away", r.T)
			}
		case resultlog.Result:
			delete(open, r.Asset)
		}
	}
	if h := s.run().Hosts["h001"]; h.State != Succeeded {
		t.Errorf("the peer is %s, wanted Succeeded after the rollback", h.State)
	}
}

func TestDependencies(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	s.docs.Input.Clients[0].Plans[0].Work[0].DependsOn = []int{2}
	s.plan.Waves[0].MaxFailures = count(3)
	s.until("2026-06-12T04:00:00Z")
	got := s.starts()
	if slices.Index(got, "h002") > slices.Index(got, "h000") || len(got) != 3 {
		t.Errorf("started %v, wanted h002 before h000", got)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 3)
	s.docs.Input.Clients[0].Plans[0].Work[0].DependsOn = []int{2}
	s.plan.Waves[0].MaxFailures = count(3)
	s.fails(func(asset string) bool { return asset == "h002" })
	s.until("2026-06-11T03:30:00Z")
	if slices.Contains(s.starts(), "h000") {
		t.Error("h000 was started, and what it depends on failed")
	}
}

func TestCapacities(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 20)
	s.docs.Input.Clients[0].Windows[0].Capacity = 2
	s.plan.Waves[0].MaxFailures = count(20)
	s.until("2026-06-13T08:00:00Z")
	if s.most > 2 || s.run().Outcome != "done" {
		t.Errorf("%d at once, wanted at most 2; the run is %q", s.most, s.run().Outcome)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 20)
	s.docs.Input.Clients[0].Agreements[0].MaxUnavailable = percent(15)
	s.plan.Waves[0].MaxFailures = count(20)
	s.until("2026-06-13T08:00:00Z")
	if s.most > 3 || s.run().Outcome != "done" {
		t.Errorf("%d at once, wanted at most 3 of 20; the run is %q", s.most, s.run().Outcome)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 20)
	s.plan.Waves[0].MaxFailures, s.now.Most = count(20), 4
	s.until("2026-06-13T08:00:00Z")
	if s.most > 4 || s.run().Outcome != "done" {
		t.Errorf("%d at once, wanted at most 4; the run is %q", s.most, s.run().Outcome)
	}
}

// TestTriageCountsWhatIsDone: hosts that succeeded have no work any more once facts say so. They
// count against a cause all the same: what fails behind one relay is not everybody's.
func TestTriageCountsWhatIsDone(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 40)
	names := sortedKeys(s.plan.Jobs)
	behind := map[string]bool{}
	for _, name := range names[20:] {
		behind[name] = true
		s.plan.Jobs[name].Relay = "lyon"
	}
	s.plan.Waves[0].MaxFailures = percent(100)
	s.fails(func(asset string) bool {
		for _, h := range s.run().Hosts { // the facts came in meanwhile
			if h.State == Soaking && !behind[h.Asset] {
				delete(s.plan.Jobs, h.Asset)
			}
		}
		return behind[asset]
	})
	s.until("2026-06-11T04:00:00Z")
	for _, p := range s.wave().Pauses {
		if p.Code == PauseTriage && p.Cause != "relay lyon" {
			t.Errorf("%+v found, a pause of the relay lyon only wanted", p)
		}
	}
}

// WR32: where one relay's hosts fail, only those behind it wait.
func TestCaseWR32OneRelay(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 400)
	for i, name := range sortedKeys(s.plan.Jobs) {
		s.plan.Jobs[name].Relay, s.plan.Jobs[name].Site = "paris", "paris"
		if i%10 == 0 {
			s.plan.Jobs[name].Relay, s.plan.Jobs[name].Site = "lyon", "lyon"
		}
	}
	s.plan.Waves[0].MaxFailures = percent(15)
	s.fails(func(asset string) bool { return s.plan.Jobs[asset].Relay == "lyon" })
	s.until("2026-06-11T04:00:00Z")
	w := s.wave()
	if i := slices.IndexFunc(w.Pauses, func(p Pause) bool { return p.Code == PauseTriage }); i < 0 || w.Pauses[i].Cause != "relay lyon" && w.Pauses[i].Cause != "site lyon" {
		t.Fatalf("pauses %v, wanted one of the relay lyon", w.Pauses)
	}
	paris, lyon := 0, 0
	for _, h := range s.run().Hosts {
		switch {
		case s.plan.Jobs[h.Asset].Relay == "lyon" && h.Attempt > 0:
			lyon++
		case s.plan.Jobs[h.Asset].Relay == "paris" && h.State != Soaking:
			paris++
		}
	}
	if paris > 0 || lyon == 40 {
		t.Errorf("%d of paris are not done, %d of lyon were begun, wanted all of paris and not all of lyon", paris, lyon)
	}
	s.answers = nil
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-13T08:00:00Z")
	if s.run().Ended == 0 {
		t.Errorf("after a resume the run goes on: %v %v", s.states(), s.waits)
	}
}

// A peer that stays down keeps a host out of the schedule, and that is said.
func TestAHostWithoutAPlaceIsExplained(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	s.pair(0, 1, nil)
	s.plan.Waves[0].MaxFailures, s.plan.Misfire = count(2), "nextWindow"
	first := ""
	s.answers = func(task *dispatch.Task) string {
		if task.Asset != "h000" && task.Asset != "h001" || first != "" && first != task.Asset {
			return ""
		}
		first = task.Asset
		return "failed@install"
	}
	s.until("2026-06-14T12:00:00Z")
	if s.run().Ended > 0 || !s.waiting(rollout.HAPeerDown) {
		t.Errorf("run ended %d; waits %v, wanted HA_PEER_DOWN", s.run().Ended, s.waits)
	}
}

// A host that nobody hears of again counts as a failure when its time is over, and the
// others go on within the budget.
func TestAHostThatNeverComesBack(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	s.waves([]int{25, 100}, func(_ int, w *Wave) { w.MaxFailures = count(1) })
	s.answers = func(task *dispatch.Task) string {
		if task.Asset == s.run().Waves[0].hosts[0].Asset {
			return "hang"
		}
		return ""
	}
	s.until("2026-06-11T01:10:00Z")
	for _, c := range s.run().Claims {
		delete(s.now.InHand, c.Key)
		s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: s.run().ID, Wave: "w0", Asset: c.Asset, Key: c.Key, Why: "no answer"})
	}
	schedules := s.kinds(resultlog.Schedule)
	s.until("2026-06-11T08:00:00Z")
	s.expectStates(map[HostState]int{Succeeded: 3, Unknown: 1})
	if r := s.run(); r.Ended > 0 || !s.waiting("UNKNOWN") {
		t.Errorf("the run is %q, waits %v", r.Outcome, s.waits)
	}
	s.plan.Deadline = clock(t, "2026-06-25T08:00:00Z")
	s.until("2026-06-30T08:00:00Z")
	if s.run().Outcome != "partial" {
		t.Errorf("after its deadline the run is %q", s.run().Outcome)
	}
	if n := s.kinds(resultlog.Schedule); n > schedules+1 {
		t.Errorf("%d schedules more, and nothing changed", n-schedules)
	}
}

// What waits for its gate is not moved every night.
func TestABarredWaveIsNotMovedEveryNight(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1})
	s.until("2026-06-25T12:00:00Z")
	if n := s.kinds(resultlog.Schedule); n > 3 {
		t.Errorf("%d schedules in two weeks of waiting", n)
	}
	s.say(resultlog.Approval, key+"/w0", "ada")
	s.until("2026-06-27T12:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v %v", s.run().Outcome, s.states(), s.waits)
	}
}
