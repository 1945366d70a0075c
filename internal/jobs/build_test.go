package jobs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

const (
	planFile    = "plans/acme/openssl.yaml"
	assetFile   = "clients/acme/assets.yaml"
	profileFile = "rules/profiles.yaml"
	termsFile   = "clients/acme/agreement.yaml"
	clientFile  = "clients/acme/client.yaml"
	patchFile   = "catalog/patches.yaml"
)

func planOf(t testing.TB, d *progress.Documents) *progress.Plan {
	t.Helper()
	p := d.Plans["acme/openssl"]
	if p == nil {
		t.Fatalf("no plan acme/openssl among %d", len(d.Plans))
	}
	return p
}

// steps are a segment's as "name" or "builtin".
func steps(j *progress.Job, s dispatch.Segment) string {
	var out []string
	for _, step := range j.Steps[s] {
		name := step.Builtin
		if name == "" {
			name = strings.Join(step.Run, " ")
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

// Together the segments take as long as the session that was planned.
func TestWorstCasesAreThePlannedLength(t *testing.T) {
	for _, name := range []string{"minimal", "msp"} {
		d := example(t, name).build(t)
		for i := range d.Input.Clients {
			c := &d.Input.Clients[i]
			for j := range c.Plans {
				p := d.Plans[c.Name+"/"+c.Plans[j].Name]
				for _, w := range c.Plans[j].Work {
					job := p.Jobs[c.Assets[w.Asset].Name]
					sum := job.Worst[dispatch.Install] + job.Worst[dispatch.Verify]
					if job.Reboots {
						sum += job.Worst[dispatch.Reboot]
					}
					if sum > w.Minutes*60 || len(job.Steps[dispatch.Reboot]) > 0 && sum != w.Minutes*60 {
						t.Errorf("%s/%s %s: the segments take %d s, planned are %d", c.Name, p.Name, job.Asset, sum, w.Minutes*60)
					}
				}
			}
		}
	}
}

func TestOwnStepsReplaceBuiltInOnes(t *testing.T) {
	f := example(t, "minimal")
	own := `steps:
    precheck: {run: [my, precheck], timeout: PT1M, successCodes: [0, 2]}
    drain: {run: [lb, drain], timeout: PT1M}
    snapshot: {run: [zfs, snapshot], timeout: PT2M}
    install: {run: [my, installer], timeout: PT30M, rebootCodes: [3010]}
    restore: {run: [lb, restore], timeout: PT1M}
  idempotency:`
	d := f.with(t, profileFile, "idempotency:", own).build(t)
	j := planOf(t, d).Jobs["web-01"]
	for s, want := range map[dispatch.Segment]string{
		dispatch.Install:  "my precheck, lb drain, zfs snapshot, apt/stage, my installer, lb restore",
		dispatch.Reboot:   "apt/reboot",
		dispatch.Verify:   "apt/postcheck, lb restore, apt/cleanup",
		dispatch.Rollback: "apt/rollback, lb restore",
	} {
		if got := steps(j, s); got != want {
			t.Errorf("%s is %q, wanted %q", s, got, want)
		}
	}
	install := j.Steps[dispatch.Install]
	if last := install[4]; !last.Point || last.Timeout != 1800 || !slices.Equal(last.Reboot, []int{3010}) || last.Env["PATCHOPS_PACKAGES"] != "libssl3=3.0.15-1~deb12u1 openssl=3.0.15-1~deb12u1" {
		t.Errorf("install is %+v", last)
	}
	if !install[2].Optional || install[0].Optional || !slices.Equal(install[0].Success, []int{0, 2}) {
		t.Errorf("snapshot %+v, precheck %+v", install[2], install[0])
	}
}

// A rollback goes to what was there before, which its task says: not to what was to be
// installed.
func TestRollbackNamesNoNewVersions(t *testing.T) {
	for name, j := range planOf(t, example(t, "minimal").build(t)).Jobs {
		if s := j.Steps[dispatch.Rollback][0]; s.Builtin != "apt/rollback" || len(s.Run) != 0 || !s.Point {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// A profile that says nothing of how to install keeps its assets from being planned.
func TestNothingSaysHowToInstall(t *testing.T) {
	d := example(t, "minimal").with(t, profileFile, "\n  package: apt", "\n  package: zypper").build(t)
	p := planOf(t, d)
	w := d.Input.Clients[0].Plans[0].Work[0]
	if len(w.Blocks) == 0 || w.Blocks[0].Code != rollout.Held || len(p.Jobs["web-01"].Steps) != 0 {
		t.Errorf("blocks %+v, steps %v", w.Blocks, p.Jobs["web-01"].Steps)
	}
	answer := d.Input.MayStart(rollout.Ask{Client: "acme", Plan: "openssl", Asset: w.Asset, At: asOf.Unix(), Length: 60})
	if answer.Code != rollout.Held {
		t.Errorf("it may start: %+v", answer)
	}
}

// What nobody approved has no place, and is not covered (R52).
func TestUncovered(t *testing.T) {
	d := example(t, "minimal").build(t, func(o *Options) { o.Uncovered = map[string]bool{"acme/openssl/web-01": true} })
	p := planOf(t, d)
	if p.Jobs["web-01"].Covered || !p.Jobs["web-02"].Covered || p.Jobs["web-01"].Grant == "" || p.Jobs["web-01"].Grant == p.Jobs["web-02"].Grant {
		t.Errorf("web-01 %+v", p.Jobs["web-01"])
	}
	for _, u := range rollout.Compute(d.Input).Plans[0].Unplaced {
		if u.Asset == "web-01" && u.Code == rollout.NotApproved {
			return
		}
	}
	t.Error("web-01 has a place")
}

func TestWithoutGrantsNothingIsCovered(t *testing.T) {
	d := example(t, "minimal").build(t, func(o *Options) { o.Tree = nil })
	for name, j := range planOf(t, d).Jobs {
		if j.Covered || j.Grant != "" {
			t.Errorf("%s is covered", name)
		}
	}
}

// A freeze that is added only subtracts: each grant is another, and the plan's digest the
// same, so that what has ended does not begin again.
func TestDigests(t *testing.T) {
	f := example(t, "minimal")
	before := planOf(t, f.build(t))
	frozen := planOf(t, f.with(t, termsFile, "", "apiVersion: patchops.dev/v1alpha1\nkind: Freeze\nmetadata: {name: f, client: acme}\nspec: {from: 2026-04-01, until: 2026-04-02, reason: x, onRunning: finish}\n").build(t))
	longer := planOf(t, f.with(t, planFile, "reboot: ifRequired", "reboot: always").build(t))
	if before.Digest == "" || before.Digest != frozen.Digest || before.Digest == longer.Digest {
		t.Errorf("digests %s, %s, %s", before.Digest, frozen.Digest, longer.Digest)
	}
	if before.Jobs["web-01"].Grant == frozen.Jobs["web-01"].Grant {
		t.Error("a freeze leaves the grant as it was")
	}
}

func TestMisfireIsTheMoreCareful(t *testing.T) {
	for _, c := range []struct{ plan, agreement, want string }{
		{"", "", "defer"},
		{"nextWindow", "", "nextWindow"},
		{"nextWindow", "defer", "defer"},
		{"defer", "nextWindow", "defer"},
		{"onReconnect", "nextWindow", "nextWindow"},
		{"", "onReconnect", "defer"},
	} {
		if got := careful(c.plan, c.agreement); got != c.want {
			t.Errorf("%q and %q are %q, wanted %q", c.plan, c.agreement, got, c.want)
		}
	}
}

func TestClosedPlans(t *testing.T) {
	f := example(t, "minimal")
	if p := planOf(t, f.with(t, clientFile, "status: active", "status: suspended").build(t)); p.Closed != rollout.ClientNotActive {
		t.Errorf("closed %q %s", p.Closed, p.ClosedWhy)
	}
	d := f.build(t, func(o *Options) {
		o.Closed = map[string]Closed{"acme/openssl": {rollout.Held, "policy start/x refuses it"}}
	})
	if p := planOf(t, d); p.Closed != rollout.Held || p.ClosedWhy == "" {
		t.Errorf("closed %q %s", p.Closed, p.ClosedWhy)
	}
}

// stateOf is a run in which web-01 has an open claim.
func stateOf(plan string) *progress.State {
	s := progress.Begin()
	s.Runs["acme/"+plan] = &progress.Run{
		ID: "sha256:r", Client: "acme", Plan: plan, Claims: map[string]*progress.Claim{"k": {Key: "k", Asset: "web-01"}},
		Hosts: map[string]*progress.Host{
			"web-01": {Asset: "web-01", Wave: "canary", State: progress.Installing, Key: "k"},
			"gone":   {Asset: "gone", Wave: "canary", State: progress.Planned},
			"ws-01":  {Asset: "ws-01", Wave: "canary", State: progress.Planned},
		},
		Waves: []progress.WaveProgress{{Name: "canary"}},
		Schedule: &progress.Locked{Placements: map[string]progress.Place{
			"web-01": {Wave: "canary", Start: 0, End: 2400, Patches: []string{"openssl-3-0-15"}},
		}},
	}
	return s
}

// A session under way keeps its job, whatever facts say meanwhile.
func TestBusyHostsKeepTheirJobs(t *testing.T) {
	s := stateOf("openssl")
	s.Facts["acme/web-01"] = map[string]resultlog.Fact{
		"a": {Name: "package", Subject: "openssl", Value: "3.0.15-1~deb12u1", State: "ii"}, "b": {Name: "package", Subject: "libssl3", Value: "3.0.15-1~deb12u1", State: "ii"},
	}
	s.Facts["acme/ws-01"] = s.Facts["acme/web-01"]
	p := planOf(t, example(t, "minimal").build(t, func(o *Options) { o.State = s }))
	j := p.Jobs["web-01"]
	if j == nil || steps(j, dispatch.Verify) != "apt/postcheck, apt/cleanup" || !j.Covered {
		t.Fatalf("web-01 is %+v", j)
	}
	if len(j.Packages) != 2 {
		t.Errorf("packages %v, and nobody said which the session is about", j.Packages)
	}
	s.Runs["acme/openssl"].Hosts["web-01"].Outcome = &dispatch.Outcome{Before: []dispatch.Package{{Name: "openssl", Version: "3.0.11-1"}}}
	j = planOf(t, example(t, "minimal").build(t, func(o *Options) { o.State = s })).Jobs["web-01"]
	if run := j.Steps[dispatch.Verify][0].Run; !slices.Equal(run, []string{"openssl=3.0.15-1~deb12u1"}) {
		t.Errorf("what is verified is %v, and the session is about openssl", run)
	}
	if p.Jobs["ws-01"] != nil || p.Gone["ws-01"] != rollout.AlreadyCompliant || p.Gone["gone"] != rollout.NotSelected {
		t.Errorf("ws-01 %v, gone %v", p.Jobs["ws-01"], p.Gone)
	}
}

// What a run has done keeps its job until the run ends, whatever facts say: a gate or a
// failed check may still want it back, and triage counts who is in order.
func TestHostsOfARunKeepTheirJobs(t *testing.T) {
	for _, c := range []struct {
		state   progress.HostState
		attempt int64
		ended   int64
		want    bool
	}{
		{progress.Soaking, 1, 0, true},
		{progress.Succeeded, 1, 0, true},
		{progress.Failed, 2, 0, true},
		{progress.Skipped, 0, 0, false},
		{progress.Soaking, 1, 7, false},
	} {
		s := stateOf("openssl")
		run := s.Runs["acme/openssl"]
		run.Ended = c.ended
		run.Hosts["web-01"] = &progress.Host{Asset: "web-01", Wave: "canary", State: c.state, Attempt: c.attempt, Outcome: &dispatch.Outcome{Before: []dispatch.Package{{Name: "openssl", Version: "3.0.11-1"}}}}
		learned(s, "acme/web-01", "3.0.15-1~deb12u1", 1)
		p := planOf(t, example(t, "minimal").build(t, func(o *Options) { o.State = s }))
		j := p.Jobs["web-01"]
		if got := j != nil && j.Covered && len(j.Steps[dispatch.Rollback]) > 0 && len(j.Packages) == 1; got != c.want {
			t.Errorf("%+v: the job is %+v", c, j)
		}
		if p.Gone["web-01"] != rollout.AlreadyCompliant {
			t.Errorf("%+v: gone %v: it has no work to begin", c, p.Gone)
		}
	}
}

// A plan that is not there any more starts nothing, and ends what began.
func TestLostPlans(t *testing.T) {
	d := example(t, "minimal").build(t, func(o *Options) { o.State = stateOf("lost") })
	p := d.Plans["acme/lost"]
	if p == nil || p.Closed == "" || p.Jobs["web-01"] == nil || p.Jobs["ws-01"] != nil || p.Gone["ws-01"] == "" {
		t.Fatalf("acme/lost is %+v", p)
	}
	if got := steps(p.Jobs["web-01"], dispatch.Install); got != "apt/precheck, apt/snapshot, apt/stage, apt/install" {
		t.Errorf("its steps are %s", got)
	}
}

// Packages are exact: what is there in the wanted version or newer is left alone.
func TestPackagesAreWhatIsMissing(t *testing.T) {
	f := example(t, "minimal").with(t, assetFile, "{name: web-01, role: web,", "{name: web-01, role: web, packages: {openssl: 3.0.16-1, libssl3: 3.0.11-1},")
	j := planOf(t, f.build(t)).Jobs["web-01"]
	if len(j.Packages) != 1 || j.Packages[0].Name != "libssl3" {
		t.Errorf("packages %v", j.Packages)
	}
	back := f.with(t, planFile, "patches: [openssl-3-0-15]", "patches: [{package: openssl, version: 3.0.11-1, severity: high}]").
		with(t, patchFile, "restart: service", "restart: service\n  withdrawnAt: \"2026-03-12\"").
		with(t, patchFile, "version: 3.0.15-1~deb12u1, scheme: deb}", "version: 3.0.16-1, scheme: deb}")
	j = planOf(t, back.build(t)).Jobs["web-01"]
	if j == nil || len(j.Packages) != 1 || j.Packages[0].Version != "3.0.11-1" || j.Steps[dispatch.Install][3].Env["PATCHOPS_DOWNGRADE"] != "yes" {
		t.Errorf("back: %+v", j)
	}
}

func BenchmarkBuild(b *testing.B) {
	c, o := estateOf(b)
	for b.Loop() {
		d, err := Build(c, o)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, p := range d.Plans {
			n += len(p.Jobs)
		}
		b.ReportMetric(float64(n), "jobs")
	}
}

func mustParse(b *testing.B, text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// WR27: what supersedes a patch of the plan is said, unless the plan has it too or it was
// withdrawn.
func TestCaseWR27Superseded(t *testing.T) {
	const newer = "apiVersion: patchops.dev/v1alpha1\nkind: Patch\nmetadata: {name: openssl-3-0-16}\nspec: {vendor: debian, product: openssl, releasedAt: \"2026-03-08\", severity: high, " +
		"packages: [{name: openssl, version: 3.0.16-1}], supersedes: [openssl-3-0-15], restart: service}\n"
	f := example(t, "minimal")
	for want, g := range map[string]tree{
		"": f,
		"Patch/_/openssl-3-0-16 supersedes Patch/_/openssl-3-0-15": f.with(t, patchFile, "", newer),
	} {
		if got := planOf(t, g.build(t)).Superseded; got != want {
			t.Errorf("superseded %q, wanted %q", got, want)
		}
	}
	withdrawn := f.with(t, patchFile, "", strings.Replace(newer, "restart: service", "restart: service, withdrawnAt: \"2026-03-11\"", 1))
	both := f.with(t, patchFile, "", newer).with(t, planFile, "patches: [openssl-3-0-15]", "patches: [openssl-3-0-15, openssl-3-0-16]")
	for _, g := range []tree{withdrawn, both} {
		if got := planOf(t, g.build(t)).Superseded; got != "" {
			t.Errorf("superseded %q, wanted nothing", got)
		}
	}
}

func TestGates(t *testing.T) {
	gates := `maxFailures: 0, gates: [{type: approval, group: engineers, count: 1, within: PT4H}, {type: approval, contactRoles: [primary], count: 1},
      {type: probe, run: [check, web], on: dependents, every: PT1M, failAfter: 3, before: PT10M, tolerancePercent: 20},
      {type: probe, http: {url: "http://{address}/health", status: 204}, on: host, every: PT30S, failAfter: 1}]`
	g := planOf(t, example(t, "minimal").with(t, planFile, "maxFailures: 0", gates).build(t)).Waves[0].Gates
	if len(g) != 4 {
		t.Fatalf("%d gates, wanted 4", len(g))
	}
	if g[0].Name != "approval-0" || g[0].Group != "engineers" || len(g[0].People) == 0 || g[0].Within != 4*3600 || g[0].Probe {
		t.Errorf("%+v", g[0])
	}
	if g[1].Name != "approval-1" || len(g[1].Contacts) == 0 || len(g[1].People) == 0 || g[1].Group != "" {
		t.Errorf("%+v", g[1])
	}
	if g[2].Name != "probe-2" || !g[2].Probe || g[2].Every != 60 || g[2].Fail != 3 || g[2].Before != 600 || g[2].Worse != 20 || g[2].On != "dependents" || len(g[2].Run) != 2 {
		t.Errorf("%+v", g[2])
	}
	if g[3].URL != "http://{address}/health" || g[3].Status != 204 {
		t.Errorf("%+v", g[3])
	}
}

// An emergency owes a review afterwards, until one is done.
func TestTheReviewOfAnEmergency(t *testing.T) {
	const review = "  due: \"2026-03-20\"\n"
	file := "problems/reviews.yaml"
	f := example(t, "msp")
	due := func(f tree) int64 { return f.build(t).Plans["hudson/emergency-openssh"].Review }
	if got := due(f); got != reviewAfter {
		t.Errorf("due %d s after its end, wanted %d", got, reviewAfter)
	}
	if got := due(f.with(t, file, review, review+"  at: \"2026-03-19\"\n  by: mira\n  verdict: pass\n")); got != 0 {
		t.Errorf("due %d s after its end though it was done", got)
	}
}
