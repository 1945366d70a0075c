package review_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/review"
)

const plan = "plans/acme/openssl.yaml"

// proposed is a repository whose branch "change" alters a plan.
func proposed(t *testing.T) *repository {
	r := newRepository(t)
	r.commit("change", "main", r.edit("main", plan, "backoutPlan: Restore", "backoutPlan: Quickly restore"))
	return r
}

func TestAnApprovedChangeCanMerge(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	why(t, r.judge(in), "the approvals are pending")
	if r.reads["main"] != 1 || r.reads["change"] != 1 {
		t.Errorf("trees were read %v times, wanted once each", r.reads)
	}
	in.Acts = []approval.Act{r.approve("dana", in)}
	out := r.judge(in)
	why(t, out)
	if out.Base != "main" || out.Landing != out.Proposed || !slices.Equal(out.Clients, []string{"acme"}) || len(out.Verdict.Used) != 1 {
		t.Errorf("base %q, clients %v, used %v", out.Base, out.Clients, out.Verdict.Used)
	}
	again := r.judge(in)
	again.Outcome, out.Outcome, again.Tree, out.Tree, again.Files, out.Files = nil, nil, nil, nil, nil, nil
	again.Landing, out.Landing, again.Proposed, out.Proposed = nil, nil, nil, nil
	if !reflect.DeepEqual(again, out) {
		t.Errorf("judged again: %+v, wanted %+v", again, out)
	}
}

func TestA1AnotherEffectVoidsAnApproval(t *testing.T) {
	r := proposed(t)
	act := r.approve("dana", r.input("change"))
	r.commit("again", "change", r.edit("change", plan, "reboot: ifRequired", "reboot: always"))
	in := r.input("again", act)
	in.Change.Name = "change"
	out := r.judge(in)
	why(t, out, "the approvals are pending")
	if len(out.Verdict.Ignored) != 1 || out.Verdict.Ignored[0].Why != "stale" {
		t.Errorf("ignored %+v, wanted dana's as stale", out.Verdict.Ignored)
	}
}

func TestA2ReformattedOrRebasedIsKept(t *testing.T) {
	r := proposed(t)
	act := r.approve("dana", r.input("change"))
	text := r.commits["change"][plan]
	r.commit("reformatted", "main", map[string]string{plan: text + "# a comment\n"})
	in := r.input("reformatted", act)
	in.Change.Name = "change"
	r.missing["change"] = true // a rebase left the old head behind
	out := r.judge(in)
	why(t, out)
	if len(out.Verdict.Kept) != 1 {
		t.Errorf("kept %q, wanted to read why", out.Verdict.Kept)
	}
}

func TestA3M3MainMovesUnderAnUnrelatedDocument(t *testing.T) {
	r := proposed(t)
	act := r.approve("dana", r.input("change"))
	r.commit("moved", "main", r.edit("main", "rules/risk.yaml", "apiVersion: patchops.dev", "# moved\napiVersion: patchops.dev"))
	in := r.input("change", act)
	in.Authorised = "moved"
	out := r.judge(in)
	why(t, out)
	if out.Base != "main" || out.Landing.Digest() != out.Proposed.Digest() {
		t.Errorf("base %q, landing %s, proposed %s", out.Base, out.Landing.Digest(), out.Proposed.Digest())
	}
	// The same by "update branch": a merge whose tree is that of the two.
	r.commit("updated", "moved", map[string]string{plan: r.commits["change"][plan]})
	in.Change.Head = "updated"
	why(t, r.judge(in))
}

