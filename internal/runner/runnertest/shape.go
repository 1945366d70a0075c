package runnertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// Shape is what small documents look like. The zero value of a field is what its
// comment says first.
type Shape struct {
	Tip     string   // "tip-1"
	AsOf    int64    // 2026-03-02T12:00:00Z, a Monday
	Clients []string // acme; sorted
	Plan    string   // march
	Hosts   int      // 2 each
	// Waves are how many hosts each takes; what is left goes into the last. One wave.
	Waves []int
	Soak  int64
	// Pairs are HA groups of two hosts each, from the first host on.
	Pairs int
	// Window is the daily opening: from this second of the day, UTC, for Length.
	Window int64 // 22:00
	Length int64 // 4 h
	// MaxFailures are per wave, absolute; they are 0 where not said.
	MaxFailures []int64
	Concurrent  int64
	Stagger     int64
	Reboot      string // never
	Misfire     string // defer
	Rollback    bool   // automatic, after install and postcheck
	Notice      bool
	Lead        int64
	Gates       map[int][]progress.Gate // of waves
	Deadline    int64                   // none
	Retry       map[string]progress.Retry
	Denies      []rollout.Deny // of all clients and assets
	Digest      string         // "d1": of what is granted
	Change      string         // standard
}

const (
	second = int64(1)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
	far    = int64(4102444800) // 2100
)

// Noon is 2026-03-02T12:00:00Z, a Monday.
const Noon = int64(1772452800)

func (s Shape) full() Shape {
	def := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	text := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	def(&s.AsOf, Noon)
	def(&s.Window, 22*hour)
	def(&s.Length, 4*hour)
	def(&s.Deadline, far)
	text(&s.Tip, "tip-1")
	text(&s.Plan, "march")
	text(&s.Reboot, "never")
	text(&s.Misfire, "defer")
	text(&s.Digest, "d1")
	text(&s.Change, "standard")
	if len(s.Clients) == 0 {
		s.Clients = []string{"acme"}
	}
	if s.Hosts == 0 {
		s.Hosts = 2
	}
	if len(s.Waves) == 0 {
		s.Waves = []int{s.Hosts}
	}
	return s
}

// Build makes documents of a shape.
func Build(s Shape) *progress.Documents {
	s = s.full()
	d := &progress.Documents{
		Commit: s.Tip, Engine: "test", Tzdata: "2026a", Policy: "p1", Plans: map[string]*progress.Plan{},
		Input: &rollout.Input{AsOf: s.AsOf, Horizon: 35 * day},
	}
	for _, name := range s.Clients {
		d.Input.Clients = append(d.Input.Clients, s.client(name))
		d.Plans[name+"/"+s.Plan] = s.plan(name)
	}
	return d
}

// asset is a name; names sort like numbers.
func (s *Shape) asset(i int) string {
	if s.Hosts > 1000 {
		return fmt.Sprintf("host-%06d", i)
	}
	return fmt.Sprintf("host-%03d", i)
}

func (s *Shape) client(name string) rollout.Client {
	zone := time.UTC
	c := rollout.Client{
		Name: name, Zone: zone, Business: &window.Week{Zone: zone}, Denies: s.Denies,
		Windows: []rollout.Window{{Name: "nightly", ID: "MaintenanceWindow/_/nightly", Def: s.nightly()}},
		Agreements: []rollout.Agreement{{
			Name: "2026", ID: "ClientAgreement/" + name + "/2026", Until: far, CostCap: -1, Windows: []int{0},
			Rates: rollout.Rates{Currency: "EUR"},
		}},
	}
	if s.Notice {
		a := &c.Agreements[0]
		a.Lead = rollout.Lead{Seconds: s.Lead, Path: "spec.notice.lead"}
		a.Contacts, a.Channels = []rollout.Contact{{Name: "ops"}}, []string{"file"}
	}
	for g := range s.Pairs {
		c.Groups = append(c.Groups, rollout.Group{
			Name: fmt.Sprintf("pair-%d", g), ID: fmt.Sprintf("HAGroup/%s/pair-%d", name, g), Members: []int{2 * g, 2*g + 1}, Max: 1, Primary: -1,
		})
	}
	denies := make([]int, len(s.Denies))
	for i := range denies {
		denies[i] = i
	}
	p := rollout.Plan{Name: s.Plan, ID: "PatchPlan/" + name + "/" + s.Plan, Change: s.Change, Ring: -1, Deadline: s.Deadline, Reboot: s.Reboot}
	for i := range s.Hosts {
		a := rollout.Asset{Name: s.asset(i), Windows: []int{0}, Group: -1, RunsOn: -1, Relay: -1, Tier: 1, Denies: denies}
		if i < 2*s.Pairs {
			a.Group = i / 2
		}
		c.Assets = append(c.Assets, a)
		p.Work = append(p.Work, rollout.Work{
			Asset: i, Patches: []string{"kb1"}, Risk: 100, Least: 3, Minutes: s.worst() / minute, Reboots: s.Reboot == "always",
		})
	}
	at := 0
	for i, n := range s.Waves {
		w := rollout.Wave{Name: fmt.Sprintf("wave-%d", i), Selector: true, Soak: s.Soak, Advance: 100, Stagger: s.Stagger}
		if i == len(s.Waves)-1 {
			n = s.Hosts - at
		}
		for range n {
			w.Chosen = append(w.Chosen, at)
			at++
		}
		if s.Concurrent > 0 {
			w.MaxConcurrent = rollout.Amount{Set: true, N: s.Concurrent}
		}
		p.Waves = append(p.Waves, w)
	}
	c.Plans = []rollout.Plan{p}
	return c
}

