package planning

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/rollout"
)

// TestLength: how long a session is, in whole minutes.
func TestLength(t *testing.T) {
	system, always := change{patchFile, "restart: service", "restart: system"}, change{planFile, "reboot: ifRequired", "reboot: always"}
	tests := []struct {
		name    string
		changes []change
		minutes int64
		reboots bool
	}{
		{"install, postcheck, reserve", nil, 30, false},
		{"with a reboot", []change{system}, 35, true},
		{"always", []change{always}, 35, true},
		{"never", []change{system, {planFile, "reboot: ifRequired", "reboot: never"}}, 30, false},
		{"patches take longer than the profile says", []change{{patchFile, "estimate: PT10M", "estimate: PT25M"}}, 45, false},
		{"the asset says", []change{web("estimate: {install: PT40M, recoveryReserve: PT0S}")}, 45, false},
		{"rounded up", []change{{patchFile, "estimate: PT10M", "estimate: PT10M1S"}}, 31, false},
		{"at least a minute", []change{web("estimate: {install: PT0S, postcheck: PT0S, recoveryReserve: PT0S}"), {patchFile, "estimate: PT10M", "estimate: PT1S"}}, 1, false},
	}
	for _, test := range tests {
		c := acme(t, test.changes...)
		p := planOf(t, c, "openssl")
		w := p.Work[slices.IndexFunc(p.Work, func(w rollout.Work) bool { return c.Assets[w.Asset].Name == "web-01" })]
		if w.Minutes != test.minutes || w.Reboots != test.reboots {
			t.Errorf("%s: %d min, reboots %t; wanted %d, %t", test.name, w.Minutes, w.Reboots, test.minutes, test.reboots)
		}
	}
}

// TestInlinePatches: a plan's own package and version, which no document says
// more about.
func TestInlinePatches(t *testing.T) {
	c := acme(t, change{planFile, "patches: [openssl-3-0-15]", `patches: [{package: curl, version: 8.9.1-1, severity: high}, openssl-3-0-15]`}, web("packages: {curl: 8.9.2-1}"))
	p := planOf(t, c, "openssl")
	for _, w := range p.Work {
		want := []string{"curl=8.9.1-1", "openssl-3-0-15"}
		if c.Assets[w.Asset].Name == "web-01" {
			want = want[1:]
		}
		if !slices.Equal(w.Patches, want) || w.Least != rollout.Severity(6-len(want)) {
			t.Errorf("%s: %v, least severe %d; wanted %v", c.Assets[w.Asset].Name, w.Patches, w.Least, want)
		}
	}
}

// TestByHand: technicians attend what the plan or the profile leaves to them.
func TestByHand(t *testing.T) {
	c := acme(t, web("profile: by-hand"), change{assetFile, "", `apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata: {name: by-hand}
spec: {type: manual, manual: {instructions: [do it]}, idempotency: journal, estimate: {install: PT1H, reboot: PT5M, postcheck: PT5M, recoveryReserve: PT5M}}
---
apiVersion: patchops.dev/v1alpha1
kind: Shift
metadata: {name: late}
spec: {group: engineers, timezone: Europe/Berlin, hours: [{days: [MO], from: "18:00", to: "02:00"}], capacity: 3}
---
apiVersion: patchops.dev/v1alpha1
kind: Shift
metadata: {name: early}
spec: {group: others, timezone: Europe/Berlin, hours: [{days: [MO], from: "08:00", to: "16:00"}], capacity: 1}
`})
	for _, w := range planOf(t, c, "openssl").Work {
		a := c.Assets[w.Asset]
		if w.ByHand != (a.Name == "web-01") || !slices.Equal(a.Shift, []int{1}) {
			t.Errorf("%s: by hand %t, shifts %v", a.Name, w.ByHand, a.Shift)
		}
	}
}

// TestGroups: an undeclared group is one of which one member may be down.
func TestGroups(t *testing.T) {
	c := acme(t, change{assetFile, "role: database,", "role: database, haGroup: data,"},
		change{"clients/acme/ha.yaml", "order: any", "order: standbyFirst\n  primary: web-02"})
	if len(c.Groups) != 2 || c.Groups[0].Name != "data" || c.Groups[0].Max != 1 || c.Groups[0].Primary != -1 {
		t.Fatalf("groups are %+v", c.Groups)
	}
	if g := c.Groups[1]; !g.StandbyFirst || c.Assets[g.Primary].Name != "web-02" || g.Soak != 900 || len(g.Members) != 2 {
		t.Errorf("the group is %+v", g)
	}
}

// TestRelayOfSite: an asset loads from its own relay, else from its site's.
func TestRelayOfSite(t *testing.T) {
	c := acme(t, web("site: berlin"), change{assetFile, "role: database,", "role: database, site: berlin, relay: own,"}, change{assetFile, "", `apiVersion: patchops.dev/v1alpha1
kind: Site
metadata: {name: berlin, client: acme}
spec: {relayRef: near}
---
apiVersion: patchops.dev/v1alpha1
kind: Relay
metadata: {name: near, client: acme}
spec: {bandwidthMbps: 100, maxStreams: 8, prefetchLead: PT4H}
---
apiVersion: patchops.dev/v1alpha1
kind: Relay
metadata: {name: own, client: acme}
spec: {bandwidthMbps: 50, maxStreams: 8, prefetchLead: P1D}
`})
	want := map[string]int{"web-01": 0, "db-01": 1, "web-02": -1}
	for _, a := range c.Assets {
		if relay, asked := want[a.Name]; asked && a.Relay != relay {
			t.Errorf("%s loads from relay %d, wanted %d", a.Name, a.Relay, relay)
		}
	}
}

