package pipeline

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// compared is the outcome of a change from one tree to another, by the rules of
// the first, and the change itself.
func compared(t testing.TB, e *Engine, before, after fstest.MapFS) (*Outcome, Proposed) {
	t.Helper()
	out := checkBy(t, e, after, before)
	files := func(fsys fstest.MapFS) []effect.File {
		var all []effect.File
		for name, f := range fsys {
			all = append(all, effect.File{Path: name, Mode: "100644", Sum: func() effect.Digest { return sha256.Sum256(f.Data) }})
		}
		return all
	}
	changed := effect.Between(effect.Read(out.Before, files(before)), effect.Read(out.Corpus, files(after)))
	return out, Proposed{Change: "#41", Head: commit, Base: commit, Effect: changed}
}

// checkBy checks a tree by the rules of another, which is its base too.
func checkBy(t testing.TB, e *Engine, fsys, rules fstest.MapFS) *Outcome {
	t.Helper()
	tree, err := ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	base, err := ReadTree(rules)
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Check(Input{Tree: tree, Base: base, Rules: base, Compare: true, AsOf: asOf, Child: inProcess})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func judgeChange(t testing.TB, e *Engine, before, after fstest.MapFS, d *Decision) []finding.Finding {
	t.Helper()
	out, p := compared(t, e, before, after)
	p.Decision = d
	found, err := e.JudgeChange(out, p)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const freezeFile = `apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: inventory}
spec:
  from: 2026-05-04
  until: 2026-05-15
  reason: Stocktaking.
  onRunning: finish
`

// TestLooseningIsShownWhereItStands, and where it stood when it is gone.
func TestLooseningIsShownWhereItStands(t *testing.T) {
	e := engine(t)
	before := files(t)
	before["rules/freeze.yaml"] = &fstest.MapFile{Data: []byte(freezeFile)}
	after := files(t)
	after["rules/freeze.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(freezeFile, "05-15", "05-08", 1))}
	found := judgeChange(t, e, before, after, nil)
	if len(found) != 1 || found[0].ID != "change/loosens-freeze" || found[0].File != "rules/freeze.yaml" || found[0].Line != 6 || found[0].Path != "spec.until" {
		t.Fatalf("a shorter freeze shows %+v", found)
	}
	if want := "spec.until of Freeze/_/inventory is shorter: 2026-05-15, now 2026-05-08"; found[0].Message != want {
		t.Errorf("it says %q, wanted %q", found[0].Message, want)
	}
	gone := judgeChange(t, e, before, files(t), nil)
	if len(gone) != 1 || gone[0].File != "rules/freeze.yaml" || gone[0].Line != 1 || gone[0].Document.String() != "Freeze/_/inventory" {
		t.Errorf("a lifted freeze shows %+v", gone)
	}
	if found := judgeChange(t, e, after, before, nil); len(found) > 0 {
		t.Errorf("a longer freeze shows %v", found)
	}
}

const ownChangeRule = `# METADATA
# title: Two people at least
# description: Our own.
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: error
#   gate: change
#   controls: ["ours"]
package patchops.team.two

deny contains {
	"path": ["effect", "documents", i],
	"message": $"{name} is touched",
} if {
	some i, d in input.effect.documents
	name := d.name
}

deny contains {
	"path": ["verdict"],
	"message": "decided",
} if input.verdict == "approved"
`

// TestOwnRulesOfTheChangeGate judge in the child, from the tree that rules only.
func TestOwnRulesOfTheChangeGate(t *testing.T) {
	e := engine(t)
	own := &fstest.MapFile{Data: []byte(ownChangeRule)}
	base := files(t)
	base["policies/team/two/rule.rego"] = own
	after := edited(t, base, change{"plans/acme/openssl.yaml", "percent: 10", "percent: 20"})
	found := judgeChange(t, e, base, after, nil)
	if len(found) != 1 || found[0].ID != "team/two" || found[0].File != "plans/acme/openssl.yaml" || found[0].Line != 5 || found[0].Message != "openssl is touched" {
		t.Errorf("found %+v", found)
	}
	decided := judgeChange(t, e, base, after, &Decision{Verdict: "approved"})
	if len(decided) != 2 || decided[0].Fingerprint() != found[0].Fingerprint() && decided[1].Fingerprint() != found[0].Fingerprint() {
		t.Errorf("with a decision found %+v, wanted what was found before and one more", decided)
	}
	fresh := files(t)
	fresh["policies/team/two/rule.rego"] = own
	if found := judgeChange(t, e, files(t), fresh, nil); slices.Contains(ids(found), "team/two") {
		t.Errorf("a rule of the change itself judges: %v", found)
	}
}

// TestOwnRulesThatDie: what could not be judged is a finding, never a pass.
func TestOwnRulesThatDie(t *testing.T) {
	e := engine(t)
	base := files(t)
	base["policies/team/two/rule.rego"] = &fstest.MapFile{Data: []byte(ownChangeRule)}
	out, p := compared(t, e, base, edited(t, base, change{"plans/acme/openssl.yaml", "percent: 10", "percent: 20"}))
	out.run.in.Child = func(job string, shared []byte, items [][]byte) ([]Answer, error) {
		answers, err := inProcess(job, shared, items)
		answers[len(answers)-1] = Answer{Problem: "took longer than 2 s"}
		return answers, err
	}
	found, err := e.JudgeChange(out, p)
	if err != nil || !errorOf(found, "policy/limit") {
		t.Errorf("found %v, %v, wanted the error policy/limit", found, err)
	}
	out.run.in.Child = func(string, []byte, [][]byte) ([]Answer, error) { return nil, errors.New("no child") }
	if _, err := e.JudgeChange(out, p); err == nil {
		t.Error("no child is no error")
	}
}

// TestChangeNeedsABase: without one nothing can be said of a change.
func TestChangeNeedsABase(t *testing.T) {
	e := engine(t)
	if _, err := e.JudgeChange(check(t, e, files(t), nil, nil), Proposed{Effect: &effect.Effect{}}); err == nil {
		t.Error("a change without a base is judged")
	}
}

// TestChangeGateIsDeterministic: equal input, equal findings; levels of the tree
// that rules apply.
func TestChangeGateIsDeterministic(t *testing.T) {
	e := engine(t)
	base := files(t, change{"patchops.yaml", "    parameters:", "    levels: {change/loosens-sla: error, change/loosens-ha: \"off\"}\n    parameters:"})
	after := edited(t, base, change{"rules/sla.yaml", "P14D", "P15D"}, change{"clients/acme/ha.yaml", "soak: PT15M", "soak: PT5M"},
		change{"patchops.yaml", "change/loosens-sla: error", "change/loosens-sla: note"})
	first := judgeChange(t, e, base, after, nil)
	if got := ids(first); !slices.Equal(got, []string{"change/rules-and-work", "change/loosens-rules", "change/loosens-sla"}) || !errorOf(first, "change/loosens-sla") {
		t.Fatalf("found %v", first)
	}
	for range 3 {
		if again := judgeChange(t, e, base, after, nil); !slices.EqualFunc(first, again, func(a, b finding.Finding) bool { return finding.Compare(a, b) == 0 }) {
			t.Fatalf("found %v, then %v", first, again)
		}
	}
}

// TestChangeInputKeepsItsContract: whatever a change holds, what rules judge
// satisfies #ChangeInput.
func TestChangeInputKeepsItsContract(t *testing.T) {
	e := engine(t)
	base := files(t)
	out, _ := compared(t, e, base, base)
	rapid.Check(t, func(t *rapid.T) {
		before := schedules().Draw(t, "before")
		after := schedules().Draw(t, "after")
		out.run.schedules = &Schedules{planned(before), planned(after)}
		j := changeJudging{run: out.run, proposed: Proposed{
			Change: "feature/x", Head: rapid.SampledFrom([]string{"", commit}).Draw(t, "head"), Base: commit, Effect: effects().Draw(t, "effect"),
			Author: rapid.SampledFrom([]string{"", "ada"}).Draw(t, "author"), Contributors: []string{"ada"}, Unknown: []string{commit},
			Decision: decisions().Draw(t, "decision"),
		}}
		input := j.value()
		for _, f := range e.Shapes.Gates[changeGate].Judge("input", finding.Identity{}, nil, &input) {
			t.Errorf("%s: %s", f.Path, f.Message)
		}
		loosening := effect.Loosening{
			About: "rules", File: "x.yaml", Path: rapid.SampledFrom([]string{"", "spec.a"}).Draw(t, "path"), What: "changed",
			Before: rapid.SampledFrom([]string{"", "1"}).Draw(t, "was"), Identity: finding.Identity{Kind: "Freeze", Name: "a"},
		}
		value := looseningValue(&loosening)
		loosened := e.Shapes.Gates[changeGate].Map.Field("loosened").Node.List.Element
		for _, f := range loosened.Judge("input", finding.Identity{}, nil, &value) {
			t.Errorf("%s: %s", f.Path, f.Message)
		}
	})
}

func planned(s *rollout.PlanSchedule) *Planned {
	return &Planned{Schedule: &rollout.Schedule{Plans: []rollout.PlanSchedule{*s}}}
}

func decisions() *rapid.Generator[*Decision] {
	return rapid.Custom(func(t *rapid.T) *Decision {
		if rapid.Bool().Draw(t, "nobody") {
			return nil
		}
		return &Decision{Verdict: "pending", Approvals: []Approval{{
			Person: "dana", Groups: []string{"ops"}, Verdict: "rejected", AsOf: time.Unix(1773306000, 0), Head: commit, Effect: effect.Digest{}.String(),
			Why: rapid.SampledFrom([]string{"", "bot", "otherTarget"}).Draw(t, "why"), Reason: rapid.SampledFrom([]string{"", " \n", "a\nb "}).Draw(t, "reason"),
			Contact: rapid.SampledFrom([]string{"", "ops"}).Draw(t, "contact"),
		}}}
	})
}

func effects() *rapid.Generator[*effect.Effect] {
	return rapid.Custom(func(t *rapid.T) *effect.Effect {
		state := func(label string) effect.DocumentState {
			return effect.DocumentState{Path: rapid.SampledFrom([]string{"a.yaml", "b.yaml"}).Draw(t, label)}
		}
		grant := &effect.Grant{Until: "2026-04-30", Allow: effect.Set{{Name: "MaintenanceWindow/acme/nightly"}}}
		return &effect.Effect{
			Files:     []effect.FileChange{{Path: "README.md", After: effect.FileState{Mode: "100644"}}},
			Documents: []effect.DocumentChange{{Identity: finding.Identity{Kind: "Freeze", Name: "a"}, Before: state("before"), After: state("after")}},
			Grants:    []effect.GrantChange{{Client: "acme", Asset: "web-01", Plan: finding.Identity{Kind: "PatchPlan", Name: "p"}, After: grant}},
		}
	})
}

// TestPathsOfAChangeHavePlaces: every path of the input leads to a file and line.
func TestPathsOfAChangeHavePlaces(t *testing.T) {
	e := engine(t)
	base := files(t)
	after := edited(t, base, change{"plans/acme/openssl.yaml", "percent: 10", "percent: 20"}, change{"README.md", "#", "##"})
	delete(after, "clients/acme/ha.yaml")
	after["clients/acme/assets.yaml"] = replaced(t, replaced(t, after["clients/acme/assets.yaml"], "haGroup: web, ", ""), "haGroup: web, ", "")
	out, p := compared(t, e, base, after)
	j := changeJudging{run: out.run, proposed: p}
	j.input = &document.Document{Root: j.value()}
	for _, c := range []struct {
		path, file, document, want string
		line                       int
	}{
		{"author", "clients/acme/assets.yaml", "/_/", "author", 5},
		{"effect.documents[0]", "clients/acme/assets.yaml", "AssetList/acme/berlin", "metadata.name", 5},
		{"effect.documents[1].before", "clients/acme/ha.yaml", "HAGroup/acme/web", "metadata.name", 1},
		{"effect.documents[99]", "clients/acme/assets.yaml", "/_/", "effect.documents[99]", 5},
		{"effect.files[0]", "README.md", "/_/", "", 1},
		{"effect.grants[0].after", "plans/acme/openssl.yaml", "PatchPlan/acme/openssl", "metadata.name", 5},
		{"loosened[0]", "clients/acme/assets.yaml", "AssetList/acme/berlin", "spec.assets[0].haGroup", 18},
		{"rollouts[0].after.waves[1]", "plans/acme/openssl.yaml", "PatchPlan/acme/openssl", "spec.waves[1]", 19},
		{"rollouts[0]", "plans/acme/openssl.yaml", "PatchPlan/acme/openssl", "metadata.name", 5},
	} {
		f := j.placed(finding.Finding{ID: "change/x", Path: c.path})
		if f.File != c.file || f.Line != c.line || f.Path != c.want || f.Document.String() != c.document {
			t.Errorf("%s is shown at %s:%d, %s of %s; wanted %s:%d, %s of %s", c.path, f.File, f.Line, f.Path, f.Document, c.file, c.line, c.want, c.document)
		}
	}
	at := j.placed(finding.Finding{Position: finding.Position{File: "policies/x", Line: 3}})
	if at.File != "policies/x" {
		t.Errorf("a finding about a rule is shown at %v", at.Position)
	}
	empty := changeJudging{run: out.run, proposed: Proposed{Effect: &effect.Effect{}}}
	if got := empty.first(); got.File != configFile {
		t.Errorf("a change of nothing is shown at %v", got)
	}
}

// TestRulesAboutDecisions: what depends on people is said when they were asked, and
// changes nothing of what was said before.
func TestRulesAboutDecisions(t *testing.T) {
	e := engine(t)
	base := files(t)
	after := edited(t, base, change{"rules/sla.yaml", "P14D", "P15D"})
	out, p := compared(t, e, base, after)
	p.Author, p.Contributors, p.Unknown = "ada", []string{"ada"}, []string{commit}
	first, err := e.JudgeChange(out, p)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(first); !slices.Equal(got, []string{"change/unknown-contributor", "change/loosens-sla"}) {
		t.Fatalf("before anybody is asked: %v", first)
	}
	yes := func(person, contact string) Approval {
		return Approval{Person: person, Verdict: "approved", AsOf: asOf, Head: commit, Effect: p.Effect.Digest().String(), Counts: true, Contact: contact}
	}
	for _, c := range []struct {
		name string
		said []Approval
		want []string
	}{
		{"nobody", nil, nil},
		{"the author alone", []Approval{yes("ada", "")}, []string{"change/sole-approver"}},
		{"somebody else too", []Approval{yes("ada", ""), yes("dana", "")}, nil},
		{"the author for the client", []Approval{yes("dana", ""), yes("ada", "acme/it-manager")}, []string{"change/consent-taker"}},
		{"somebody else for the client", []Approval{yes("dana", "acme/it-manager")}, nil},
	} {
		p.Decision = &Decision{Approvals: c.said, Verdict: "pending"}
		found, err := e.JudgeChange(out, p)
		if err != nil {
			t.Fatal(err)
		}
		var more []string
		for _, f := range found {
			if !slices.ContainsFunc(first, func(old finding.Finding) bool { return old.Fingerprint() == f.Fingerprint() }) {
				more = append(more, f.ID)
			}
		}
		if !slices.Equal(more, c.want) || len(found) != len(first)+len(more) {
			t.Errorf("%s: found %v, wanted %v beside what was found before", c.name, found, c.want)
		}
	}
}