func TestM3MainMovesUnderTheSameClient(t *testing.T) {
	r := proposed(t)
	act := r.approve("dana", r.input("change"))
	in := r.input("change", act)
	in.Authorised = r.commit("freeze", "main", map[string]string{"clients/acme/freeze.yaml": `apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: fair, client: acme}
spec: {from: 2026-05-01, until: 2026-05-02, timezone: Europe/Berlin, reason: Trade fair, onRunning: finish}
`})
	out := r.judge(in)
	why(t, out) // a freeze more only denies: landing lies within proposed
	// With another address the grants that were approved are others.
	r.commit("reboot", "main", r.edit("main", plan, "reboot: ifRequired", "reboot: always"))
	in = r.input("reboot")
	in.Acts = []approval.Act{r.approve("dana", in)}
	why(t, r.judge(in))
	in.Authorised = r.commit("address", "main", r.edit("main", "clients/acme/assets.yaml", "10.20.0.11", "10.20.0.99"))
	out = r.judge(in)
	why(t, out, "the approvals are pending")
	if i := out.Verdict.Ignored; len(i) != 1 || i[0].Why != "stale" || !strings.Contains(i[0].Detail, "web-01") {
		t.Errorf("ignored %+v, wanted dana's with the host that differs", i)
	}
}

func TestBothSidesChangedADocument(t *testing.T) {
	r := proposed(t)
	act := r.approve("dana", r.input("change"))
	in := r.input("change", act)
	r.commit("other", "main", r.edit("main", plan, "auto: true", "auto: false"))
	in.Authorised = r.commit("later", "other", map[string]string{"notes.txt": "of something else\n"})
	in.Change.Head = r.commit("more", "change", map[string]string{"more.txt": "of something else, too\n"})
	out := r.judge(in)
	if out.Mergeable || len(out.Conflicts) != 1 || out.Landing != nil || out.Verdict.State != approval.Error {
		t.Fatalf("mergeable %v, conflicts %v, verdict %s", out.Mergeable, out.Conflicts, out.Verdict.State)
	}
	for _, want := range []string{"PatchPlan/acme/openssl", plan, "commit other", "commit change"} {
		if !strings.Contains(out.Why[0], want) {
			t.Errorf("%q, wanted %q in it", out.Why[0], want)
		}
	}
	if _, err := review.Propose(in); !errors.Is(err, review.ErrNothing) {
		t.Errorf("proposed %v, wanted that there is nothing to approve", err)
	}
}

func TestNoCommonAncestor(t *testing.T) {
	r := proposed(t)
	r.parent["change"] = ""
	out := r.judge(r.input("change"))
	why(t, out, "no common ancestor")
	if !slices.ContainsFunc(out.Outcome.Findings, func(f finding.Finding) bool { return f.ID == "git/ambiguous-base" }) {
		t.Error("there is no finding git/ambiguous-base")
	}
}

func TestM8ChecksOfTheForgeAndStates(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in)}
	in.Required = []change.Required{{Name: "build", State: "missing"}, {Name: "lint", State: "passed"}, {Name: "e2e", State: "failed"}, {Name: "odd", State: "?"}}
	in.Change.Draft = true
	in.Held = []string{"main is blocked"}
	why(t, r.judge(in), "failed: e2e", "missing: build", "missing: odd", "a draft", "main is blocked")
	in.Required, in.Held, in.Change.Draft = nil, nil, false
	in.Problems = []string{"page 2 of the reviews is lost"}
	if out := r.judge(in); out.Mergeable || out.Verdict.State != approval.Error || out.Why[0] != in.Problems[0] {
		t.Errorf("A14: mergeable %v, verdict %s, why %q", out.Mergeable, out.Verdict.State, out.Why)
	}
	in.Problems = nil
	in.Change.Open = false
	why(t, r.judge(in), "it is closed")
}

func TestA12ForAnotherBranch(t *testing.T) {
	r := proposed(t)
	staging := r.input("change")
	staging.Target, staging.Change.Target = "staging", "staging"
	act := r.approve("dana", staging)
	out := r.judge(r.input("change", act))
	why(t, out, "the approvals are pending")
	if len(out.Verdict.Ignored) != 1 || out.Verdict.Ignored[0].Why != "otherTarget" {
		t.Errorf("ignored %+v", out.Verdict.Ignored)
	}
	in := r.input("change")
	in.Change.Target = "staging"
	in.Acts = []approval.Act{r.approve("dana", r.input("change"))}
	why(t, r.judge(in), `it is for branch "staging", wanted "main"`)
}

