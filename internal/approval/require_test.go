package approval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/spec"
)

// consent is a contact's word, taken down by carl.
func consent(contact string, more ...func(*Act)) Act {
	return by("carl", append([]func(*Act){func(a *Act) {
		a.Verdict, a.Contact, a.By, a.Evidence = SaysConsented, contact, "phone", "consent "+contact
	}}, more...)...)
}

func TestContacts(t *testing.T) {
	technical := rule("r", Require{ContactRoles: []string{"technical"}, Count: 1})
	business := rule("r", Require{ContactRoles: []string{"business"}, Count: 1})
	signed := business
	signed.Signed = true
	two := rule("r", Require{All: []Require{{ContactRoles: []string{"business"}, Count: 1}, of("boss", 1)}})
	both := rule("r", Require{ContactRoles: []string{"technical", "business"}, Count: 2})
	taken := someInput(technical).with(consent("acme/ops"))
	worked := taken
	worked.Contributors.People = []string{"ada", "carl"}
	unknown := taken
	unknown.Contributors.Unknown = []change.Unknown{{Commit: "c1", Why: "not signed"}}
	wider := someInput(technical).with(consent("acme/ops"))
	wider.Entries = slices.Clone(wider.Entries)
	wider.Entries[0].Clients = []string{"acme", "birch"}
	none := someInput(technical)
	none.Entries = []Entry{{Text: "Patch/_/openssl", Kind: "Patch", NoProblem: true}}
	frank := someInput(business).with(consent("acme/chief"))
	frank.Contributors.Author = "frank"
	for _, c := range []row{
		{"consent", taken, Approved, "", "", ""},
		{"by its short name", someInput(business).with(consent("chief")), Approved, "", "", ""},
		{"a name of two clients", someInput(technical).with(consent("ops")), Pending, "carl", "unknown", "is one of acme/ops and birch/ops"},
		{"a name of nobody", someInput(technical).with(consent("nobody")), Pending, "carl", "unknown", "no contact"},
		{"no name", someInput(technical).with(consent("")), Pending, "carl", "unknown", "no contact"},
		{"another role", someInput(technical).with(consent("acme/chief")), Pending, "contact acme/chief", "notInGroup", ""},
		{"another client", someInput(technical).with(consent("birch/ops")), Pending, "contact birch/ops", "notInGroup", ""},
		{"no longer valid", someInput(business).with(consent("acme/old")), Pending, "contact acme/old", "inactive", "valid until"},
		{"taken by a contributor", worked, Pending, "contact acme/ops", "contributor", "carl, who took it down"},
		{"taken by nobody knows whom", unknown, Error, "", "", "c1"},
		{"taken back", taken.with(by("carl", says(SaysWithdrawn, 0))), Pending, "contact acme/ops", "withdrawn", ""},
		{"turned against by who took it down", taken.with(by("carl", says(SaysRejected, 0))), Pending, "contact acme/ops", "withdrawn", ""},
		{"taken back by name", taken.with(consent("acme/ops", says(SaysWithdrawn, 0))), Pending, "contact acme/ops", "withdrawn", "carl withdrew it"},
		{"taken back by a name of two", taken.with(consent("ops", says(SaysWithdrawn, 0))), Pending, "contact acme/ops", "withdrawn", "carl withdrew it"},
		{"another's is not", taken.with(consent("birch/ops", says(SaysWithdrawn, 0))), Approved, "", "", ""},
		{"a rejection that names a contact", someInput(one("ops")).with(by("bob"), consent("acme/ops", says(SaysRejected, 0))), Rejected, "", "", "carl withdraws"},
		{"each client", wider, Pending, "", "", "contact birch/ops, from the technical contacts of birch, whose word somebody takes down (patchops consent)"},
		{"and birch", wider.with(consent("birch/ops")), Approved, "", "", ""},
		{"no client", none, Error, "", "", "the change touches no client"},
		{"their own key", someInput(business).with(by("frank")), Approved, "", "", ""},
		{"their own review", someInput(business).with(review(6)), Pending, "frank", "notInGroup", ""},
		{"only their own key", someInput(signed).with(consent("acme/chief")), Pending, "", "", "frank, from the business contacts of acme, by a signed statement"},
		{"the author's", frank, Pending, "", "", ""},
		{"distinct: frank is the contact", someInput(two).with(by("frank"), consent("acme/chief")), Pending, "", "", "1 of 2"},
		{"both", someInput(both).with(consent("acme/ops"), consent("acme/chief")), Approved, "", "", ""},
		{"one of two, twice", someInput(both).with(consent("acme/ops"), consent("acme/ops", says(SaysConsented, 2))), Pending, "", "", "frank, from"},
	} {
		c.check(t)
	}
}

