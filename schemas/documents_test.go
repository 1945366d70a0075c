package schemas_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// visitor returns a walker that does nothing; the tests fill in what they ask.
func (s *cueSchemas) visitor() *walker {
	return &walker{
		syntax:   s.syntax,
		atStruct: func(*ast.StructLit, map[string]any, []*ast.Field) {},
		atChoice: func([]*ast.StructLit, *ast.StructLit, map[string]any) {},
		atEnum:   func(func(any)) {},
	}
}

func (s *cueSchemas) through(w *walker, g sample) {
	w.walk(s.syntax[g.definition], g.value, func(any) {})
}

func everySample(t *testing.T) []sample {
	t.Helper()
	return append(samples(t, "minimal"), samples(t, "maximal")...)
}

// kinds are the definitions that have a kind.
func (s *cueSchemas) kinds() []string {
	var kinds []string
	for definition, e := range s.syntax {
		m, ok := e.(*ast.StructLit)
		if !ok {
			continue
		}
		for _, d := range m.Elts {
			f, ok := d.(*ast.Field)
			if ok && name(f) == "kind" && f.Constraint == token.NOT && isLiteral(f.Value) {
				kinds = append(kinds, definition)
			}
		}
	}
	return kinds
}

func isLiteral(e ast.Expr) bool { _, ok := e.(*ast.BasicLit); return ok }

func TestGoodSamples(t *testing.T) {
	s := load(t)
	for _, folder := range []string{"minimal", "maximal"} {
		seen := map[string]bool{}
		for _, g := range samples(t, folder) {
			seen[g.definition] = true
			if err := s.judge(g.definition, g.value); err != nil {
				t.Errorf("%s: %s: %v", g.file, g.definition, err)
			}
		}
		roots := append(s.kinds(), "#RolloutInput", "#ChangeInput", "#StartInput", "#CloseInput", "#Asset")
		for _, definition := range roots {
			if !seen[definition] {
				t.Errorf("no %s sample of %s", folder, definition)
			}
		}
	}
}

// #Kind lists exactly the kinds that have a definition.
func TestKindListsAllKinds(t *testing.T) {
	s := load(t)
	var listed []string
	for _, o := range operands(s.syntax["#Kind"].(*ast.BinaryExpr)) {
		listed = append(listed, "#"+strings.Trim(o.(*ast.BasicLit).Value, `"`))
	}
	defined := s.kinds()
	slices.Sort(listed)
	slices.Sort(defined)
	if !slices.Equal(listed, defined) {
		t.Errorf("#Kind lists %v, defined are %v", listed, defined)
	}
}

// Each field of each definition stands in some maximal sample, so no field is
// out of reach or misspelt.
func TestMaximalSamplesHaveEveryField(t *testing.T) {
	s := load(t)
	missing := map[*ast.Field]string{}
	for definition, e := range s.syntax {
		ast.Walk(e, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok && name(f) != "" {
				missing[f] = definition + "." + name(f)
			}
			return true
		}, nil)
	}
	w := s.visitor()
	w.atStruct = func(_ *ast.StructLit, m map[string]any, fields []*ast.Field) {
		for _, f := range fields {
			if _, ok := m[name(f)]; ok {
				delete(missing, f)
			}
		}
	}
	for _, g := range samples(t, "maximal") {
		s.through(w, g)
	}
	for _, field := range slices.Sorted(maps.Values(missing)) {
		t.Errorf("%s stands in no maximal sample", field)
	}
}

// A required field that is taken away makes a document bad, wherever it is.
func TestRequiredFieldsAreRequired(t *testing.T) {
	s := load(t)
	deleted := 0
	for _, g := range everySample(t) {
		w := s.visitor()
		w.atStruct = func(_ *ast.StructLit, m map[string]any, fields []*ast.Field) {
			for _, f := range fields {
				if v, ok := m[name(f)]; ok && f.Constraint == token.NOT {
					delete(m, name(f))
					if s.judge(g.definition, g.value) == nil {
						t.Errorf("%s: %s is good without %s", g.file, g.definition, name(f))
					}
					m[name(f)] = v
					deleted++
				}
			}
		}
		s.through(w, g)
	}
	if deleted < 500 {
		t.Errorf("only %d fields were taken away", deleted)
	}
}