func TestAnErrorRefusesWhatEverybodyAccepted(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", r.edit("main", plan, "maxFailures: 0", "maxFailures: 0, typo: 1"))
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in)}
	out := r.judge(in)
	if out.Mergeable || !strings.Contains(out.Why[0], "plans/acme/openssl.yaml:") {
		t.Errorf("mergeable %v, why %q", out.Mergeable, out.Why)
	}
}

// The nearest acts are all of them, what is to be mended first; that it can merge then
// is promised only where nothing else is missing.
func TestWhatWouldUnblock(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	unblock(t, r.judge(in), "one of {ben, dana, erin} from approvers, then it can merge")
	in.Required, in.Change.Draft = []change.Required{{Name: "build", State: "missing"}, {Name: "e2e", State: "failed"}}, true
	unblock(t, r.judge(in), "one of {ben, dana, erin} from approvers", "have the check e2e pass", "have the check build report that it passed", "mark it as ready")
	in.Acts = []approval.Act{r.approve("dana", in)}
	unblock(t, r.judge(in), "have the check e2e pass", "have the check build report that it passed", "mark it as ready")
	r.commit("typo", "main", r.edit("main", plan, "maxFailures: 0", "maxFailures: 0, typo: 1"))
	out := r.judge(r.input("typo"))
	if len(out.Verdict.Unblock) < 2 || !strings.HasPrefix(out.Verdict.Unblock[0], "mend the finding of severity error, plans/acme/openssl.yaml:") {
		t.Errorf("unblock %q, wanted what is to be mended first", out.Verdict.Unblock)
	}
	if text := strings.Join(append(out.Verdict.Unblock, out.Why...), "\n"); strings.Contains(text, "then it can merge") {
		t.Errorf("it promises that approvals are enough:\n%s", text)
	}
}

func unblock(t *testing.T, r *review.Review, want ...string) {
	t.Helper()
	if len(r.Verdict.Unblock) != len(want) {
		t.Fatalf("unblock %q, wanted %q", r.Verdict.Unblock, want)
	}
	for i, w := range want {
		if !strings.HasPrefix(r.Verdict.Unblock[i], w) || !strings.HasSuffix(w, "merge") && strings.HasSuffix(r.Verdict.Unblock[i], "can merge") {
			t.Errorf("unblock %q, wanted %q", r.Verdict.Unblock[i], w)
		}
	}
}

func TestApprovalsOfAnotherMinuteAreJudgedAtTheirs(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	in.Now = now.Add(-3 * time.Hour)
	act := r.approve("dana", in)
	out := r.judge(r.input("change", act))
	why(t, out)
	act.Accepts = nil
	if out := r.judge(r.input("change", act)); len(out.Accepts) > 0 && out.Mergeable {
		t.Error("an approval that accepts nothing counts for a change with findings")
	}
}

func TestWindowOpen(t *testing.T) {
	r := newRepository(t)
	files := r.edit("main", "patchops.yaml", "  horizon: P35D", "  horizon: P35D\n  merge: {method: merge, when: windowOpen}")
	files["clients/acme/agreement.yaml"] = strings.ReplaceAll(r.commits["main"]["clients/acme/agreement.yaml"], "    lead: P3D\n", "    lead: PT0S\n")
	r.commit("open", "main", files)
	r.commit("change", "open", r.edit("open", plan, "reboot: ifRequired", "reboot: always"))
	in := r.input("change")
	in.Authorised = "open"
	if out := r.judge(in); out.Due {
		t.Errorf("due at %s, when no window is open", in.Now)
	}
	in.Now = time.Date(2026, 3, 12, 22, 30, 0, 0, time.UTC)
	if out := r.judge(in); !out.Due {
		t.Errorf("not due at %s, in the nightly window: %v", in.Now, out.Why)
	}
	// The nightly window opens at 22:00 in Berlin: neither a second early nor late.
	in.Now = time.Date(2026, 3, 12, 20, 59, 59, 0, time.UTC)
	if out := r.judge(in); out.Due || !slices.ContainsFunc(out.Why, func(why string) bool { return strings.HasSuffix(why, "the first could at 2026-03-12T21:00:00Z") }) {
		t.Errorf("due at %s, a second before the window opens, or not said when: %q", in.Now, out.Why)
	}
	in.Now = in.Now.Add(time.Second)
	if out := r.judge(in); !out.Due {
		t.Errorf("not due at %s, when the window opens: %v", in.Now, out.Why)
	}
}

