package planning

import (
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

// learn reads a tree with facts about web-01, all of one day.
func learn(t testing.TB, f tree, facts map[string]Fact, change ...func(*Options)) *Result {
	t.Helper()
	o := Options{AsOf: asOf, Facts: map[string]map[string]Fact{}}
	if facts != nil {
		o.Facts["acme/web-01"] = facts
	}
	for _, do := range change {
		do(&o)
	}
	r, err := Build(f.corpus(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fateOf is what becomes of web-01: a code, or its patches.
func fateOf(t testing.TB, r *Result) (rollout.Code, []string) {
	t.Helper()
	c := clientOf(t, r, "acme")
	p := planOf(t, c, "openssl")
	for _, e := range p.Excluded {
		if e.Asset == "web-01" {
			return e.Code, nil
		}
	}
	for i := range p.Work {
		if c.Assets[p.Work[i].Asset].Name == "web-01" {
			return "", p.Work[i].Patches
		}
	}
	t.Fatal("web-01 is not in the plan")
	return "", nil
}

// TestFacts: the newer of a fact and `packages` counts; what neither says is unknown, and
// is to be patched.
func TestFacts(t *testing.T) {
	const old, current, newer = "3.0.11-1", "3.0.15-1~deb12u1", "3.0.16-1~deb12u1"
	noFacet := change{patchFile, "  appliesTo:\n    matchLabels: {os: debian}\n", ""}
	declared := func(version string) change {
		return web("packages: {openssl: " + version + ", libssl3: " + version + "}")
	}
	both := func(version string) map[string]Fact {
		return map[string]Fact{"openssl": {Version: version, At: 100}, "libssl3": {Version: version, At: 100}}
	}
	tests := []struct {
		name    string
		changes []change
		facts   map[string]Fact
		since   int64 // of the documents
		code    rollout.Code
	}{
		{"nobody says anything", nil, nil, 0, ""},
		{"a fact that all of it is there", nil, both(current), 0, rollout.AlreadyCompliant},
		{"a fact that newer is there", nil, both(newer), 0, rollout.AlreadyCompliant},
		{"a fact of one package of two", nil, map[string]Fact{"openssl": {Version: current}}, 0, ""},
		{"one is there, and the other known to be absent", nil, map[string]Fact{"openssl": {Version: current}, "libssl3": {}}, 0, rollout.AlreadyCompliant},
		{"a fact of another package", nil, map[string]Fact{"curl": {Version: "8"}}, 0, ""},
		{"half-configured", nil, map[string]Fact{"openssl": {Version: current, Broken: true}, "libssl3": {Version: current}}, 0, ""},
		{"half-configured, and the documents know better", []change{declared(current)}, map[string]Fact{"openssl": {Version: current, Broken: true}}, 0, ""},
		{"documents say old, a newer fact says current", []change{declared(old)}, both(current), 0, rollout.AlreadyCompliant},
		{"documents say current, a newer fact says old", []change{declared(current)}, both(old), 0, ""},
		{"documents say current, an older fact says old", []change{declared(current)}, both(old), 101, rollout.AlreadyCompliant},
		{"documents say old, an older fact says current", []change{declared(old)}, both(current), 101, ""},
		{"documents say nothing, an older fact says current", nil, both(current), 101, rollout.AlreadyCompliant},
		{"absent by a fact, applicable by packages", []change{noFacet, declared(old)}, map[string]Fact{"openssl": {At: 9}, "libssl3": {At: 9}}, 0, rollout.NotApplicable},
		{"absent by facts alone", []change{noFacet}, map[string]Fact{"openssl": {}, "libssl3": {}}, 0, rollout.NotApplicable},
		{"one absent by facts, the other unknown", []change{noFacet}, map[string]Fact{"openssl": {}}, 0, ""},
		{"WR27: what supersedes it is there", []change{{patchFile, "", newerPatch}}, map[string]Fact{"openssl": {Version: newer}}, 0, rollout.AlreadyCompliant},
		{"WR27: what supersedes it is not there", []change{{patchFile, "", newerPatch}}, both(old), 0, ""},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		r := learn(t, base.with(t, test.changes...), test.facts, func(o *Options) {
			o.Declared = func(string) int64 { return test.since }
		})
		if code, _ := fateOf(t, r); code != test.code {
			t.Errorf("%s: %q, wanted %q", test.name, code, test.code)
		}
	}
}

// A plan that names an older version inline goes back from one that was withdrawn, and
// from no other.
func TestBackFromAWithdrawnPatch(t *testing.T) {
	inline := change{planFile, "patches: [openssl-3-0-15]", "patches: [{package: openssl, version: 3.0.11-1, severity: high}]"}
	withdrawn := change{patchFile, "restart: service", "restart: service\n  withdrawnAt: \"2026-03-12\""}
	installed := map[string]Fact{"openssl": {Version: "3.0.15-1~deb12u1"}}
	base := example(t, "minimal")
	for _, test := range []struct {
		changes []change
		code    rollout.Code
		patches []string
	}{
		{[]change{inline}, rollout.AlreadyCompliant, nil},
		{[]change{inline, withdrawn}, "", []string{"openssl=3.0.11-1"}},
		{[]change{withdrawn}, rollout.AlreadyCompliant, nil},
	} {
		facts := installed
		if len(test.changes) == 1 && test.changes[0] == withdrawn {
			facts = map[string]Fact{"openssl": {Version: "3.0.15-1~deb12u1"}, "libssl3": {Version: "3.0.15-1~deb12u1"}}
		}
		code, patches := fateOf(t, learn(t, base.with(t, test.changes...), facts))
		if code != test.code || !slices.Equal(patches, test.patches) {
			t.Errorf("%d changes: %q %v, wanted %q %v", len(test.changes), code, patches, test.code, test.patches)
		}
	}
}

func TestUnknownHost(t *testing.T) {
	r := learn(t, example(t, "minimal"), nil, func(o *Options) {
		o.Facts = map[string]map[string]Fact{"acme/web-99": {}, "acme/web-01": {}, "nobody/x": {}}
	})
	var said []string
	for _, f := range r.Findings {
		if f.ID == "estate/unknown-host" {
			said = append(said, f.Message)
		}
	}
	if want := []string{`the log has facts about host "web-99" of client "acme", which no AssetList declares`}; !slices.Equal(said, want) {
		t.Errorf("said %q, wanted %q", said, want)
	}
}

func TestOverridesReachTheirPlan(t *testing.T) {
	r := learn(t, example(t, "minimal"), nil, func(o *Options) {
		o.Overrides = map[string][]string{"acme/openssl": {"Freeze/_/q1"}, "acme/other": {"Freeze/_/q2"}}
	})
	if got := planOf(t, clientOf(t, r, "acme"), "openssl").Overrides; !slices.Equal(got, []string{"Freeze/_/q1"}) {
		t.Errorf("overrides %v", got)
	}
}

// WR26: EPSS falls from 0.97 to 0.02 between snapshots: the risk falls, and the due date
// stays.
func TestCaseWR26LowerEPSSLeavesTheDueDate(t *testing.T) {
	base := example(t, "minimal")
	high := build(t, base.with(t, change{patchFile, "epss: 310", "epss: 970"})).Risk("acme", "openssl", "web-01")
	low := build(t, base.with(t, change{patchFile, "epss: 310", "epss: 20"})).Risk("acme", "openssl", "web-01")
	if high.Due == 0 || high.Due != low.Due || high.Score.Total <= low.Score.Total {
		t.Errorf("due %d then %d, risk %d then %d", high.Due, low.Due, high.Score.Total, low.Score.Total)
	}
}

// TestUntil: when time alone changes what the documents say.
func TestUntil(t *testing.T) {
	base := example(t, "minimal")
	for _, test := range []struct {
		name    string
		changes []change
		want    string
	}{
		{"an acceptance ends", []change{accepted("assets: [web-01]", "")}, "2026-06-01T22:00:00Z"},
		{"a patch is withdrawn", []change{{patchFile, "restart: service", "restart: service\n  withdrawnAt: \"2026-03-13\""}}, "2026-03-13T00:00:00Z"},
		{"an agreement ends", []change{{termsFile, "expires: 2027-12-31", "expires: 2026-03-20"}}, "2026-03-20T23:00:00Z"},
	} {
		r := build(t, base.with(t, test.changes...))
		if got := time.Unix(r.Until, 0).UTC().Format(time.RFC3339); got != test.want {
			t.Errorf("%s: until %s, wanted %s", test.name, got, test.want)
		}
	}
}

// Each gets every client while its assets are still at hand.
func TestEach(t *testing.T) {
	var names []string
	learn(t, example(t, "msp"), nil, func(o *Options) {
		o.Each = func(c *rollout.Client) { names = append(names, c.Name) }
	})
	if len(names) == 0 || !slices.IsSorted(names) {
		t.Errorf("called with %v", names)
	}
}
