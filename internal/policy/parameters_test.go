package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

func engineWith(t *testing.T, parameters string) *Engine {
	t.Helper()
	src := withParameters(metadata("a", "PatchPlan"), parameters) +
		`deny contains {"path": [], "message": $"{data.parameters["demo/a"].n}"} if input.spec.auto`
	return compiled(t, Module{File: "policies/demo/a/rule.rego", Source: []byte(src), Builtin: true})
}

// said is Data whose parameters are given.
type said struct {
	*world
	client *document.Value
}

func (s said) Parameters(rule string) (config, client *document.Value) {
	return s.config.Get(rule), s.client.Get(rule)
}

func TestEffectiveParameter(t *testing.T) {
	for _, c := range []struct{ parameter, config, client, want string }{
		{"{type: integer, default: 3, tighter: higher}", "null", "null", "3"},
		{"{type: integer, default: 3, tighter: higher}", "2", "null", "2"},
		{"{type: integer, default: 3, tighter: higher}", "2", "4", "4"},
		{"{type: integer, default: 3, tighter: higher}", "2", "1", "2"},
		{"{type: integer, default: 3, tighter: lower}", "5", "4", "4"},
		{"{type: integer, default: 3, tighter: lower}", "null", "4", "3"},
		{"{type: integer, default: 3}", "null", "4", "3"},
		{"{type: integer, default: 3, tighter: higher}", "many", "true", "3"},
		{"{type: duration, default: PT2H, tighter: higher}", "null", "PT90M", "PT2H"},
		{"{type: duration, default: PT2H, tighter: higher}", "null", "PT180M", "PT180M"},
		{"{type: duration, default: PT2H, tighter: higher}", "null", "soon", "PT2H"},
		{"{type: boolean, default: false, tighter: higher}", "null", "true", "true"},
		{"{type: boolean, default: true, tighter: higher}", "null", "false", "true"},
		{"{type: string, default: a}", "b", "c", "b"},
		{"{type: strings, default: [a, b], tighter: lower}", "null", "[b]", `["b"]`},
		{"{type: strings, default: [a, b], tighter: lower}", "null", "[c]", `["a", "b"]`},
		{"{type: strings, default: [a], tighter: higher}", "null", "[b, a]", `["b", "a"]`},
		{"{type: strings, default: [a]}", "null", "[b, a]", `["a"]`},
	} {
		e := engineWith(t, "#     n: "+c.parameter+"\n")
		w := small()
		w.config = yaml("{demo/a: {n: " + c.config + "}}")
		found, _ := e.Judge(plan(t, "auto: true"), said{w, yaml("{demo/a: {n: " + c.client + "}}")})
		if len(found) != 1 || found[0].Message != c.want {
			t.Errorf("%+v: found %s", c, lines(found))
		}
	}
}

func TestCheckParameters(t *testing.T) {
	e := engineWith(t, "#     n: {type: integer, default: 3, tighter: higher}\n#     fixed: {type: string, default: a}\n#     lead: {type: duration, default: PT2H, tighter: lower}\n")
	for _, c := range []struct{ config, client, path, says, hint string }{
		{"{demo/a: {n: 2, fixed: b, lead: PT5H}}", "{demo/a: {n: 2, lead: PT4H}}", "", "", ""},
		{"{demo/b: {n: 2}}", "{}", `["demo/b"]`, `unknown rule "demo/b"`, `write "demo/a"`},
		{"{demo/a: {leed: PT1H}}", "{}", `["demo/a"].leed`, `no parameter "leed"`, `write "lead"`},
		{"{demo/a: {n: x}}", "{}", `["demo/a"].n`, `want integer`, ""},
		{"{demo/a: {lead: soon}}", "{}", `["demo/a"].lead`, `want a duration`, "PT4H"},
		{"{}", "{demo/a: {n: 2}}", `["demo/a"].n`, "2 is looser than 3", ""},
		{"{demo/a: {n: 5}}", "{demo/a: {n: 4}}", `["demo/a"].n`, "4 is looser than 5", ""},
		{"{}", "{demo/a: {fixed: b}}", `["demo/a"].fixed`, "cannot change it", "delete"},
		{"{}", "{demo/a: {fixed: a}}", "", "", ""},
		{"{}", "{demo/a: {lead: PT3H}}", `["demo/a"].lead`, "may only go lower", ""},
	} {
		config, client := yaml(c.config), yaml(c.client)
		found := append(e.CheckParameters(config), e.CheckClientParameters(config, client)...)
		if c.path == "" && len(found) == 0 {
			continue
		}
		if len(found) != 1 || found[0].Path.String() != c.path || !strings.Contains(found[0].Message, c.says) || !strings.Contains(found[0].Hint, c.hint) {
			t.Errorf("%+v: found %s", c, fmt.Sprint(found))
		}
	}
	if found := append(e.CheckParameters(nil), e.CheckClientParameters(nil, nil)...); len(found) != 0 {
		t.Errorf("of nothing: %v", found)
	}
}