func TestWhatLandedByAnotherHand(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in)}
	in.Landed = r.commit("hand", "main", map[string]string{plan: r.commits["change"][plan]})
	in.Change.Open, in.Change.Merged = false, true
	why(t, r.judge(in))
	in.Landed = r.commit("more", "hand", r.edit("hand", plan, "reboot: ifRequired", "reboot: always"))
	why(t, r.judge(in), "the approvals are pending")
}

// An asset that came to main since the change started is uncovered: nothing is
// voided, and it is named (authority.md 2 (e)).
func TestAnAssetThatCameMeanwhileIsUncovered(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", r.edit("main", plan, "reboot: ifRequired", "reboot: always"))
	act := r.approve("dana", r.input("change"))
	in := r.input("change", act)
	in.Authorised = r.commit("grown", "main", r.edit("main", "clients/acme/assets.yaml",
		"    - {name: web-02,", "    - {name: web-03, role: web, address: 10.20.0.13, exposure: public}\n    - {name: web-02,"))
	out := r.judge(in)
	if len(out.Verdict.Uncovered) != 1 || out.Verdict.Uncovered[0].Asset != "web-03" {
		t.Fatalf("uncovered %+v, verdict %s, ignored %+v", out.Verdict.Uncovered, out.Verdict.State, out.Verdict.Ignored)
	}
}

func TestWhatCannotBeReadCannotBeReviewed(t *testing.T) {
	r := proposed(t)
	r.commit("change", "change", map[string]string{"policies/big.bin": "x"})
	r.parent["change"] = "main"
	r.unreadable = "policies/big.bin"
	out := r.judge(r.input("change"))
	if out.Mergeable || !strings.Contains(strings.Join(out.Why, "\n"), "git/unreviewable") {
		t.Errorf("mergeable %v, why %q", out.Mergeable, out.Why)
	}
}

func TestOnlyDataIsAsideInMeasuring(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", map[string]string{
		"clients/acme/more.yaml": "apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: more, client: acme}\nspec: {file: policies/evil.txt}\n",
		"policies/evil.txt":      strings.Repeat("x\n", 20_001),
	})
	out := r.judge(r.input("change"))
	if !strings.Contains(strings.Join(out.Why, "\n"), "more than 20000 lines") {
		t.Errorf("why %q, wanted a policy counted although a list names it", out.Why)
	}
}

// TestMergedInNameOnly: a merge by hand that took nothing over, or not all, did not merge the
// change, whatever came later.
func TestMergedInNameOnly(t *testing.T) {
	for name, c := range map[string]struct {
		took map[string]string // what the merge made of the change's files
		why  string
	}{
		"all of it":       {map[string]string{plan: "theirs", "b.txt": "theirs"}, "it is merged already"},
		"none of it":      {nil, `commit merge merged it in name only: it left "b.txt", "plans/acme/openssl.yaml" as the target had it`},
		"one file of two": {map[string]string{plan: "theirs"}, `it left "b.txt" as the target had it`},
		"joined by hand":  {map[string]string{plan: "else", "b.txt": "theirs"}, "it is merged already"},
	} {
		r := proposed(t)
		r.commit("head", "change", map[string]string{"b.txt": "b\n"})
		r.commit("before", "main", map[string]string{"c.txt": "c\n"})
		files := map[string]string{}
		for path, how := range c.took {
			files[path] = r.commits["head"][path]
			if how == "else" {
				files[path] += "# and more\n"
			}
		}
		r.commit("merge", "before", files)
		r.commit("later", "merge", map[string]string{"b.txt": ""})
		r.merged["merge"] = "head"
		in := r.input("head")
		in.Authorised, in.Change.Open = "later", false
		if got := strings.Join(r.judge(in).Why, "; "); !strings.Contains(got, c.why) {
			t.Errorf("%s: %q, wanted %q", name, got, c.why)
		}
	}
}
