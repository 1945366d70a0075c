package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

// refused is the one finding that Compile has about a module beside a good one.
func refused(t *testing.T, m Module) finding.Finding {
	t.Helper()
	e, found := Compile(shapes(), []Module{ruleModule("good", deny("input.spec.auto")), own(m)}, functions)
	if len(found) != 1 {
		t.Fatalf("found %s", lines(found))
	}
	if e == nil || len(e.Rules()) != 1 {
		t.Error("a bad module of one's own stops the built-in rules")
	}
	return found[0]
}

func TestRefusedRules(t *testing.T) {
	for name, c := range map[string]struct {
		body         string // of rule demo/bad, from line 13 on
		id           string
		line, column int
		says, hint   string
	}{
		"O1 http.send":          {deny(`http.send({"url": "x"})`), "policy/builtin", 14, 2, "http.send", ""},
		"O1 lookup":             {deny(`net.lookup_ip_addr("x")`), "policy/builtin", 14, 2, "net.lookup_ip_addr", ""},
		"O1 opa.runtime":        {deny(`opa.runtime().env`), "policy/builtin", 14, 2, "opa.runtime", ""},
		"O2 bits.lsh":           {deny(`bits.lsh(1, 100000000000) > 1`), "policy/builtin", 14, 2, "bits.lsh", ""},
		"R21 clock":             {deny(`time.now_ns() > 1`), "policy/builtin", 14, 2, "time.now_ns", ""},
		"zone of the host":      {deny(`time.clock([1, "Europe/Berlin"])`), "policy/type", 14, 2, "time.clock", ""},
		"O3 E16 PF2 misspelt":   {deny(`input.spec.rebot == "never"`), "policy/type", 14, 13, `no field "rebot"`, `write "reboot"`},
		"unknown function":      {deny(`startwith(input.spec.deadline, "x")`), "policy/type", 14, 2, "startwith", `write "startswith"`},
		"wrong argument":        {deny(`count(input.spec.auto) > 1`), "policy/type", 14, 2, "count", ""},
		"O6 Rego v0":            {"deny contains 1 { true }\n", "policy/compile", 13, 1, "`if` keyword", ""},
		"syntax":                {deny(`input.spec.reboot ==`), "policy/compile", 15, 1, "", ""},
		"strict: unused":        {deny("x := 1\ninput.spec.auto"), "policy/compile", 14, 2, "unused", ""},
		"O7 sprintf":            {`deny contains {"path": [], "message": sprintf("%v", [input.spec.deadline])} if input.spec.auto`, "policy/head", 13, 39, "call", "template string"},
		"O7 bare reference":     {`deny contains {"path": [], "message": "m", "hint": input.spec.deadline} if input.spec.auto`, "policy/head", 13, 52, "ref", "template string"},
		"O7 variable":           {`deny contains {"path": [], "message": m} if { m := input.spec.deadline }`, "policy/head", 13, 39, "var", "template string"},
		"a reference as path":   {`deny contains {"path": ["spec", input.spec.deadline], "message": "m"} if input.spec.auto`, "policy/head", 13, 24, "ref", "bind"},
		"path is no list":       {`deny contains {"path": "spec", "message": "m"} if input.spec.auto`, "policy/head", 13, 24, "path is a string", ""},
		"no message":            {`deny contains {"path": ["spec"]} if input.spec.auto`, "policy/head", 13, 1, `without "message"`, ""},
		"unknown key in deny":   {`deny contains {"path": [], "message": "m", "hnt": "x"} if input.spec.auto`, "policy/head", 13, 51, `"hnt"`, `write "hint"`},
		"deny is no set":        {"deny := input.spec.auto\n", "policy/head", 13, 1, "no set", ""},
		"deny of strings":       {`deny contains "no" if input.spec.auto`, "policy/head", 13, 1, "want an object", ""},
		"no deny at all":        {"ok if input.spec.auto\n", "policy/head", 11, 1, `no rule "deny"`, ""},
		"misspelt path of deny": {`deny contains {"path": ["spec", "rebot"], "message": "m"} if input.spec.auto`, "policy/type", 13, 33, `no field "rebot"`, `write "reboot"`},
		"with outside of tests": {deny(`input.spec.auto with input as {}`), "policy/type", 14, 18, "with", ""},
		"unknown root of data":  {deny(`data.document.Client.acme`), "policy/type", 14, 7, `no field "document"`, `write "documents"`},
		"computed root of data": {deny("some x\ndata[x].Client.acme"), "policy/type", 15, 7, "computed root", ""},
		"unknown parameter":     {deny(`data.parameters["demo/bad"].minimm > 1`), "policy/type", 14, 30, `no field "minimm"`, ""},
		"unknown rule":          {deny(`count(data.patchops.demo.goood.deny) > 1`), "policy/type", 14, 27, `"goood"`, `write "good"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := refused(t, ruleModule("bad", c.body))
			if f.ID != c.id || f.Line != c.line || f.Column != c.column || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("found %s", lines([]finding.Finding{f}))
			}
		})
	}
}

// TestEveryBuiltinThatIsNotAllowedIsRefused guards R21: the list is an
// allow-list, whatever OPA brings.
func TestEveryBuiltinThatIsNotAllowedIsRefused(t *testing.T) {
	allowedNames, refusedNames := strings.Fields(allowed), 0
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		if strings.HasPrefix(b.Name, "internal.") || contains(allowedNames, b.Name) {
			continue
		}
		refusedNames++
		args := make([]string, len(b.Decl.FuncArgs().Args))
		for i := range args {
			args[i] = `"x"`
		}
		f := refused(t, ruleModule("bad", deny(fmt.Sprintf("x := %s(%s)\nx", b.Name, strings.Join(args, ", ")))))
		if f.ID != "policy/builtin" || f.Line != 14 || !strings.Contains(f.Message, b.Name) {
			t.Errorf("%s: %s", b.Name, lines([]finding.Finding{f}))
		}
	}
	if refusedNames < 90 {
		t.Errorf("%d builtins are refused, want more than 90 of OPA's 206", refusedNames)
	}
	if caps := capabilities(); caps.AllowNet == nil || len(caps.AllowNet) != 0 {
		t.Error("allow_net is not empty")
	}
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}

func TestNobodyExtendsAnotherPackage(t *testing.T) {
	// R23: a second module, a stray file, a shared package of one's own.
	for name, m := range map[string]Module{
		"a second file in the folder": {File: "policies/demo/good/more.rego", Source: []byte(metadata("good", "PatchPlan") + deny("input.spec.auto"))},
		"package of another folder":   {File: "policies/demo/bad/rule.rego", Source: []byte(metadata("good", "PatchPlan") + deny("input.spec.auto"))},
		"package without patchops":    {File: "policies/demo/bad/rule.rego", Source: []byte("package demo.bad\n")},
		"a shared package":            {File: "policies/lib/x/x.rego", Source: []byte("package patchops.lib.x\n")},
		"a longer package":            {File: "policies/demo/bad/rule.rego", Source: []byte("package patchops.demo.good.deny\n")},
	} {
		if f := refused(t, m); f.ID != "policy/annotation" || f.File != m.File || f.Line < 1 || f.Column != 1 {
			t.Errorf("%s: %s", name, lines([]finding.Finding{f}))
		}
	}
}

func TestTestsTakeNoPart(t *testing.T) {
	// R23: a test file cannot bring a rule.
	e := compiled(t, ruleModule("good", deny("input.spec.auto")), own(testModule("x", `deny contains {"path": [], "message": "m"}`)))
	if len(e.Rules()) != 1 {
		t.Errorf("rules %+v", e.Rules())
	}
}

func TestLimits(t *testing.T) {
	// O6: OPA's compiler takes more than 20 s for this.
	deep := deny(strings.Repeat("every x in input.spec.waves { ", 2000) + "x" + strings.Repeat(" }", 2000))
	inTemplate := `deny contains {"path": [], "message": $"` + strings.Repeat("{[", 40) + strings.Repeat("]}", 40) + `"} if input.spec.auto`
	begin := time.Now()
	for name, m := range map[string]Module{
		"O6 nested every": ruleModule("bad", deep), "in a template string": ruleModule("bad", inTemplate),
		"size": ruleModule("bad", strings.Repeat("# x\n", maxModuleBytes/4)),
	} {
		if f := refused(t, m); f.ID != "policy/limit" || f.Line == 0 || f.Column == 0 {
			t.Errorf("%s: %s", name, lines([]finding.Finding{f}))
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestAsDeepAsAllowedCompilesSoon(t *testing.T) {
	n := maxNesting - 2
	body := deny(strings.Repeat("every x in input.spec.waves { ", n) + "x" + strings.Repeat(" }", n))
	begin := time.Now()
	Compile(shapes(), []Module{ruleModule("deep", body)}, functions)
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestBracketsInTextAreNoNesting(t *testing.T) {
	for _, src := range []string{
		strings.Repeat(`"{[(" `, 100), strings.Repeat("# {[(\n", 100), strings.Repeat("`{[(` ", 100),
		strings.Repeat(`"\"{" `, 100), strings.Repeat(`$"\{" `, 100), strings.Repeat("$`\\{` ", 100), strings.Repeat("{ } [ ] ( ) ", 100),
	} {
		if line, column, deep := tooDeep([]byte(src)); deep {
			t.Errorf("%.20q is too deep at %d:%d", src, line, column)
		}
	}
}

func FuzzTooDeep(f *testing.F) {
	f.Add("package a\nx := $\"{[1][0]}\" # {\ny := `{`")
	f.Fuzz(func(t *testing.T, src string) {
		line, column, deep := tooDeep([]byte(src))
		if deep && (line < 1 || column < 1) {
			t.Errorf("too deep at %d:%d", line, column)
		}
		if !deep && len(src) < 4096 {
			// Whatever is let through, OPA's parser survives.
			_, _ = ast.ParseModuleWithOpts("x.rego", src, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		}
	})
}

func TestABrokenRuleIsNamedOnce(t *testing.T) {
	// A rule that reads the broken one is not reported for it.
	reader := own(ruleModule("reader", deny("count(data.patchops.demo.bad.deny) > 0")))
	if f := refused(t, ruleModule("bad", deny("input.spec.auto ==")+"\n")); f.ID != "policy/compile" {
		t.Errorf("found %s", lines([]finding.Finding{f}))
	}
	_, found := Compile(shapes(), []Module{own(ruleModule("bad", deny("input.spec.auto =="))), reader}, functions)
	if len(found) != 1 || found[0].File != "policies/demo/bad/rule.rego" {
		t.Errorf("found %s", lines(found))
	}
}

func TestABrokenBuiltinRuleLeavesNoEngine(t *testing.T) {
	if e, found := Compile(shapes(), []Module{ruleModule("bad", deny("input.spec.rebot"))}, functions); e != nil || len(found) != 1 {
		t.Errorf("engine %v, found %s", e, lines(found))
	}
}
