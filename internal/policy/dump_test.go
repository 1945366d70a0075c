package policy

import (
	"fmt"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

func TestDump(t *testing.T) {
	src := `package patchops.a.b

import data.patchops.lib.x

deny contains {"path": ["spec", i, k], "message": $"wave {w.name} {input.spec.foo[i].bar}"} if {
	some i, w in input.spec.waves
	w.percent < data.parameters["plan/waves-increase"].minimum
	every k2, v in input.spec.waves { v.name == "x"; k2 > 0 }
	not w.bla == "x"
	some k
	input.spec.m[k] == 3
	names := {n.name | some n in input.spec.waves}
	"foo" in names
	x.f(w, "y") > 3
	object.get(input.spec, "foo", "bar") == "baz"
	w.reboot in {"a", "b"}
	c := data.documents.Client[input.metadata.client].acme
	c.spec.tier == "0"
	o := {"a": w, "b": [w, w]}
	o.a.name == o.b[0].name
	some c2, n2
	data.documents.Client[c2][n2].spec.x == 1
	[p, q] := [w.x, w.y]
	p == q
	h(w) == 3
	count([1 | some z in w.zs; z.t == 1]) > 2
	{"u": uu} := w
	uu == 1
	y := w.a + w.b
	y > 3
	every z in input.list { helper[z] == z }
}

h(w) := n if { n := w.percent } else := 4

helper[n] := w if { some n, w in input.spec.waves }

ok if "a" == input.x
`
	lib := `package patchops.lib.x
f(a, "y") := a.z
f(a, b) := object.get(a, ["q", "r"], b) if b == "z"
`
	trees := map[string]*ast.Module{}
	for n, s := range map[string]string{"a.rego": src, "l.rego": lib} {
		m, err := ast.ParseModuleWithOpts(n, s, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		trees[n] = m
	}
	c := ast.NewCompiler()
	c.Compile(trees)
	fmt.Println(c.Errors)
	for _, m := range c.Modules {
		for _, r := range m.Rules {
			fmt.Println("RULE", r.Head)
			for _, e := range r.Body {
				fmt.Printf("   %T %v  @%d:%d\n", e.Terms, e, e.Location.Row, e.Location.Col)
			}
			for r.Else != nil {
				r = r.Else
				fmt.Println("ELSE", r.Head, r.Body)
			}
		}
	}
	for _, e := range trees["a.rego"].Rules[0].Body {
		ast.WalkRefs(e, func(r ast.Ref) bool {
			for i, x := range r {
				if x.Location != nil {
					fmt.Print(i, ":", x, "@", x.Location.Row, ":", x.Location.Col, " ")
				}
			}
			return false
		})
	}
	fmt.Println()
}
