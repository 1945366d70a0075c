package simulation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// Shape is a plan and the estate that it is for.
type Shape struct {
	Name    string
	Hosts   int
	Group   int // hosts in the HA group, from the first; at most one of them may be down
	Waves   []progress.Wave
	Percent []int  // of the waves, cumulative
	Reboot  string // never, ifRequired, always
	Misfire string
	Retries int64 // attempts in all
	Back    bool  // failures are rolled back
	Notice  bool
	Days    int64 // until the deadline
	Opens   int64 // seconds after midnight UTC at which the window opens, every day
	Open    int64 // for how long

	// Client and Plan are whose it is, where it is not alone in its world. Supersede is what
	// becomes of it when another plan supersedes it.
	Client, Plan, Supersede string
}

// client, plan and key name a shape's plan.
func (s *Shape) client() string { return cmp.Or(s.Client, client) }
func (s *Shape) name() string   { return cmp.Or(s.Plan, planName) }
func (s *Shape) key() string    { return s.client() + "/" + s.name() }

const (
	minute = int64(60)
	hour   = 60 * minute
	day    = 24 * hour
	// epoch is when every simulation begins: midnight of a Monday.
	epoch = int64(1772409600)

	client   = "acme"
	planName = "openssl"
	planKey  = client + "/" + planName
	oldest   = "1.0"

	repository = "repository"

	noticeLead = 4 * hour
)

// worst is how long segments take at most, by what the documents say.
var worst = map[dispatch.Segment]int64{
	dispatch.Install: 10 * minute, dispatch.Reboot: 5 * minute, dispatch.Verify: 2 * minute, dispatch.Rollback: 8 * minute,
}

// Tip is what the documents say at one authorised commit.
type Tip struct {
	Version   string        // that is to be installed
	Freezes   []window.Span // that bind everybody
	Excepted  []int         // hosts with a live exception
	Uncovered []int         // hosts whose grants nobody approved
	Closed    bool          // the client is not active any more
	Absent    bool          // the plan is not there yet
	Leaves    bool          // hosts leave it, or all of it ends: another plan supersedes it
	Old       bool          // another plan supersedes it
}

// uncovered are the grants that nobody approved, as a merge record names them.
func (t *Tip) uncovered(plan string) []string {
	var out []string
	for _, i := range t.Uncovered {
		out = append(out, plan+"/"+hostName(i))
	}
	return out
}

// hostName sorts as its number does.
func hostName(i int) string { return fmt.Sprintf("h%02d", i) }

// grant is the digest of what may be done to a host.
func grant(version string, host int) string {
	return canonical.Digest([]byte(version + " on " + hostName(host)))
}

// documents are those of a tip, as internal/jobs would read them.
func (s *Shape) documents(commit string, t *Tip, keep []int) *progress.Documents {
	in := s.input(t)
	p := &progress.Plan{
		Client: s.client(), Name: s.name(), ID: "PatchPlan/" + s.key(), Change: "standard",
		Digest: canonical.Digest([]byte(t.Version)), Deadline: epoch + s.Days*day, Reboot: s.Reboot, Misfire: s.Misfire,
		OnSupersede: cmp.Or(s.Supersede, "finish"), RollbackAuto: s.Back, RollbackOn: []string{"install", "postcheck"}, Snapshot: "none",
		Waves: s.Waves, Jobs: map[string]*progress.Job{}, Gone: map[string]rollout.Code{},
		Notice: s.Notice, Channels: []string{"email"},
	}
	if t.Old {
		p.Superseded = "superseded by a newer plan"
	}
	if t.Closed {
		p.Closed, p.ClosedWhy = rollout.ClientNotActive, "the client is not active"
	}
	for i := range s.Hosts {
		p.Jobs[hostName(i)] = s.job(i, t)
	}
	for _, i := range t.Excepted {
		if !slices.Contains(keep, i) {
			delete(p.Jobs, hostName(i))
		}
		p.Gone[hostName(i)] = rollout.Exception
	}
	return &progress.Documents{
		Commit: commit, Input: in, Plans: map[string]*progress.Plan{s.key(): p},
		Engine: "simulation", Tzdata: "none", Policy: canonical.Digest([]byte("policy")),
	}
}

func (s *Shape) job(i int, t *Tip) *progress.Job {
	j := &progress.Job{
		Asset: hostName(i), Index: i, Grant: grant(t.Version, i), Covered: true,
		Target:   dispatch.Target{Client: s.client(), Asset: hostName(i), Type: "ssh", Address: "192.0.2.1", Package: "apt", Journal: true},
		Steps:    steps(s.Reboot != "never"),
		Worst:    worst,
		Reboots:  s.Reboot == "always",
		Packages: []dispatch.Package{{Name: "openssl", Version: t.Version, Scheme: "deb"}},
		Patches:  []string{"openssl=" + t.Version},
		Retry:    map[string]progress.Retry{},
		Site:     "lyon", Owner: "ops", Profile: "debian", Selector: "debian/web",
	}
	for _, class := range []string{"relay", "agent", "policy", "patch", "host", "window", "reboot", "app"} {
		j.Retry[class] = progress.Retry{Attempts: s.Retries, Delay: 5 * minute}
	}
	if i < s.Group {
		j.Group = "web"
	}
	for _, u := range t.Uncovered {
		if u == i {
			j.Covered = false
		}
	}
	return j
}

