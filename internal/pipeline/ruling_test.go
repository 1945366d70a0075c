package pipeline

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/finding"
)

// TestNothingLoosensItsOwnJudgement (R3): what a change says of rules, be it a
// level, a parameter, an own rule, a constraint or a waiver, judges the next one.
func TestNothingLoosensItsOwnJudgement(t *testing.T) {
	e := engine(t)
	plan := change{"plans/acme/openssl.yaml", "annotations: {ticket: CHG-1024}", "annotations: {ticket: NONE}"}
	base := files(t, change{"patchops.yaml", "    parameters:", "    levels: {plan/ticket: error}\n    parameters:"})
	waiver := strings.Replace(acceptance, "plan/backout, plan/way-back", "plan/ticket", 1)
	for name, loosen := range map[string]func(fstest.MapFS){
		"level": func(f fstest.MapFS) {
			f["patchops.yaml"] = replaced(t, f["patchops.yaml"], "plan/ticket: error", "plan/ticket: \"off\"")
		},
		"parameter": func(f fstest.MapFS) {
			f["patchops.yaml"] = replaced(t, f["patchops.yaml"], "prefix: CHG-", "prefix: NONE")
		},
		"own rule removed": func(f fstest.MapFS) {
			delete(f, "policies/plan/ticket/rule.rego")
			delete(f, "policies/plan/ticket/rule_test.rego")
			f["patchops.yaml"] = replaced(t, f["patchops.yaml"], "plan/ticket: error", "plan/over: error")
			f["patchops.yaml"] = replaced(t, f["patchops.yaml"], "    parameters:\n      plan/ticket: {prefix: CHG-}\n", "")
		},
		"own rule hollowed": func(f fstest.MapFS) {
			f["policies/plan/ticket/rule.rego"] = replaced(t, f["policies/plan/ticket/rule.rego"], "} if {", "} if {\n\tinput.metadata.name == \"none\"")
		},
		"waiver": func(f fstest.MapFS) { f["clients/acme/waiver.yaml"] = &fstest.MapFile{Data: []byte(waiver)} },
	} {
		t.Run(name, func(t *testing.T) {
			used := edited(t, base, plan)
			loosen(used)
			denied := checkBy(t, e, used, base).Findings
			if !errorOf(denied, "plan/ticket") {
				t.Errorf("loosened and used in one change, it shows %v, wanted the error plan/ticket", denied)
			}
			// Landed by itself, it judges the next change.
			landed := edited(t, base)
			loosen(landed)
			next := edited(t, landed, plan)
			if found := checkBy(t, e, next, landed).Findings; errorOf(found, "plan/ticket") {
				t.Errorf("the next change still shows %v", found)
			}
			if own := checkBy(t, e, landed, base).Findings; slices.ContainsFunc(own, func(f finding.Finding) bool { return f.Severity == finding.Error && f.WaivedBy == "" }) {
				t.Errorf("landing it by itself shows %v", own)
			}
		})
	}
}

// edited is a copy of a tree with replacements.
func edited(t testing.TB, tree fstest.MapFS, changes ...change) fstest.MapFS {
	t.Helper()
	out := maps.Clone(tree)
	for _, c := range changes {
		out[c.file] = replaced(t, out[c.file], c.old, c.new)
	}
	return out
}

func replaced(t testing.TB, f *fstest.MapFile, old, after string) *fstest.MapFile {
	t.Helper()
	if f == nil || !strings.Contains(string(f.Data), old) {
		t.Fatalf("there is no %q", old)
	}
	return &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), old, after, 1))}
}

func errorOf(found []finding.Finding, id string) bool {
	return slices.ContainsFunc(found, func(f finding.Finding) bool {
		return f.ID == id && f.Severity == finding.Error && f.WaivedBy == ""
	})
}

// TestWidenedWaiverWaivesWhatItDid: the part of an acceptance that was there
// before still counts, the rest does not yet.
func TestWidenedWaiverWaivesWhatItDid(t *testing.T) {
	e := engine(t)
	old := strings.Replace(acceptance, "plan/backout, plan/way-back", "plan/backout", 1)
	base := files(t, change{"plans/acme/openssl.yaml", "changeType: standard", "changeType: normal"},
		change{"plans/acme/openssl.yaml", "  backoutPlan: ", "  # "})
	base["clients/acme/acceptance.yaml"] = &fstest.MapFile{Data: []byte(old)}
	wide := edited(t, base, change{"plans/acme/openssl.yaml", "annotations: {ticket: CHG-1024}", "annotations: {ticket: NONE}"})
	wide["clients/acme/acceptance.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(old, "[plan/backout]", "[plan/backout, plan/ticket]", 1))}
	by := map[string]string{}
	for _, f := range checkBy(t, e, wide, base).Findings {
		by[f.ID] = f.WaivedBy
	}
	if by["plan/backout"] == "" {
		t.Errorf("what was waived before is not: %v", by)
	}
	if waived, found := by["plan/ticket"]; !found || waived != "" {
		t.Errorf("what is waived anew is waived at once: %v", by)
	}
}

// TestProposedRulesMustCompile: own rules of the change do not judge it, but what
// would judge the next one must be able to.
func TestProposedRulesMustCompile(t *testing.T) {
	e := engine(t)
	base := files(t)
	broken := edited(t, base, change{"policies/plan/ticket/rule.rego", "input.metadata", "input.metadta"})
	if found := ids(checkBy(t, e, broken, base).Findings); !slices.Contains(found, "policy/type") {
		t.Errorf("a rule that does not compile shows %v, wanted policy/type", found)
	}
	stray := edited(t, base)
	stray["policies/plan/over/rule.rego"] = &fstest.MapFile{Data: []byte("package patchops.plan.over\n")}
	if found := ids(checkBy(t, e, stray, base).Findings); !slices.Contains(found, "policy/annotation") {
		t.Errorf("a rule with the id of a built-in one shows %v, wanted policy/annotation", found)
	}
	left := edited(t, base)
	delete(left, "policies/plan/ticket/rule.rego")
	delete(left, "policies/plan/ticket/rule_test.rego")
	if found := ids(checkBy(t, e, left, base).Findings); !slices.Contains(found, "policy/parameter") {
		t.Errorf("a parameter of a rule that goes shows %v, wanted policy/parameter", found)
	}
	named := edited(t, left, change{"patchops.yaml", "    parameters:\n      plan/ticket: {prefix: CHG-}\n", "    levels: {plan/ticket: error}\n"})
	if found := ids(checkBy(t, e, named, base).Findings); !slices.Contains(found, "policy/unknown-level") {
		t.Errorf("the level of a rule that goes shows %v, wanted policy/unknown-level", found)
	}
	fresh := edited(t, base, change{"patchops.yaml", "plan/ticket: {prefix: CHG-}", "plan/ticket: {prefix: CHG-}\n      plan/fresh: {prefix: 7}"})
	fresh["policies/plan/fresh/rule.rego"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(fresh["policies/plan/ticket/rule.rego"].Data), "ticket", "fresh"))}
	if found := ids(checkBy(t, e, fresh, base).Findings); !slices.Equal(found, []string{"policy/parameter"}) {
		t.Errorf("a new rule's parameter of another type shows %v, wanted policy/parameter", found)
	}
	if found := checkBy(t, e, base, base).Findings; len(found) > 0 {
		t.Errorf("no change shows %v", found)
	}
}
