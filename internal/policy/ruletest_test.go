package policy

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const neverTest = `import data.patchops.demo.never

test_denies if {
	count(never.deny) == 1 with input as {"spec": {"reboot": "never"}}
}

test_passes if {
	count(never.deny) == 0 with input as {"spec": {"reboot": "always"}}
}
`

func TestRunTests(t *testing.T) {
	rule := ruleModule("never", deny(`input.spec.reboot == "never"`))
	results := RunTests(shapes(), []Module{testModule("never", neverTest), rule}, functions, TestOptions{Cover: true})
	if !results.Passed() || len(results.Tests) != 2 || results.Tests[0].Rule != "demo/never" || results.Tests[0].Name != "test_denies" || results.Tests[0].Position.Line != 5 {
		t.Errorf("results %+v", results)
	}
	if want := []Coverage{{File: rule.File, Lines: 2}}; !reflect.DeepEqual(results.Coverage, want) {
		t.Errorf("coverage %+v, want %+v", results.Coverage, want)
	}
	results = RunTests(shapes(), []Module{testModule("never", neverTest), rule}, functions, TestOptions{Filter: regexp.MustCompile("never.test_p"), Cover: true})
	if len(results.Tests) != 1 || !reflect.DeepEqual(results.Coverage[0].Missed, []int{13}) {
		t.Errorf("one of the tests: %+v", results)
	}
}

func TestFailingTests(t *testing.T) {
	rule := ruleModule("never", deny(`input.spec.reboot == "never"`+"\n"+`patchops.seconds(object.get(input.spec, "deadline", "PT1S")) == 1`))
	for name, c := range map[string]struct{ test, says string }{
		"PF5 expects a deny that does not come": {`test_a if {
	count(data.patchops.demo.never.deny) == 1 with input as {"spec": {"reboot": "always"}}
}`, "line 4"},
		"an error in the rule": {`test_a if {
	count(data.patchops.demo.never.deny) == 0 with input as {"spec": {"reboot": "never", "deadline": "soon"}}
}`, "patchops.seconds"},
		"false":          {"test_a := 1 == 2", "not true"},
		"left out":       {"todo_test_a if true", "left out"},
		"with arguments": {"test_a[x] if some x in [1]", "plain rule"},
	} {
		results := RunTests(shapes(), []Module{rule, testModule("never", c.test)}, functions, TestOptions{})
		if results.Passed() || len(results.Tests) != 1 || !strings.Contains(results.Tests[0].Message, c.says) {
			t.Errorf("%s: %+v", name, results)
		}
	}
	twice := RunTests(shapes(), []Module{rule, testModule("never", "test_a if 1 == 2\n\ntest_a if 1 == 1\n")}, functions, TestOptions{})
	if len(twice.Tests) != 2 || twice.Tests[1].Passed {
		t.Errorf("two tests of one name: %+v", twice)
	}
}

func TestTestsAreCheckedLikeRules(t *testing.T) {
	rule := ruleModule("never", deny(`input.spec.reboot == "never"`))
	for name, c := range map[string]struct{ test, says, hint string }{
		"PF5 unknown rule":        {`test_a if count(data.patchops.demo.nevr.deny) == 0`, `no rule or package "nevr"`, `write "never"`},
		"PF5 unknown name":        {`test_a if count(data.patchops.demo.never.deni) == 0`, `no rule or package "deni"`, `write "deny"`},
		"PF5 unknown import":      {"import data.patchops.demo.nevr\n\ntest_a if count(nevr.deny) == 0", "nevr", ""},
		"misspelt input":          {`test_a if count(data.patchops.demo.never.deny) == 0 with input as {"spec": {"rebot": "never"}}`, `no field "rebot"`, `write "reboot"`},
		"a value no document has": {`test_a if count(data.patchops.demo.never.deny) == 0 with input as {"spec": {"reboot": "alwys"}}`, `never "alwys"`, `write "always"`},
		"misspelt part":           {`test_a if count(data.patchops.demo.never.deny) == 0 with input.spec.rebot as "never"`, `no field "rebot"`, `write "reboot"`},
		"misspelt document":       {`test_a if count(data.patchops.demo.never.deny) == 0 with data.documents as {"Client": {"acme": {"acme": {"spec": {"status": "activ"}}}}}`, `never "activ"`, `write "active"`},
		"misspelt kind":           {`test_a if count(data.patchops.demo.never.deny) == 0 with data.documents as {"Clent": {}}`, `no field "Clent"`, `write "Client"`},
		"misspelt field of deny":  {`test_a if {` + "\n\tsome d in data.patchops.demo.never.deny with input as {}\n\td.mesage == \"no\"\n}", `no field "mesage"`, `write "message"`},
		"through a helper":        {"plan(r) := {\"spec\": {\"reboot\": r}}\n\ntest_a if count(data.patchops.demo.never.deny) == 0 with input as plan(\"alwys\")", `never "alwys"`, `write "always"`},
	} {
		results := RunTests(shapes(), []Module{rule, own(testModule("never", c.test))}, functions, TestOptions{})
		if results.Passed() || len(results.Findings) == 0 || results.Findings[0].ID != "policy/type" ||
			!strings.Contains(results.Findings[0].Message, c.says) || !strings.Contains(results.Findings[0].Hint, c.hint) {
			t.Errorf("%s: %s", name, lines(results.Findings))
		}
	}
}

func TestRulesWithoutTestsAreNamed(t *testing.T) {
	results := RunTests(shapes(), []Module{ruleModule("never", deny("input.spec.auto"))}, functions, TestOptions{})
	if len(results.Findings) != 1 || results.Findings[0].ID != "policy/untested" || results.Findings[0].Line != 11 {
		t.Errorf("found %s", lines(results.Findings))
	}
}
