package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const ownStartRule = `# METADATA
# title: Some do not start
# description: Our own.
# scope: package
# schemas:
#   - input: schema.start
# custom:
#   severity: error
#   gate: start
#   controls: ["ours"]
package patchops.team.quiet

deny contains {
	"path": ["asset"],
	"message": $"{input.asset} has peers down, {input.freezes[0].reason}",
} if {
	input.asset == "web-01"
	input.peersDown[_] == "web-02"
	input.freezes[0].overridden
}

deny contains {
	"path": ["wave"],
	"message": "too late",
} if data.asOf > "2026-03-13"
`

// TestOwnRulesOfTheStartGate judge every start by itself, at the instant of asking.
func TestOwnRulesOfTheStartGate(t *testing.T) {
	s := starting(t, ownStartRule)
	wave := Start{Client: "acme", Plan: "openssl", Wave: "canary"}
	asset := wave
	asset.Asset, asset.PeersDown = "web-01", []string{"web-02"}
	asset.Freezes = []StartFreeze{{Document: "Freeze/_/q1", Reason: "end of quarter", Until: 1773400000, Overridden: true}}
	found, err := s.Refuses([]Start{wave, asset}, asOf)
	if err != nil || len(found) != 2 || len(found[0]) != 0 || len(found[1]) != 1 || found[1][0].Message != "web-01 has peers down, end of quarter" {
		t.Errorf("found %+v, %v, wanted the asset refused and the wave not", found, err)
	}
	if found, err = s.Refuses([]Start{wave}, asOf.Add(48*time.Hour)); err != nil || len(found[0]) != 1 || found[0][0].Message != "too late" {
		t.Errorf("two days later found %+v, %v", found, err)
	}
	if s, err := engine(t).Starting(Input{Tree: treeIn(t, files(t)), AsOf: asOf, Child: inProcess}); s != nil || err != nil {
		t.Errorf("without a rule: %v, %v", s, err)
	}
}

// TestStartRulesThatCannotBeAsked refuse: what was not evaluated is never a pass.
func TestStartRulesThatCannotBeAsked(t *testing.T) {
	wave := Start{Client: "acme", Plan: "openssl", Wave: "canary"}
	for name, child := range map[string]Child{
		"dies": func(job string, shared []byte, items [][]byte) ([]Answer, error) {
			answers, err := inProcess(job, shared, items)
			answers[len(answers)-1] = Answer{Problem: "took longer than 2 s"}
			return answers, err
		},
		"dies compiling": func(job string, shared []byte, items [][]byte) ([]Answer, error) {
			answers, err := inProcess(job, shared, items)
			answers[0] = Answer{Problem: "took longer than 2 s"}
			return answers, err
		},
		"says nothing": func(_ string, _ []byte, items [][]byte) ([]Answer, error) { return make([]Answer, len(items)), nil },
	} {
		s := starting(t, ownStartRule)
		s.run.in.Child = child
		if found, err := s.Refuses([]Start{wave}, asOf); err != nil || len(found[0]) != 1 || !strings.Contains(found[0][0].Message, "cannot be asked") {
			t.Errorf("%s: found %+v, %v, wanted a refusal", name, found, err)
		}
	}
	s := starting(t, strings.Replace(ownStartRule, "input.asset ==", "input.aset ==", 1))
	if found, err := s.Refuses([]Start{wave}, asOf); err != nil || len(found[0]) == 0 {
		t.Errorf("rules that do not compile: found %+v, %v, wanted a refusal", found, err)
	}
}

func starting(t *testing.T, rule string) *Starting {
	t.Helper()
	tree := files(t)
	tree["policies/team/quiet/rule.rego"] = &fstest.MapFile{Data: []byte(rule)}
	s, err := engine(t).Starting(Input{Tree: treeIn(t, tree), AsOf: asOf, Child: inProcess})
	if err != nil || s == nil {
		t.Fatalf("%v, %v", s, err)
	}
	return s
}

func treeIn(t *testing.T, fsys fstest.MapFS) *Tree {
	t.Helper()
	tree, err := ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