// Minimal samples hold nothing that could be left out: what is optional is not
// required by accident.
func TestMinimalSamplesAreMinimal(t *testing.T) {
	s := load(t)
	for _, g := range samples(t, "minimal") {
		w := s.visitor()
		w.atStruct = func(_ *ast.StructLit, m map[string]any, fields []*ast.Field) {
			for _, f := range fields {
				_, has := m[name(f)]
				if has && f.Constraint == token.OPTION {
					t.Errorf("%s: %s has the optional %s", g.file, g.definition, name(f))
				}
			}
		}
		s.through(w, g)
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	s := load(t)
	for _, g := range everySample(t) {
		w := s.visitor()
		w.atStruct = func(at *ast.StructLit, m map[string]any, _ []*ast.Field) {
			if open(at) {
				return
			}
			m["bogus"] = "x"
			if s.judge(g.definition, g.value) == nil {
				t.Errorf("%s: %s takes an unknown field beside %v", g.file, g.definition, slices.Sorted(maps.Keys(m)))
			}
			delete(m, "bogus")
		}
		s.through(w, g)
	}
}

func TestWrongWordsAreRefused(t *testing.T) {
	s := load(t)
	for _, g := range everySample(t) {
		var sets []func(any)
		w := s.visitor()
		w.atEnum = func(set func(any)) { sets = append(sets, set) }
		s.through(w, g)
		for i := range sets {
			fresh := sample{g.file, g.definition, clone(g.value)}
			w := s.visitor()
			n := 0
			w.atEnum = func(set func(any)) {
				if n == i {
					set("bogus")
				}
				n++
			}
			s.through(w, fresh)
			if s.judge(fresh.definition, fresh.value) == nil {
				t.Errorf("%s: %s takes a word that is not in the list (the %d. one)", g.file, g.definition, i+1)
			}
		}
	}
}

// Of an exactly-one-of a document has one branch: with the fields of a second
// one, taken from another good document, it is bad.
func TestChoicesExclude(t *testing.T) {
	s := load(t)
	seen := map[*ast.StructLit]map[string]any{} // a map that takes the branch
	w := s.visitor()
	w.atChoice = func(_ []*ast.StructLit, taken *ast.StructLit, m map[string]any) {
		seen[taken] = clone(m).(map[string]any)
	}
	all := everySample(t)
	for _, g := range all {
		s.through(w, g)
	}
	tried := 0
	for _, g := range all {
		w := s.visitor()
		w.atChoice = func(branches []*ast.StructLit, taken *ast.StructLit, m map[string]any) {
			for _, b := range branches {
				if b == taken {
					continue
				}
				if seen[b] == nil {
					t.Errorf("no sample takes the branch at %s", b.Pos())
					continue
				}
				before := maps.Clone(m)
				for _, d := range b.Elts {
					key := name(d.(*ast.Field))
					if v, ok := seen[b][key]; ok && m[key] == nil {
						m[key] = v
					}
				}
				if len(m) == len(before) {
					continue // the branches differ by a word only
				}
				tried++
				if s.judge(g.definition, g.value) == nil {
					t.Errorf("%s: %s takes two branches of the choice at %s", g.file, g.definition, b.Pos())
				}
				clear(m)
				maps.Copy(m, before)
			}
		}
		s.through(w, g)
	}
	if tried < 30 {
		t.Errorf("only %d second branches were tried", tried)
	}
}

func clone(v any) any {
	switch x := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, v := range x {
			m[k] = clone(v)
		}
		return m
	case []any:
		list := []any{}
		for _, v := range x {
			list = append(list, clone(v))
		}
		return list
	}
	return v
}