// TestRings: each client goes with the first ring that takes it, others last.
func TestRings(t *testing.T) {
	r := build(t, example(t, "msp").with(t, change{"plans/monthly-baseline.yaml", `{name: all, clientSelector: {matchLabels: {tier: "1"}}}`, `{name: all, clientSelector: {matchLabels: {name: hudson}}}`}))
	want := map[string]string{"marlow": "small", "hudson": "all"}
	for i := range r.Input.Clients {
		c := &r.Input.Clients[i]
		for _, p := range c.Plans {
			if p.Name != "monthly-baseline" {
				if p.Ring != -1 {
					t.Errorf("%s has no rings, but is in ring %d", p.Name, p.Ring)
				}
				continue
			}
			if p.RingName != want[c.Name] || p.ID != "PatchPlan/_/monthly-baseline" || p.RingName == "" && p.Ring != 2 {
				t.Errorf("%s is in ring %d %q of %s, wanted %q", c.Name, p.Ring, p.RingName, p.ID, want[c.Name])
			}
		}
	}
}

// TestOpenPlansOnly: what lies in a closed folder, and what an ended client
// would get, is not planned.
func TestOpenPlansOnly(t *testing.T) {
	base := example(t, "minimal")
	closed := maps.Clone(base)
	closed["plans/acme/closed/openssl.yaml"] = closed[planFile]
	delete(closed, planFile)
	if c := clientOf(t, build(t, closed), "acme"); len(c.Plans) != 0 || len(c.Assets) != 8 {
		t.Errorf("%d plans over %d assets, wanted none over 8", len(c.Plans), len(c.Assets))
	}
	ended := build(t, base.with(t, change{clientFile, "status: active", "status: ended"}))
	if len(ended.Input.Clients) != 0 {
		t.Error("a client that has ended is planned")
	}
}

// TestOptions: the horizon is Config's unless given, and clients are those asked
// for.
func TestOptions(t *testing.T) {
	c := example(t, "msp").with(t, change{"patchops.yaml", "horizon: P35D", "horizon: P20D"}).corpus(t)
	r, err := Build(c, Options{AsOf: asOf.Add(time.Millisecond), Granted: true, Clients: []string{"marlow"}})
	if err != nil || len(r.Input.Clients) != 1 || r.Input.Horizon != 20*86400 || !r.Input.Granted || r.Input.AsOf != asOf.Unix()+1 {
		t.Errorf("%v: %d clients, horizon %d, as of %d", err, len(r.Input.Clients), r.Input.Horizon, r.Input.AsOf)
	}
	if r, _ = Build(c, Options{AsOf: asOf, Horizon: time.Hour}); r.Input.Horizon != 3600 || len(r.Input.Clients) != 3 {
		t.Errorf("horizon %d, %d clients", r.Input.Horizon, len(r.Input.Clients))
	}
}

// TestHorizonShort: a plan whose next window lies beyond the horizon says so, and
// only then.
func TestHorizonShort(t *testing.T) {
	once := []change{
		{windowFile, "recurrence: FREQ=DAILY", "recurrence: FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=2"}, {termsFile, "windowRefs: [nightly, sunday-after-patch-tuesday]", "windowRefs: [nightly]"},
	}
	for deadline, want := range map[string]int{"2026-06-01": 1, "2026-05-01": 0, "2026-03-30": 0} {
		r := build(t, example(t, "minimal").with(t, append(once, change{planFile, `deadline: "2026-03-20"`, `deadline: "` + deadline + `"`})...))
		if len(r.Findings) != want || len(r.About("acme")) != want || r.About("gone") != nil || want > 0 && (r.Findings[0].ID != "rollout/horizon-short" || r.Findings[0].Line == 0 || !strings.Contains(r.Findings[0].Message, "8 assets")) {
			t.Errorf("deadline %s: %v, wanted %d", deadline, r.Findings, want)
		}
	}
}

// TestOthersDoNotMatter: a client's part of the input depends on what Read says
// and on nothing else: the same client beside other ones is the same.
func TestOthersDoNotMatter(t *testing.T) {
	base := example(t, "msp")
	alone := maps.Clone(base)
	for name := range base {
		if strings.Contains(name, "hudson") || strings.Contains(name, "klinikum") {
			delete(alone, name)
		}
	}
	whole, part := build(t, base), build(t, alone)
	if a, b := clientOf(t, whole, "marlow"), clientOf(t, part, "marlow"); !reflect.DeepEqual(a, b) {
		t.Error("marlow differs with the clients beside it")
	}
	for _, d := range whole.Read["marlow"] {
		if d.Client != "marlow" && d.Client != corpus.Global && d.Client != "" {
			t.Errorf("marlow depends on %+v", d)
		}
	}
	if again := build(t, base); !reflect.DeepEqual(again.Input, whole.Input) {
		t.Error("the same documents give another input")
	}
}

// TestRead: whatever changes a client's part of the input is among what it read.
func TestRead(t *testing.T) {
	base := example(t, "msp")
	known := corpustest.Parsed{}
	before := base.readable(known)
	r, err := Build(before, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(base)) {
		changed := maps.Clone(base)
		delete(changed, name)
		after := changed.readable(known)
		now, err := Build(after, Options{AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		for i := range now.Input.Clients {
			c := &now.Input.Clients[i]
			same := func(d corpus.Dependency) bool { return before.Holds(d) == after.Holds(d) }
			holds := !slices.ContainsFunc(slices.Concat(r.Read[c.Name], r.Read[corpus.Global]), func(d corpus.Dependency) bool { return !same(d) })
			if holds && !reflect.DeepEqual(c, clientOf(t, r, c.Name)) {
				t.Errorf("without %s client %s differs, and read nothing of it", name, c.Name)
			}
		}
	}
}
