package controller

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/statement"
)

// withIntern adds an active person whom no rule asks for anything.
func withIntern(t *testing.T) *stage {
	k := makeKeys(t)
	k.people["gus"] = sshKey(t)
	s := k.begin(t)
	s.judge.book.People["gus"] = approval.Person{Name: "gus", Active: true, Keys: []string{signature.KeyOf(k.people["gus"]).Fingerprint()}}
	return s
}

// R51: to resume is to approve: somebody whom no rule asks may stop things, and lets nothing
// go on. It is recorded once, with the reason.
func TestR51WhoResumesMayApprove(t *testing.T) {
	s := withIntern(t)
	s.sayThis("gus", statement.Statement{Act: statement.Hold, Subject: "plan:acme/march", Reason: "odd noises"})
	s.sayThis("gus", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march"})
	s.tick()
	s.tick()
	if len(s.acmes(resultlog.Hold)) != 1 || len(s.acmes(resultlog.Resume)) != 0 {
		t.Errorf("held %d, resumed %d times, wanted a hold alone", len(s.acmes(resultlog.Hold)), len(s.acmes(resultlog.Resume)))
	}
	if got := s.acmes(resultlog.Denial); len(got) != 1 || got[0].Change != "resume:acme/march" || !strings.Contains(got[0].Why, "gus is in none of") {
		t.Errorf("denials %+v, wanted one that says why", got)
	}
	s.sayThis("dana", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march"})
	s.tick()
	if len(s.acmes(resultlog.Resume)) != 1 {
		t.Error("dana's resume was not recorded")
	}
	s.ok(s.verify())
}

// R57: whoever asks twice is refused twice: the two refusals do not chase one another.
func TestR57TwoDeniedWordsAreRecordedOnceEach(t *testing.T) {
	s := withIntern(t)
	s.sayThis("gus", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march"})
	s.sayThis("gus", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march", Reason: "please"})
	for range 2 {
		s.tick()
		if got := s.acmes(resultlog.Denial); len(got) != 2 {
			t.Fatalf("%d denials, wanted one for each statement", len(got))
		}
	}
	s.ok(s.verify())
}

// R11: an override is ratified by somebody whom the rules ask.
func TestR11WhoRatifiesMayApprove(t *testing.T) {
	s := withIntern(t)
	s.say("dana", statement.Approve, "override:acme/march")
	s.say("erin", statement.Approve, "override:acme/march")
	s.tick()
	s.clock.pass(5 * time.Hour)
	s.say("gus", statement.Approve, "override:acme/march")
	s.tick()
	if got := s.acmes(resultlog.Override); len(got) != 1 {
		t.Errorf("%d records of the override, wanted it not ratified", len(got))
	}
	s.say("finn", statement.Approve, "override:acme/march")
	s.tick()
	if got := s.acmes(resultlog.Override); len(got) != 2 {
		t.Errorf("%d records of the override, wanted it ratified", len(got))
	}
	s.ok(s.verify())
}

// R11: a change to the plan ratifies its override if a third person approved it since: who
// broke the glass does not ratify that by a change of their own liking.
func TestR11AChangeRatifiesByAThirdPerson(t *testing.T) {
	glass := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	o := authority.Override{Client: "acme", Plan: "march", At: glass, Signers: []string{"dana", "erin"}}
	v := &View{Book: &approval.Book{People: map[string]approval.Person{}}, State: &authority.State{Seen: map[string]authority.Seen{}}}
	for _, name := range []string{"dana", "erin", "finn"} {
		v.Book.People[name] = approval.Person{Name: name, Active: true}
		v.State.Seen["early "+name] = authority.Seen{At: glass.Add(-time.Hour), Person: name}
		v.State.Seen[name] = authority.Seen{At: glass.Add(time.Hour), Person: name}
	}
	change := func(plan string) *effect.Effect {
		return &effect.Effect{Documents: []effect.DocumentChange{{Identity: finding.Identity{Kind: "PatchPlan", Client: "acme", Name: plan}}}}
	}
	for _, c := range []struct {
		plan, approvers, used string
		want                  bool
	}{
		{"march", "finn", "finn", true},
		{"march", "finn", "not recorded yet", true},
		{"march", "dana finn", "dana,finn", true},
		{"march", "dana erin", "dana,erin", false},
		{"march", "dana finn", "dana,early finn", false},
		{"april", "finn", "finn", false},
		{"march", "", "", false},
	} {
		r := &review.Review{Landing: change(c.plan)}
		r.Verdict.Approvers, r.Verdict.Used = strings.Fields(c.approvers), strings.Split(c.used, ",")
		if got := v.ratifies(r, o); got != c.want {
			t.Errorf("a change of %s approved by %q (%s): %t, wanted %t", c.plan, c.approvers, c.used, got, c.want)
		}
	}
}

func TestMayApprove(t *testing.T) {
	rule := func(group string, m *approval.Match) approval.Rule {
		return approval.Rule{Name: group, Match: m, Require: approval.Require{Group: group, Count: 1}}
	}
	book := &approval.Book{
		People: map[string]approval.Person{"ops": {Active: true}, "net": {Active: true}, "boss": {Active: true}, "gone": {}, "bot": {Active: true, Bot: true}},
		Groups: map[string][]string{"ops": {"ops", "gone", "bot"}, "net": {"net"}, "boss": {"boss"}},
		Rules: []approval.Rule{
			rule("ops", &approval.Match{Clients: []string{"acme"}}), rule("net", &approval.Match{Kinds: []string{"Person"}}), rule("boss", nil),
		},
	}
	for person, may := range map[string]bool{"ops": true, "net": false, "boss": false, "gone": false, "bot": false, "nobody": false} {
		if why := MayApprove(book, person, "acme/x/canary"); (why == "") != may {
			t.Errorf("%s: %q, wanted %t", person, why, may)
		}
	}
	if why := MayApprove(book, "net", "globex/x"); why != "" {
		t.Errorf("no rule is over the plans of globex, and %s", why)
	}
	owners, sec := approval.Require{OwnerOf: "assets", Count: 1}, approval.Require{Group: "sec", Count: 1}
	before := book.Rules
	for name, c := range map[string]struct {
		want approval.Require
		may  bool
	}{
		"owners":             {owners, true},
		"owners or a group":  {approval.Require{Any: []approval.Require{owners, sec}}, true},
		"owners and a group": {approval.Require{All: []approval.Require{owners, sec}}, false},
		"owners twice":       {approval.Require{All: []approval.Require{owners, owners}}, true},
		"owners in a branch": {approval.Require{Any: []approval.Require{{All: []approval.Require{owners, sec}}, sec}}, false},
	} {
		book.Rules = append(slices.Clip(before), approval.Rule{Match: &approval.Match{}, Require: c.want})
		if why := MayApprove(book, "net", "acme/x"); (why == "") != c.may {
			t.Errorf("%s are asked: %q, wanted that an owner may %t", name, why, c.may)
		}
	}
	book.Rules = append(slices.Clip(before), approval.Rule{Match: &approval.Match{}, Require: approval.Require{OwnerOf: "assets"}})
	if why := MayApprove(book, "net", "acme/x"); why != "" {
		t.Errorf("owners of assets are asked, and %s", why)
	}
}

// Rules that ask by the place of plans ask for plans, too: those who approve them resume them.
func TestMayApproveByPath(t *testing.T) {
	rule := func(group string, m *approval.Match) approval.Rule {
		return approval.Rule{Name: group, Match: m, Require: approval.Require{Group: group, Count: 1}}
	}
	at := func(path string) *approval.Match { return &approval.Match{Paths: []spec.Glob{spec.ParseGlob(path)}} }
	book := &approval.Book{
		People: map[string]approval.Person{}, Groups: map[string][]string{},
		Rules: []approval.Rule{
			rule("break-glass", nil), rule("acme", at("plans/acme/**")), rule("one", at("plans/*/march.yaml")), rule("all", at("plans/*.yaml")), rule("policies", at("policies/**")),
		},
	}
	for _, r := range book.Rules {
		book.People[r.Name], book.Groups[r.Name] = approval.Person{Name: r.Name, Active: true}, []string{r.Name}
	}
	for plan, groups := range map[string]string{"acme/march/canary": "break-glass acme one all", "acme/april": "break-glass acme all", "globex/march": "break-glass one all"} {
		for person := range book.People {
			if why := MayApprove(book, person, plan); (why == "") != slices.Contains(strings.Fields(groups), person) {
				t.Errorf("%s of %s: %q", person, plan, why)
			}
		}
	}
}