func TestOwners(t *testing.T) {
	owners := rule("r", Require{OwnerOf: "assets", Count: 1})
	in := someInput(owners)
	in.Entries = slices.Clone(in.Entries)
	second := in.Entries[1]
	second.Text = "grant acme/march db-01"
	second.Assets = []Asset{{Client: "acme", Name: "db-01", Owners: []string{"sec"}, Sides: []spec.Facets{spec.FacetsOf(nil)}}}
	two := in
	two.Entries = append(slices.Clone(in.Entries), second)
	second.Assets = []Asset{{Client: "acme", Name: "db-01"}}
	without := in
	without.Entries = append(slices.Clone(in.Entries), second)
	for _, c := range []row{
		{"one owner", in.with(by("bob")), Approved, "", "", ""},
		{"each owner", two.with(by("bob")), Pending, "", "", "from sec, then it can merge"},
		{"each owner has one", two.with(by("bob"), by("dana")), Approved, "", "", ""},
		{"dana is no two", two.with(by("dana")), Pending, "", "", "1 of 2"},
		{"no owner", without.with(by("bob")), Error, "", "", "no owner is written for acme/db-01"},
	} {
		c.check(t)
	}
	only := owners
	only.Match = &Match{Environments: []string{"prod"}}
	v := Judge(func() Input { in := two.with(by("bob")); in.Book.Rules = []Rule{only, one("ops")}; return in }())
	if v.Tree.Children[1].State != Approved {
		t.Errorf("owners of what the rule takes: %+v", v.Tree.Children[1])
	}
}

func TestCoverage(t *testing.T) {
	plans := one("ops")
	plans.Match = &Match{Kinds: []string{"PatchPlan"}}
	in := someInput(plans).with(by("bob"))
	in.Entries = append(slices.Clone(in.Entries), Entry{Text: "file README.md", Paths: []string{"README.md"}, NoProblem: true})
	row{"uncovered", in, Error, "", "", "no rule is for file README.md"}.check(t)
	files := rule("files", of("boss", 1))
	files.Match = &Match{Paths: globs("README.md")}
	in.Book.Rules = append(in.Book.Rules, files)
	row{"every rule", in, Pending, "", "", "frank, from boss, then it can merge"}.check(t)
	row{"all", in.with(by("frank")), Approved, "", "", ""}.check(t)
	in.Book.Rules[1].Require = Require{All: []Require{}}
	row{"an empty tree", in.with(by("frank")), Error, "", "", "asks for nobody"}.check(t)
	empty := someInput(one("ops"))
	empty.Landing = &effect.Effect{}
	if v := Judge(empty); v.State != Approved || v.Tree.Reason == "" {
		t.Errorf("no effect: %+v", v)
	}
	costly := one("boss")
	costly.Match = &Match{MinCost: 100}
	for cost, want := range map[int64]State{99: Error, 100: Pending, -1: Pending} {
		in := someInput(costly)
		in.Cost = cost
		row{fmt.Sprintf("cost %d", cost), in, want, "", "", ""}.check(t)
	}
	shown := one("boss")
	shown.Match = &Match{Findings: []string{"plan/sla-deadline"}}
	withFinding := someInput(shown, one("ops")).with(by("bob"))
	row{"no such finding", withFinding, Approved, "", "", ""}.check(t)
	withFinding.FindingIDs = []string{"plan/sla-deadline"}
	row{"A17 a finding asks its owners", withFinding, Pending, "", "", "frank, from boss"}.check(t)
}

// TestAssignmentIsNoGreedyChoice: whoever is looked at first, somebody finds a place.
func TestAssignmentIsNoGreedyChoice(t *testing.T) {
	for i, order := range [][]Require{{of("dev", 1), of("sec", 1)}, {of("sec", 1), of("dev", 1)}} {
		for j, acts := range [][]Act{{by("dana"), by("bob")}, {by("dana"), by("erin")}} {
			row{fmt.Sprint(i, j), someInput(rule("r", Require{All: order})).with(acts...), Approved, "", "", ""}.check(t)
		}
	}
	shared := rule("r", Require{All: []Require{of("dev", 1), of("sec", 1)}})
	shared.DistinctPeople = false
	row{"one may count twice", someInput(shared).with(by("dana")), Approved, "", "", ""}.check(t)
}

// TestManyBranches: trees that have a billion ways are told quickly, or deny.
func TestManyBranches(t *testing.T) {
	start := time.Now()
	wide := func(n int, groups ...string) Require {
		out := Require{}
		for range n {
			var branches []Require
			for _, g := range groups {
				branches = append(branches, of(g, 1))
			}
			out.All = append(out.All, Require{Any: branches})
		}
		return out
	}
	in := someInput(rule("r", wide(30, "dev", "sec", "ops"))).with(by("bob"), by("dana"), by("erin"), by("carl"))
	row{"thirty of four", in, Pending, "", "", "wants 1 more from"}.check(t)
	// Two people for three of forty places, with others for the rest: it is not
	// found out which branches to go.
	hard := Require{All: append(wide(40, "dev", "sec").All, wide(40, "boss", "ops").All...)}
	in = someInput(rule("r", hard)).with(by("dana"))
	for i := range 90 {
		name := fmt.Sprintf("p%03d", i)
		in.Book.People[name] = Person{Name: name, Active: true, Keys: []string{"key " + name}}
		in.Book.Groups["ops"] = append(in.Book.Groups["ops"], name)
		in = in.with(by(name))
	}
	if v := Judge(in); v.State == Approved {
		t.Errorf("three people stand for forty: %+v", v.Tree)
	}
	deep := of("sec", 1)
	for range 2000 {
		deep = Require{All: []Require{deep}}
	}
	row{"deep", someInput(rule("r", deep)).with(by("erin")), Approved, "", "", ""}.check(t)
	many := someInput(rule("r", of("ops", 100)))
	for i := range 500 {
		name := fmt.Sprintf("p%03d", i)
		many.Book.People[name] = Person{Name: name, Active: true, Keys: []string{"key " + name}}
		many.Book.Groups["ops"] = append(many.Book.Groups["ops"], name)
		many = many.with(by(name))
	}
	row{"many people", many, Approved, "", "", ""}.check(t)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
