package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/finding"
)

func TestA11AChangeOfRulesIsJudgedByTheOldOnes(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", r.edit("main", "rules/approval.yaml", "{group: approvers, count: 2}", "{group: approvers, count: 1}"))
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in)}
	out := r.judge(in)
	if out.Mergeable || out.Verdict.State != approval.Pending || out.Authorised != "main" {
		t.Errorf("mergeable %v, verdict %s by %s", out.Mergeable, out.Verdict.State, out.Authorised)
	}
	in.Acts = append(in.Acts, r.approve("erin", in))
	why(t, r.judge(in))
}

func TestR3NothingLoosensItsOwnJudgement(t *testing.T) {
	r := newRepository(t)
	files := r.edit("main", "patchops.yaml", "  policy:\n", "  policy:\n    levels: {plan/ticket: \"off\"}\n")
	files[plan] = strings.ReplaceAll(r.commits["main"][plan], "CHG-1024", "none")
	files["policies/plan/ticket/rule.rego"] = ""
	files["policies/plan/ticket/rule_test.rego"] = ""
	r.commit("change", "main", files)
	out := r.judge(r.input("change"))
	if !slices.ContainsFunc(out.Outcome.Findings, func(f finding.Finding) bool { return f.ID == "plan/ticket" }) {
		t.Errorf("found %+v, wanted the rule of the authorised tip to judge", out.Outcome.Findings)
	}
}

func TestA9WhatNoRuleCoversIsAnError(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", map[string]string{"notes/todo.txt": "buy milk\n"})
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in), r.approve("erin", in)}
	out := r.judge(in)
	if out.Mergeable || out.Verdict.State != approval.Error {
		t.Errorf("mergeable %v, verdict %s", out.Mergeable, out.Verdict.State)
	}
}

func TestA13AFileMovedAwayIsStillOfItsOldPath(t *testing.T) {
	r := newRepository(t)
	from := "clients/acme/contacts.yaml"
	r.commit("change", "main", map[string]string{from: "", "plans/contacts.yaml": r.commits["main"][from]})
	in := r.input("change")
	in.Acts = []approval.Act{r.approve("dana", in)}
	out := r.judge(in)
	if out.Verdict.State == approval.Approved {
		t.Errorf("approved by one, wanted the rule of %s to ask for two: %+v", from, out.Verdict.Tree)
	}
}

func TestA14ManyFiles(t *testing.T) {
	r := newRepository(t)
	for _, n := range []int{300, 301} {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("policies/x/f%04d.txt", i)] = "x\n"
		}
		head := r.commit(fmt.Sprint("many", n), "main", files)
		out := r.judge(r.input(head))
		refused := strings.Contains(strings.Join(out.Why, "\n"), "git/unreviewable: the change touches 301 files, wanted at most 300 to review")
		if out.Size.Files != n || refused != (n > 300) {
			t.Errorf("%d files: measured %+v, why %q", n, out.Size, out.Why)
		}
	}
}

// second is a plan for all hosts of the client, in the same nights.
const second = `apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: %s, client: acme, annotations: {ticket: CHG-1}}
spec:
  changeType: standard
  patches: [openssl-3-0-15]
  targets: {assets: [web-01]}
  minimumAge: P3D
  notBefore: "2026-03-18T21:00:00Z"
  deadline: "2026-03-18T21:30:00Z"
  waves:
    - {name: canary, count: 1, maxFailures: 0}
    - {name: rest, percent: 100, maxFailures: 0}
  reboot: always
  snapshot: {mode: bestEffort, ttl: P3D}
  rollback: {auto: true, on: [install, postcheck]}
  testEvidenceRefs: [openssl-test]
  backoutPlan: Restore.
  impact: None.
`

func TestM2TwoChangesThatConflictTogether(t *testing.T) {
	r := newRepository(t)
	first := r.commit("first", "main", map[string]string{"plans/acme/first.yaml": fmt.Sprintf(second, "first")})
	alone := r.commit("second", "main", map[string]string{"plans/acme/second.yaml": fmt.Sprintf(second, "second")})
	in := r.input(alone)
	before := strings.Join(r.judge(in).Why, "\n")
	if strings.Contains(before, "merged meanwhile") {
		t.Fatalf("alone: %s", before)
	}
	in.Authorised = first
	after := strings.Join(r.judge(in).Why, "\n")
	if !strings.Contains(after, "PatchPlan/acme/second: ") || !strings.Contains(after, "merged meanwhile") {
		t.Errorf("why %q, wanted the conflict named", after)
	}
}

// M5: what was approved for one host is not approved for two.
func TestM5AnotherScopeIsNotApproved(t *testing.T) {
	r := newRepository(t)
	one := r.edit("main", plan, "    selector:\n      matchLabels: {os: debian}\n", "    assets: [web-01]\n")
	r.commit("one", "main", one)
	act := r.approve("dana", r.input("one"))
	two := map[string]string{plan: strings.ReplaceAll(one[plan], "[web-01]", "[web-01, web-02]")}
	r.commit("two", "main", two)
	in := r.input("two", act)
	in.Change.Name = "one"
	out := r.judge(in)
	if i := out.Verdict.Ignored; out.Mergeable || len(i) != 1 || i[0].Why != "stale" {
		t.Errorf("mergeable %v, ignored %+v", out.Mergeable, i)
	}
}
