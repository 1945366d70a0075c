package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

// opaFindings puts the errors of OPA's compiler in our words.
func (b *builder) opaFindings(errs ast.Errors) []finding.Finding {
	var found []finding.Finding
	for _, e := range errs {
		found = append(found, b.opaFinding(e))
	}
	return found
}

func (b *builder) opaFinding(e *ast.Error) finding.Finding {
	at := position(e.Location, "")
	if name, ok := strings.CutPrefix(e.Message, "undefined function "); ok {
		return b.unknownFunction(at, name)
	}
	if d, ok := e.Details.(*ast.RefErrInvalidDetail); ok && len(d.OneOf) > 0 {
		return unknownField(fieldPlace(d.Ref, d.Pos, at), refText(d.Ref[:d.Pos+1]), refText(d.Ref[d.Pos:d.Pos+1]), texts(d.OneOf))
	}
	if d, ok := e.Details.(*ast.RefErrUnsupportedDetail); ok {
		return problem("policy/type", at, fmt.Sprintf("%s has no fields or elements", refText(d.Ref[:d.Pos+1])), "")
	}
	if d, ok := e.Details.(*ast.RefErrInvalidDetail); ok && d.Pos < len(d.Ref) {
		return problem("policy/type", fieldPlace(d.Ref, d.Pos, at),
			fmt.Sprintf("%s has no field %s", refText(d.Ref[:d.Pos]), d.Ref[d.Pos]), "")
	}
	id := "policy/compile"
	if e.Code == ast.TypeErr {
		id = "policy/type"
	}
	return problem(id, at, oneLine(e.Message)+details(e.Details), "")
}

// details are OPA's types of both sides, as far as a line can hold them.
func details(d ast.ErrorDetails) string {
	if d == nil {
		return ""
	}
	text := []rune(": " + oneLine(strings.Join(d.Lines(), ", ")))
	if len(text) > 240 {
		return string(text[:237]) + "..."
	}
	return string(text)
}

func (b *builder) unknownFunction(at finding.Position, name string) finding.Finding {
	if refusedBuiltin(name) {
		return problem("policy/builtin", at, fmt.Sprintf("rules may not call %s", name), "judge by what input and data hold")
	}
	var names []string
	for _, builtin := range b.caps.Builtins {
		names = append(names, builtin.Name)
	}
	return problem("policy/type", at, fmt.Sprintf("unknown function %q", name), nearestHint(name, names))
}

// unknownField is the finding about a segment of a path that no schema has.
func unknownField(at finding.Position, path, name string, known []string) finding.Finding {
	f := problem("policy/type", at, fmt.Sprintf("%s: there is no field %q", path, name), nearestHint(name, known))
	if f.Hint == "" && len(known) <= 12 {
		f.Hint = "use one of " + strings.Join(known, ", ")
	}
	return f
}

// fieldPlace is the place of one segment of a reference, as far as it is known.
func fieldPlace(ref ast.Ref, i int, fallback finding.Position) finding.Position {
	if i < len(ref) && ref[i].Location != nil && ref[i].Location.Row > 0 {
		return position(ref[i].Location, fallback.File)
	}
	return fallback
}

// refText is a reference as people write it: spec.waves[_].percent.
func refText(ref ast.Ref) string {
	var b strings.Builder
	for i, t := range ref {
		switch v := t.Value.(type) {
		case ast.String:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(v))
		case ast.Var:
			name := string(v)
			if strings.HasPrefix(name, "__local") || strings.HasPrefix(name, "$") {
				name = "_"
			}
			if i > 0 {
				name = "[" + name + "]"
			}
			b.WriteString(name)
		default:
			fmt.Fprintf(&b, "[%v]", t)
		}
	}
	return b.String()
}

func texts(values []ast.Value) []string {
	var list []string
	for _, v := range values {
		if s, ok := v.(ast.String); ok {
			list = append(list, string(s))
		}
	}
	slices.Sort(list)
	return list
}

func onlyTypeErrors(errs ast.Errors) bool {
	return !slices.ContainsFunc(errs, func(e *ast.Error) bool {
		return e.Code != ast.TypeErr || strings.HasPrefix(e.Message, "undefined function ")
	})
}

// merge adds the second pass's findings where OPA has none on the same line.
func merge(opa, own []finding.Finding) []finding.Finding {
	for _, f := range own {
		if !slices.ContainsFunc(opa, func(o finding.Finding) bool { return o.File == f.File && o.Line == f.Line }) {
			opa = append(opa, f)
		}
	}
	return opa
}