func (s *Shape) nightly() *window.Window {
	start, err := window.ParseLocal("2026-01-01T" + time.Unix(s.Window, 0).UTC().Format("15:04"))
	if err != nil {
		panic(err)
	}
	rule, err := window.ParseRule("FREQ=DAILY")
	if err != nil {
		panic(err)
	}
	return &window.Window{Zone: time.UTC, Start: start, Rule: &rule, Length: s.Length}
}

// worst is how long a whole session takes at most, with its reserve.
func (s *Shape) worst() int64 {
	out := 10*minute + 5*minute
	for seg, w := range worst {
		if seg != dispatch.Reboot || s.Reboot != "never" {
			out += w
		}
	}
	return out
}

var worst = map[dispatch.Segment]int64{dispatch.Install: 10 * minute, dispatch.Reboot: 5 * minute, dispatch.Verify: 5 * minute}

// Steps of each segment, as jobs makes them for apt.
var steps = map[dispatch.Segment][]dispatch.Step{
	dispatch.Install: {
		{Name: dispatch.Precheck, Builtin: "apt/precheck", Timeout: 60},
		{Name: dispatch.Snapshot, Builtin: "apt/snapshot", Timeout: 60},
		{Name: dispatch.Stage, Builtin: "apt/stage", Timeout: 180},
		{Name: dispatch.Installs, Builtin: "apt/install", Timeout: 300, Point: true},
	},
	dispatch.Reboot:   {{Name: dispatch.Reboots, Builtin: "apt/reboot", Timeout: 300, Point: true}},
	dispatch.Verify:   {{Name: dispatch.Postcheck, Builtin: "apt/postcheck", Timeout: 240}, {Name: dispatch.Cleanup, Builtin: "apt/cleanup", Timeout: 60}},
	dispatch.Rollback: {{Name: dispatch.RollsBack, Builtin: "apt/rollback", Timeout: 300, Point: true}},
}

func (s *Shape) plan(client string) *progress.Plan {
	p := &progress.Plan{
		Client: client, Name: s.Plan, ID: "PatchPlan/" + client + "/" + s.Plan, Digest: s.Digest, Change: s.Change, Deadline: s.Deadline,
		Reboot: s.Reboot, Misfire: s.Misfire, OnSupersede: "finish", Snapshot: "required", Jobs: map[string]*progress.Job{}, Gone: map[string]rollout.Code{},
		Notice: s.Notice, Ring: -1,
	}
	if s.Rollback {
		p.RollbackAuto, p.RollbackOn = true, []string{"install", "postcheck"}
	}
	if s.Notice {
		p.Channels = []string{"file"}
	}
	for i := range s.Waves {
		w := progress.Wave{Name: fmt.Sprintf("wave-%d", i), Soak: s.Soak, Advance: 100, Stagger: s.Stagger, Gates: s.Gates[i]}
		w.MaxFailures = rollout.Amount{Set: true}
		if i < len(s.MaxFailures) {
			w.MaxFailures.N = s.MaxFailures[i]
		}
		if s.Concurrent > 0 {
			w.MaxConcurrent = rollout.Amount{Set: true, N: s.Concurrent}
		}
		p.Waves = append(p.Waves, w)
	}
	for i := range s.Hosts {
		p.Jobs[s.asset(i)] = s.job(client, i)
	}
	return p
}

func (s *Shape) job(client string, i int) *progress.Job {
	j := &progress.Job{
		Asset: s.asset(i), Index: i, Grant: "sha256:grant-" + s.Digest + "-" + s.asset(i), Covered: true, Steps: steps, Worst: worst, Patches: []string{"kb1"},
		Target:   dispatch.Target{Client: client, Asset: s.asset(i), Type: "local", Package: "apt", Journal: true},
		Packages: []dispatch.Package{{Name: "kb1", Version: "2", Scheme: "deb"}}, Retry: s.Retry, Site: "lyon", Owner: "ops", Profile: "linux", Selector: "debian",
	}
	if s.Reboot == "never" {
		j.Steps = map[dispatch.Segment][]dispatch.Step{
			dispatch.Install: steps[dispatch.Install], dispatch.Verify: steps[dispatch.Verify], dispatch.Rollback: steps[dispatch.Rollback],
		}
	}
	if i < 2*s.Pairs {
		j.Group = fmt.Sprintf("pair-%d", i/2)
	}
	return j
}

// Docs are the documents of each authorised tip.
type Docs struct {
	By   map[string]*progress.Documents
	Fail error
	Hook func(point string)
	Read int
}

// NewDocs are those of some tips.
func NewDocs(all ...*progress.Documents) *Docs {
	d := &Docs{By: map[string]*progress.Documents{}}
	for _, one := range all {
		d.By[one.Commit] = one
	}
	return d
}

// At reads those of a commit.
func (d *Docs) At(_ context.Context, commit string, _ *progress.State, _ int64) (*progress.Documents, error) {
	d.Read++
	if d.Hook != nil {
		d.Hook("documents")
	}
	if d.Fail != nil {
		return nil, d.Fail
	}
	if one := d.By[commit]; one != nil {
		return one, nil
	}
	return nil, fmt.Errorf("no documents of %q, there are %q", commit, slices.Sorted(keys(d.By)))
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
