package approval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/effect"
)

// estate is two clients, a plan of acme, people and rules.
func estate(t testing.TB) repo {
	r := repo{"README.md": "hello\n", "clients/birch/hosts.csv": "name,os,env,class,profile\nmail-01,debian,prod,server,apt\n"}
	return r.and("clients/acme/client.yaml", `kind: Client
metadata: {name: acme, client: acme}
spec: {displayName: ACME, timezone: Europe/Berlin, status: active, tier: 1, complianceScopes: [pci-dss]}`).
		and("clients/acme/assets.yaml", `kind: AssetList
metadata: {name: all, client: acme}
spec:
  defaults: {os: debian, class: server, profile: apt, owner: ops}
  assets:
  - {name: web-01, env: prod, address: 10.0.0.1}
  - {name: web-02, env: test, address: 10.0.0.2, owner: dev}`).
		and("clients/acme/contacts.yaml", `kind: Contact
metadata: {name: ops, client: acme}
spec: {name: Olga, role: technical, phone: "+49301", email: o@example.com, order: 1, validUntil: 2026-03-12}
---
kind: Contact
metadata: {name: chief, client: acme}
spec: {name: Frank, role: business, phone: "+49302", email: f@example.com, order: 2, personRef: frank}`).
		and("clients/birch/client.yaml", "kind: Client\nmetadata: {name: birch, client: birch}\nspec: {displayName: Birch, timezone: UTC, status: active, tier: 2}").
		and("clients/birch/assets.yaml", "kind: AssetList\nmetadata: {name: all, client: birch}\nspec: {file: clients/birch/hosts.csv}").
		and("catalog/openssl.yaml", "kind: Patch\nmetadata: {name: openssl}\nspec: {vendor: D, product: o, releasedAt: 2026-03-01, severity: high, restart: none}").
		and("plans/acme/march.yaml", `kind: PatchPlan
metadata: {name: march, client: acme}
spec: {changeType: normal, patches: [openssl], targets: {selector: {matchLabels: {os: debian}}}, deadline: 2026-04-30, problemRefs: [p1]}`).
		and("plans/all.yaml", `kind: PatchPlan
metadata: {name: all}
spec: {changeType: standard, patches: [openssl], targets: {clients: [acme, birch], selector: {matchLabels: {env: prod}}}, deadline: 2026-04-30}`).
		and("rules/people.yaml", `kind: Person
metadata: {name: dana}
spec: {displayName: Dana, active: true, signingKeys: ["`+keyLine(t, "dana")+` dana@example.org"], github: {login: dana-x, id: 7}, emails: [Dana@Example.org]}
---
kind: Person
metadata: {name: erin}
spec: {displayName: Erin, active: false, bot: true, signingKeys: ["nonsense", "`+keyLine(t, "erin")+`"]}
---
kind: Group
metadata: {name: sec}
spec: {members: [erin, dana, erin]}
---
kind: ApprovalRule
metadata: {name: all}
spec:
  match: {changeTypes: [normal], clientTiers: [0, 1], paths: ["plans/**"], problemRefs: true, minRisk: 3, minAssets: 4, minCost: 5, selector: {matchLabels: {env: prod}}}
  require: {all: [{group: sec, count: 2}, {any: [{contactRoles: [business], count: 1}, {ownerOf: assets, count: 1}]}]}
  distinctPeople: false
  exclude: [contributors]
  signed: true
  validFor: P30D
---
kind: ApprovalRule
metadata: {name: defaults}
spec: {require: {group: sec, count: 1}, validFor: P7D}`)
}

