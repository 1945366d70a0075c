package policy

import (
	"strings"
	"testing"
)

func TestSurvivorsShowUntestedConditions(t *testing.T) {
	rule := ruleModule("never", `deny contains {"path": ["spec"], "message": "no"} if {
	input.spec.reboot == "never"
	input.spec.auto
	count(input.spec.waves) > 1
}
`)
	half := testModule("never", `import data.patchops.demo.never

waves := [{"name": "a"}, {"name": "b"}]

test_denies if count(never.deny) == 1 with input as {"spec": {"reboot": "never", "auto": true, "waves": waves}}

test_always if count(never.deny) == 0 with input as {"spec": {"reboot": "always", "auto": true, "waves": waves}}
`)
	survivors, ran, err := Survivors(rule, []Module{rule, half}, functions, "")
	if err != nil || ran < 10 || len(survivors) < 3 {
		t.Fatalf("%d of %d survive, error %v", len(survivors), ran, err)
	}
	for _, s := range survivors {
		if s.Position.Line == 14 {
			t.Errorf("%s survives in a line that is tested", s.What)
		}
	}
	whole := testModule("never", strings.TrimPrefix(string(half.Source), "package patchops.demo.never_test\n\n")+`
test_auto if count(never.deny) == 0 with input as {"spec": {"reboot": "never", "auto": false, "waves": waves}}

test_one if count(never.deny) == 0 with input as {"spec": {"reboot": "never", "auto": true, "waves": [{"name": "a"}]}}
`)
	survivors, again, err := Survivors(rule, []Module{rule, whole}, functions, "")
	if err != nil || len(survivors) != 0 || again != ran {
		t.Errorf("%+v of %d survive, error %v", survivors, again, err)
	}
}

func TestEquivalentMutantsNeedAReason(t *testing.T) {
	count := func(comment string) int {
		return len(Mutants(ruleModule("a", deny("input.spec.auto"+comment))))
	}
	if bare := count(""); bare == 0 || count(" # mutation: equivalent") != bare || count(" # mutation: equivalent ") != bare {
		t.Errorf("%d mutants, and others with a comment without a reason", bare)
	}
	if n := count(" # mutation: equivalent auto implies the rest"); n != 0 {
		t.Errorf("%d mutants of a line that has none", n)
	}
}

func TestSurvivorsOfFailingTests(t *testing.T) {
	rule := ruleModule("never", deny("input.spec.auto"))
	if _, _, err := Survivors(rule, []Module{rule, testModule("never", "test_a if 1 == 2")}, functions, ""); err == nil {
		t.Error("no error, the tests fail without any change")
	}
}