func steps(reboots bool) map[dispatch.Segment][]dispatch.Step {
	step := func(name string, point bool) dispatch.Step {
		return dispatch.Step{Name: name, Builtin: "apt/" + name, Timeout: 2 * minute, Point: point}
	}
	out := map[dispatch.Segment][]dispatch.Step{
		dispatch.Install:  {step(dispatch.Precheck, false), step(dispatch.Snapshot, false), step(dispatch.Stage, false), step(dispatch.Installs, true)},
		dispatch.Verify:   {step(dispatch.Postcheck, false), step(dispatch.Cleanup, false)},
		dispatch.Rollback: {step(dispatch.RollsBack, true)},
	}
	if reboots {
		out[dispatch.Reboot] = []dispatch.Step{step(dispatch.Reboots, true)}
	}
	return out
}

// input is the shape as the computation of schedules reads it.
func (s *Shape) input(t *Tip) *rollout.Input {
	c := rollout.Client{
		Name: s.client(), Zone: time.UTC, Business: &window.Week{Zone: time.UTC},
		Agreements: []rollout.Agreement{{Name: "2026", ID: "ClientAgreement/" + s.client() + "/2026", Until: epoch + 400*day, CostCap: -1, Windows: []int{0}, Rates: rollout.Rates{Currency: "EUR"}}},
		Windows:    []rollout.Window{{Name: "nightly", ID: "MaintenanceWindow/" + s.client() + "/nightly", Def: daily(s.Opens, s.Open)}},
	}
	if s.Notice {
		g := &c.Agreements[0]
		g.Lead, g.Contacts, g.Channels = rollout.Lead{Seconds: noticeLead, Path: "spec.notice.lead"}, []rollout.Contact{{Name: "ops"}}, []string{"email"}
	}
	var denies []int
	for i, f := range t.Freezes {
		c.Denies = append(c.Denies, rollout.Deny{ID: fmt.Sprintf("Freeze/_/f%d", i), Path: "spec.until", Fixed: f})
		denies = append(denies, i)
	}
	for i := range s.Hosts {
		c.Assets = append(c.Assets, rollout.Asset{Name: hostName(i), Windows: []int{0}, Denies: denies, Group: -1, RunsOn: -1, Relay: -1, Tier: 1, Stratum: "debian"})
	}
	if s.Group > 0 {
		g := rollout.Group{Name: "web", ID: "HAGroup/" + s.client() + "/web", Max: 1, Primary: -1, Soak: 5 * minute}
		for i := range s.Group {
			g.Members = append(g.Members, i)
			c.Assets[i].Group = 0
		}
		c.Groups = []rollout.Group{g}
	}
	c.Plans = []rollout.Plan{s.plan(t)}
	return &rollout.Input{AsOf: epoch, Horizon: 14 * day, Clients: []rollout.Client{c}}
}

func (s *Shape) plan(t *Tip) rollout.Plan {
	p := rollout.Plan{Name: s.name(), ID: "PatchPlan/" + s.key(), Change: "standard", Ring: -1, Deadline: epoch + s.Days*day, Reboot: s.Reboot}
	for i, w := range s.Waves {
		p.Waves = append(p.Waves, rollout.Wave{
			Name: w.Name, Percent: s.Percent[i], MaxConcurrent: w.MaxConcurrent, Stagger: w.Stagger, Soak: w.Soak, Advance: w.Advance,
		})
	}
	excepted := map[int]bool{}
	for _, i := range t.Excepted {
		excepted[i] = true
		p.Excluded = append(p.Excluded, rollout.Excluded{Asset: hostName(i), Code: rollout.Exception})
	}
	for i := range s.Hosts {
		if !excepted[i] {
			p.Work = append(p.Work, rollout.Work{Asset: i, Patches: []string{"openssl=" + t.Version}, Risk: 100, Least: 3, Minutes: s.session() / minute, Reboots: s.Reboot == "always"})
		}
	}
	return p
}

// session is how long one lasts at most, with a reserve for going back.
func (s *Shape) session() int64 {
	n := worst[dispatch.Install] + worst[dispatch.Verify]
	if s.Reboot != "never" {
		n += worst[dispatch.Reboot]
	}
	if s.Back {
		n += worst[dispatch.Rollback]
	}
	return n + 2*minute
}

// daily is a window that opens every day.
func daily(opens, length int64) *window.Window {
	start, err := window.ParseLocal(fmt.Sprintf("2026-01-01T%02d:%02d", opens/hour, opens%hour/minute))
	if err != nil {
		panic(err)
	}
	rule, err := window.ParseRule("FREQ=DAILY")
	if err != nil {
		panic(err)
	}
	return &window.Window{Zone: time.UTC, Start: start, Rule: &rule, Length: length}
}

// open says whether the window is open and no freeze holds in [from, until): the
// simulation's own reckoning, which shares nothing with the oracle.
func (s *Shape) open(t *Tip, from, until int64) bool {
	since := (from - epoch) % day
	opened := from - since + s.Opens
	if since < s.Opens {
		opened -= day
	}
	if from >= opened+s.Open && s.Open < day || until > opened+s.Open && s.Open < day {
		return false
	}
	for _, f := range t.Freezes {
		if from < f.End && f.Start < until {
			return false
		}
	}
	return true
}