func TestReadBook(t *testing.T) {
	c, _ := estate(t).read(t)
	b := ReadBook(c, "abc")
	dana, erin := b.People["dana"], b.People["erin"]
	if !dana.Active || dana.Bot || dana.Account != 7 || dana.Login != "dana-x" || !slices.Equal(dana.Keys, []string{fingerprint(t, "dana")}) || dana.Emails[0] != "dana@example.org" {
		t.Errorf("dana is %+v", dana)
	}
	if erin.Active || !erin.Bot || !slices.Equal(erin.Keys, []string{fingerprint(t, "erin")}) {
		t.Errorf("erin is %+v", erin)
	}
	if !slices.Equal(b.Groups["sec"], []string{"dana", "erin"}) {
		t.Errorf("sec is %v", b.Groups["sec"])
	}
	ops, chief := b.Contact["acme/ops"], b.Contact["acme/chief"]
	if want := time.Date(2026, 3, 12, 23, 0, 0, 0, time.UTC); !ops.ValidUntil.Equal(want) {
		t.Errorf("ops is valid until %v, wanted the end of the day in Berlin, %v", ops.ValidUntil, want)
	}
	if chief.Person != "frank" || chief.Role != "business" || !chief.ValidUntil.IsZero() {
		t.Errorf("chief is %+v", chief)
	}
	all, defaults := b.Rule("all"), b.Rule("defaults")
	if all.DistinctPeople || all.ExcludeAuthor || !all.ExcludeOthers || !all.Signed || all.ValidFor != LongestValid || all.At.File != "rules/people.yaml" || all.At.Line == 0 {
		t.Errorf("all is %+v", all)
	}
	if m := all.Match; !slices.Equal(m.ClientTiers, []string{"0", "1"}) || len(m.Paths) != 1 || !*m.ProblemRefs || m.MinRisk != 3 || m.MinAssets != 4 || m.MinCost != 5 || m.Selector == nil {
		t.Errorf("it matches %+v", m)
	}
	if r := all.Require; len(r.All) != 2 || r.All[0].Count != 2 || r.All[1].Any[0].ContactRoles[0] != "business" || r.All[1].Any[1].OwnerOf != "assets" || !slices.Equal(r.Groups(), []string{"sec"}) {
		t.Errorf("it requires %+v", r)
	}
	if defaults.Match != nil || !defaults.DistinctPeople || !defaults.ExcludeAuthor || !defaults.ExcludeOthers || defaults.Signed || defaults.ValidFor != 7*24*time.Hour {
		t.Errorf("defaults is %+v", defaults)
	}
	if len(ReadBook(nil, "").People) != 0 {
		t.Error("a book of nothing has people")
	}
}

// changed are the entries and the effect of a change.
func changed(t testing.TB, before, after repo) ([]Entry, *effect.Effect) {
	t.Helper()
	was, a := before.read(t)
	is, b := after.read(t)
	e := effect.Between(a, b)
	return Entries(e, was, is, func(string, string, string) int { return 300 }), e
}

// takenBy are the entries that a match takes.
func takenBy(m Match, entries []Entry) []string {
	r := rule("r", of("ops", 1))
	r.Match = &m
	j := &judge{in: Input{Entries: entries}}
	j.readEntries()
	var out []string
	for _, i := range j.takes(&r).entries {
		out = append(out, j.in.Entries[i].Text)
	}
	slices.Sort(out)
	return out
}

func (r repo) swap(file, old, after string) repo {
	if !strings.Contains(r[file], old) {
		panic(file + " does not hold " + old)
	}
	return r.and(file, strings.TrimPrefix(strings.ReplaceAll(strings.Replace(r[file], old, after, 1), "\n---\n"+header, "\n---\n"), header))
}

