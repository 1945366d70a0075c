package approval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
)

// row is a case of cases.md at the level of one judgement.
type row struct {
	id    string
	in    Input
	state State
	who   string // of an act that does not count
	why   string
	says  string // somewhere in reasons, details or what was kept
}

func (c row) check(t *testing.T) {
	t.Run(c.id, func(t *testing.T) {
		v := Judge(c.in)
		if v.State != c.state {
			t.Errorf("state %s (%s), wanted %s; %v %v", v.State, v.Tree.Reason, c.state, v.Ignored, v.Unblock)
		}
		if c.who != "" && whyOf(v, c.who) != c.why {
			t.Errorf("%s is ignored for %q, wanted %q: %v", c.who, whyOf(v, c.who), c.why, v.Ignored)
		}
		if text := everything(v); c.says != "" && !strings.Contains(text, c.says) {
			t.Errorf("nothing says %q:\n%s", c.says, text)
		}
		if v.State != Approved && len(v.Unblock) == 0 {
			t.Error("nothing says what would unblock it")
		}
	})
}

func everything(v Verdict) string {
	var lines []string
	var walk func(n Node)
	walk = func(n Node) {
		lines = append(lines, string(n.State)+" "+n.Title+": "+n.Reason)
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(v.Tree)
	for _, i := range v.Ignored {
		lines = append(lines, i.Person+" "+i.Why+": "+i.Detail)
	}
	return strings.Join(slices.Concat(lines, v.Kept, v.Unblock, v.Warnings), "\n")
}

func one(group string) Rule { return rule("one-"+group, of(group, 1)) }

func TestStaleApprovals(t *testing.T) {
	pushed := someInput(one("ops")).with(by("bob"))
	pushed.Head, pushed.Landing = "h2", someEffect("y")
	pushed.Proposals = append(pushed.Proposals, Proposal{Head: "h2", Base: "m", Effect: someEffect("y")})
	same := someInput(one("ops")).with(by("bob"))
	same.Head = "h2"
	same.Proposals = append(same.Proposals, Proposal{Head: "h2", Base: "m", Effect: someEffect("x")})
	merged := pushed
	merged.Landing = someEffect("x")
	forged := someInput(one("ops")).with(by("bob", func(a *Act) { a.Effect = someEffect("y").Digest().String() }))
	retargeted := someInput(one("ops")).with(by("bob", func(a *Act) { a.Target = "staging" }))
	lost := someInput(one("ops")).with(by("bob"))
	lost.Proposals[0].Problem = "several merge bases"
	for _, c := range []row{
		{"A1", pushed, Pending, "bob", "stale", "bob approved h1; at h2 grant acme/march web-01 is for another address"},
		{"A2", same, Approved, "", "", "bob approved h1: h2 has the same effect"},
		{"A3 clean", merged, Approved, "", "", "h2 has the same effect"},
		{"A3 by hand", pushed, Pending, "bob", "stale", ""},
		{"A12", retargeted, Pending, "bob", "otherTarget", "wanted main"},
		{"R5 the digest is not that of the commits", forged, Pending, "bob", "stale", "it names effect"},
		{"R5 cannot be computed", lost, Pending, "bob", "stale", "several merge bases"},
		{"F5 another effect", pushed, Pending, "bob", "stale", ""},
		{"F5 same effect", same, Approved, "", "", "has the same effect"},
	} {
		c.check(t)
	}
}

func TestWhoCounts(t *testing.T) {
	a7 := someInput(rule("both", Require{All: []Require{of("dev", 1), of("sec", 1)}}))
	a4 := someInput(one("ops")).with(by("bob"))
	a4.Contributors.Unknown = []change.Unknown{{Commit: "c0ffee", Why: "not signed"}}
	open := one("ops")
	open.ExcludeAuthor, open.ExcludeOthers = false, false
	a4open := someInput(open).with(by("bob"))
	a4open.Contributors = a4.Contributors
	left := someInput(one("sec")).with(by("erin"))
	left.Book.Groups["sec"] = []string{"dana"}
	helped := someInput(one("ops")).with(by("bob"))
	helped.Contributors.People = []string{"ada", "bob"}
	twin := someInput(one("ops")).with(review(7))
	twin.Book.People["ada2"] = Person{Name: "ada2", Active: true, Account: 7, Keys: []string{"key ada"}}
	twin.Book.Groups["ops"] = append(twin.Book.Groups["ops"], "ada2")
	own := rule("two", of("ops", 2))
	own.Signed = true
	lost := someInput(own).with(by("bob"))
	lost.Revoked = map[string]int64{"key carl": 7}
	signed := one("sec")
	signed.Signed = true
	for _, c := range []row{
		{"A4", a4, Error, "", "", "c0ffee (not signed)"},
		{"A4 nobody is excluded", a4open, Approved, "", "", ""},
		{"A7", a7.with(by("dana")), Pending, "", "", "1 of 2"},
		{"A7 and erin", a7.with(by("dana"), by("erin")), Approved, "", "", ""},
		{"A8", someInput(rule("two", of("ops", 2))).with(by("bob"), review(2), by("bob", says(SaysApproved, 2))), Pending, "", "", "1 of 2"},
		{"A15", left, Pending, "erin", "notInGroup", ""},
		{"A15 before", someInput(one("sec")).with(by("erin")), Approved, "", "", ""},
		{"A17", someInput(one("sec")).with(by("bob")), Pending, "bob", "notInGroup", "one of {dana, erin} from sec, then it can merge"},
		{"A19 author", someInput(one("ops")).with(by("ada")), Pending, "ada", "author", "the change is ada's"},
		{"A19 contributor", helped, Pending, "bob", "contributor", "bob worked on the change"},
		{"A19 not in group", someInput(one("ops")).with(by("erin")), Pending, "erin", "notInGroup", ""},
		{"A19 withdrawn", someInput(one("ops")).with(by("bob"), by("bob", says(SaysWithdrawn, 0))), Pending, "bob", "withdrawn", "bob withdrew it"},
		{"A19 spent", someInput(one("ops")).with(by("bob", func(a *Act) { a.Spent = true })), Pending, "bob", "spent", ""},
		{"A19 expired", someInput(one("ops")).with(by("bob", says(SaysApproved, 24*14+1))), Pending, "bob", "expired", "14 days"},
		{"A19 inactive", someInput(one("ops")).with(by("gone")), Pending, "gone", "inactive", ""},
		{"A19 bot", someInput(one("ops")).with(by("robo")), Pending, "robo", "bot", ""},
		{"F6", twin, Pending, "", "", "shares a key or an account"},
		{"R10", someInput(signed).with(review(4), review(5)), Pending, "erin", "unsigned", "by a signed statement"},
		{"R10 signed", someInput(signed).with(by("erin")), Approved, "", "", ""},
		{"R12", someInput(one("ops")).with(by("bob", func(a *Act) { a.RevokedBefore = true })), Pending, "bob", "revoked", ""},
		{"R12 who could", lost, Pending, "", "", "dana, from ops, by a signed statement"},
		{"broken chain", someInput(one("ops")).with(by("bob", func(a *Act) { a.Broken = "rewound" })), Pending, "bob", "broken", "rewound"},
		{"postdated", someInput(one("ops")).with(by("bob", func(a *Act) { a.AsOf = noon; a.FirstSeen = noon.Add(-6 * time.Minute) })), Pending, "bob", "postdated", ""},
		{"stranger", someInput(one("ops")).with(by("zoe")), Pending, "zoe", "unknown", "nobody's"},
	} {
		c.check(t)
	}
}

func TestRulesThatDoNotApply(t *testing.T) {
	other := one("ops")
	other.Match = &Match{Clients: []string{"birch"}}
	errored, pending := of("none", 1), of("sec", 1)
	placed := one("ops")
	placed.At.File = "rules/approval.yaml"
	for _, c := range []row{
		{"A9", someInput(other), Error, "", "", "no rule applies"},
		{"A9 no rules", someInput(), Error, "", "", "no rule applies"},
		{"A10 or: error and pending", someInput(rule("r", Require{Any: []Require{errored, pending}})), Error, "", "", `no group "none"`},
		{"A10 or: error and approved", someInput(rule("r", Require{Any: []Require{errored, pending}})).with(by("erin")), Approved, "", "", `rule r: 1 of group none: there is no group "none"`},
		{"A10 and", someInput(rule("r", Require{All: []Require{errored, pending}})).with(by("erin")), Error, "", "", `no group "none"`},
		{"A11", someInput(placed), Pending, "", "", "by the rules of a0a0a0a0a0a0 in rules/approval.yaml"},
	} {
		c.check(t)
	}
	if v := Judge(someInput(rule("r", Require{Any: []Require{errored, pending}})).with(by("erin"))); len(v.Warnings) != 1 {
		t.Errorf("A10: warnings %q, wanted the error of the other branch", v.Warnings)
	}
}

func TestA14WhatIsMissingDenies(t *testing.T) {
	in := someInput(one("ops")).with(by("bob"))
	in.Problems = []string{"page 2 of the reviews is missing"}
	row{"A14", in, Error, "", "", "page 2 of the reviews is missing"}.check(t)
	in.Problems, in.Landing = nil, nil
	row{"no landing effect", in, Error, "", "", "not known"}.check(t)
	row{"nothing at all", Input{}, Error, "", "", "missing"}.check(t)
}

func TestA18Findings(t *testing.T) {
	accepts := func(a *Act) { a.Accepts = []string{"a", "b", "c"} }
	for id, shown := range map[string][]string{"A18 holds": {"a", "c"}, "A18 void": {"a", "d"}} {
		in := someInput(one("ops")).with(by("bob", accepts))
		in.Findings[Minute(noon.Add(-time.Hour))] = shown
		if id == "A18 holds" {
			row{id, in, Approved, "", "", ""}.check(t)
		} else {
			row{id, in, Pending, "bob", "stale", "finding d was not shown then"}.check(t)
		}
	}
	in := someInput(one("ops")).with(by("bob"))
	in.Findings = nil
	row{"not evaluated", in, Pending, "bob", "stale", "not evaluated"}.check(t)
}

func TestM14TheInstantOfTheDecisionDecides(t *testing.T) {
	week := one("ops")
	week.ValidFor = 7 * 24 * time.Hour
	in := someInput(week).with(by("bob", says(SaysApproved, 7*24)))
	row{"M14 at the decision", in, Approved, "", "", ""}.check(t)
	in.Now = noon.Add(time.Second)
	row{"M14 later", in, Pending, "bob", "expired", "rule one-ops counts it for 7 days"}.check(t)
}

func TestRejections(t *testing.T) {
	in := someInput(one("ops")).with(by("bob"))
	elsewhere := func(a *Act) { a.Head, a.Base, a.Effect = "h0", "m0", "" }
	for _, c := range []row{
		{"stands", in.with(by("carl", says(SaysRejected, 3))), Rejected, "", "", "carl withdraws the rejection"},
		{"of an older head", in.with(by("carl", says(SaysRejected, 3), elsewhere)), Rejected, "", "", "carl rejected it"},
		{"withdrawn", in.with(by("carl", says(SaysRejected, 3)), by("carl", says(SaysWithdrawn, 2))), Approved, "", "", ""},
		{"approved after all", in.with(by("carl", says(SaysRejected, 3)), by("carl", says(SaysApproved, 2))), Approved, "", "", ""},
		{"of nobody asked", in.with(by("erin", says(SaysRejected, 3))), Approved, "", "", ""},
		{"of a contributor", in.with(by("ada", says(SaysRejected, 3))), Rejected, "", "", "ada withdraws"},
		{"never revives", someInput(one("ops")).with(by("bob", says(SaysApproved, 5)), by("bob", says(SaysRejected, 4)), by("bob", says(SaysWithdrawn, 3))), Pending, "bob", "withdrawn", ""},
		{"by review, then signed", in.with(review(3, says(SaysRejected, 3)), by("carl", says(SaysApproved, 2))), Approved, "", "", ""},
		{"under any", someInput(rule("r", Require{Any: []Require{of("dev", 1), of("boss", 1)}})).with(by("frank"), by("bob", says(SaysRejected, 2))), Rejected, "", "", "bob withdraws"},
	} {
		c.check(t)
	}
}
