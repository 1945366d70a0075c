package policy

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

// checkHeads checks the deny rules of a module as written. A value in a head
// that can be undefined swallows the whole finding: a reference or a call there
// is refused; a template string prints <undefined> and keeps it.
func checkHeads(m *parsed) []finding.Finding {
	var found []finding.Finding
	denies := false
	for _, r := range m.tree.Rules {
		if ruleName(r) != "deny" {
			continue
		}
		denies = true
		found = append(found, checkHead(m, r)...)
	}
	if !denies {
		found = append(found, problem("policy/head", position(m.tree.Package.Location, m.File),
			"the package has no rule \"deny\"", `write deny contains {"path": [...], "message": $"..."} if { ... }`))
	}
	return found
}

func checkHead(m *parsed, r *ast.Rule) []finding.Finding {
	at := position(r.Head.Location, m.File)
	if r.Head.RuleKind() != ast.MultiValue || len(r.Head.Reference) > 1 || r.Default || r.Else != nil {
		return []finding.Finding{problem("policy/head", at, "deny is no set of findings",
			`write deny contains {"path": [...], "message": $"..."} if { ... }`)}
	}
	object, ok := r.Head.Key.Value.(ast.Object)
	if !ok {
		return []finding.Finding{problem("policy/head", at,
			fmt.Sprintf("deny contains %s, want an object literal", ast.ValueName(r.Head.Key.Value)), `write {"path": [...], "message": $"..."}`)}
	}
	var found []finding.Finding
	seen := map[string]bool{}
	object.Foreach(func(k, v *ast.Term) {
		key, _ := k.Value.(ast.String)
		seen[string(key)] = true
		if f, bad := checkHeadValue(string(key), k, v); bad {
			f.Position = position(v.Location, m.File)
			found = append(found, f)
		}
	})
	for _, key := range []string{"path", "message"} {
		if !seen[key] {
			found = append(found, problem("policy/head", at, fmt.Sprintf("deny without %q", key), ""))
		}
	}
	return found
}

func checkHeadValue(key string, k, v *ast.Term) (finding.Finding, bool) {
	at := finding.Position{}
	switch key {
	case "message", "hint":
		switch t := v.Value.(type) {
		case ast.String:
			return problem("policy/head", at, "an empty "+key, ""), t == ""
		case *ast.TemplateString:
			return finding.Finding{}, false
		}
		return problem("policy/head", at,
			fmt.Sprintf("%s is a %s, which a missing value would swallow with the finding", key, ast.ValueName(v.Value)),
			`write a template string: $"... {input.x} ..."`), true
	case "path":
		return checkHeadPath(v)
	}
	return problem("policy/head", at, fmt.Sprintf("unknown key %s in deny, want path, message, hint", k), nearestHint(key, []string{"path", "message", "hint"})), true
}

func checkHeadPath(v *ast.Term) (finding.Finding, bool) {
	list, ok := v.Value.(*ast.Array)
	if !ok {
		return problem("policy/head", finding.Position{}, fmt.Sprintf("path is a %s, want a list", ast.ValueName(v.Value)), `write ["spec", "waves", i]`), true
	}
	bad := ""
	list.Foreach(func(t *ast.Term) {
		switch t.Value.(type) {
		case ast.String, ast.Number, ast.Var:
		default:
			bad = fmt.Sprintf("path holds a %s, which could be undefined", ast.ValueName(t.Value))
		}
	})
	return problem("policy/head", finding.Position{}, bad, "bind the segment to a variable in the body"), bad != ""
}