func TestEntries(t *testing.T) {
	yes, no := true, false
	base := estate(t)
	moved := base.swap("clients/acme/assets.yaml", "env: prod", "env: test")
	const list, marchOne, allOne = "AssetList/acme/all", "grant acme/march web-01", "grant acme/all web-01"
	for _, c := range []struct {
		id     string
		before repo
		after  repo
		match  Match
		want   []string
	}{
		{"all", base, moved, Match{}, []string{list, allOne}},
		{"the old environment", base, moved, Match{Environments: []string{"prod"}}, []string{list, allOne}},
		{"the new environment", base, moved, Match{Environments: []string{"test"}}, []string{list, allOne}},
		{"another environment", base, moved, Match{Environments: []string{"stage"}}, nil},
		{"fields hold together", base, moved, Match{Environments: []string{"prod"}, Kinds: []string{"PatchPlan"}, Clients: []string{"acme"}}, []string{allOne}},
		{"another client", base, moved, Match{Clients: []string{"birch"}}, nil},
		{"tier of the client", base, moved, Match{ClientTiers: []string{"1"}}, []string{list, allOne}},
		{"another tier", base, moved, Match{ClientTiers: []string{"2"}}, nil},
		{"scope of the client", base, moved, Match{ComplianceScopes: []string{"pci-dss"}}, []string{list, allOne}},
		{"change type of the grant", base, moved, Match{ChangeTypes: []string{"standard"}}, []string{allOne}},
		{"problems", base, base.swap("plans/acme/march.yaml", "2026-04-30", "2026-05-01"), Match{ProblemRefs: &yes}, []string{"PatchPlan/acme/march", marchOne, "grant acme/march web-02"}},
		{"a document's own client", base, base.swap("clients/acme/contacts.yaml", "Olga", "Olya"), Match{Clients: []string{"acme"}, ClientTiers: []string{"1"}}, []string{"Contact/acme/ops"}},
		{"no plan refers to no problem", base, base.swap("clients/acme/contacts.yaml", "Olga", "Olya"), Match{ProblemRefs: &no}, []string{"Contact/acme/ops"}},
		{"a plan that does", base, base.swap("plans/acme/march.yaml", "2026-04-30", "2026-05-01"), Match{ProblemRefs: &no}, nil},
		{"change type before", base, base.swap("plans/acme/march.yaml", "changeType: normal", "changeType: emergency"), Match{ChangeTypes: []string{"normal"}, Environments: []string{"prod"}}, []string{"PatchPlan/acme/march", marchOne}},
		{"change type after", base, base.swap("plans/acme/march.yaml", "changeType: normal", "changeType: emergency"), Match{ChangeTypes: []string{"emergency"}, Environments: []string{"test"}}, []string{"PatchPlan/acme/march", "grant acme/march web-02"}},
		{"a plan over several clients", base, base.swap("plans/all.yaml", "2026-04-30", "2026-05-01"), Match{Clients: []string{"birch"}}, []string{"PatchPlan/_/all", "grant birch/all mail-01"}},
		{"its path", base, base.swap("plans/all.yaml", "2026-04-30", "2026-05-01"), Match{Paths: globs("plans/*.yaml")}, []string{"PatchPlan/_/all", "grant acme/all web-01", "grant birch/all mail-01"}},
		{"enough assets", base, base.swap("plans/all.yaml", "2026-04-30", "2026-05-01"), Match{MinAssets: 2, Kinds: []string{"PatchPlan"}}, []string{"PatchPlan/_/all", "grant acme/all web-01", "grant birch/all mail-01"}},
		{"too few assets", base, base.swap("plans/all.yaml", "2026-04-30", "2026-05-01"), Match{MinAssets: 3}, nil},
		{"risk", base, base.swap("plans/all.yaml", "2026-04-30", "2026-05-01"), Match{MinRisk: 301}, nil},
		{
			"A13 out of the protected folder", base.and("plans/acme/safe/march.yaml", "kind: PatchPlan\nmetadata: {name: m, client: acme}\nspec: {changeType: normal}"),
			base.and("plans/acme/march2.yaml", "kind: PatchPlan\nmetadata: {name: m, client: acme}\nspec: {changeType: normal}"),
			Match{Paths: globs("plans/acme/safe/**")},
			[]string{"PatchPlan/acme/m"},
		},
		{"a person, by no rule for kinds or paths", base, base.swap("rules/people.yaml", "Dana", "Danae"), Match{}, nil},
		{"a person, by kind", base, base.swap("rules/people.yaml", "Dana", "Danae"), Match{Kinds: []string{"Person"}}, []string{"Person/_/dana"}},
		{"a person, by path", base, base.swap("rules/people.yaml", "Dana", "Danae"), Match{Paths: globs("rules")}, []string{"Person/_/dana"}},
		{"rows of a file", base, base.row("clients/birch/hosts.csv", "debian", "rhel"), Match{Paths: globs("**"), Environments: []string{"prod"}}, []string{"file clients/birch/hosts.csv", "grant birch/all mail-01"}},
		{"a file, by no rule for paths", base, base.row("README.md", "hello", "bye"), Match{}, nil},
		{"a file, by path", base, base.row("README.md", "hello", "bye"), Match{Paths: globs("README.md")}, []string{"file README.md"}},
		{"a file has no kind", base, base.row("README.md", "hello", "bye"), Match{Paths: globs("**"), Kinds: []string{"Person"}}, nil},
	} {
		t.Run(c.id, func(t *testing.T) {
			entries, _ := changed(t, c.before, c.after)
			if got := takenBy(c.match, entries); !slices.Equal(got, c.want) {
				t.Errorf("takes %q, wanted %q of\n%+v", got, c.want, entries)
			}
		})
	}
}
