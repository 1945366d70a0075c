package shape

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Judge says everything that is wrong with a document's form. An unknown kind
// or apiVersion yields schema/kind, and nothing else is judged without a kind.
func (s *Set) Judge(doc *document.Document) []finding.Finding {
	j := judge{file: doc.File, id: doc.ID}
	j.path, j.rules = j.pathBuffer[:0], j.ruleBuffer[:0]
	kind := doc.Root.Get("kind")
	if n := s.Kinds[kind.Text()]; n != nil {
		j.rules = append(j.rules, n)
		j.value(n, &doc.Root)
		return envelopeFindings(j.findings)
	}
	j.kindless(s, &doc.Root, kind)
	return j.findings
}

// Judge says everything that is wrong with one value that is no document, such
// as a row of a bulk file; file, id and at say where it stands.
func (n *Node) Judge(file string, id finding.Identity, at document.Path, v *document.Value) []finding.Finding {
	j := judge{file: file, id: id, prefix: at}
	j.path, j.rules = j.pathBuffer[:0], j.ruleBuffer[:0]
	j.rules = append(j.rules, n)
	j.value(n, v)
	return j.findings
}

// KindNames are the names of all kinds, sorted.
func (s *Set) KindNames() []string {
	names := make([]string, 0, len(s.Kinds))
	for name := range s.Kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// judge is one judgement under way. rules holds the node of every step of path,
// and that of the root before them.
type judge struct {
	file       string
	id         finding.Identity
	prefix     document.Path
	path       document.Path
	rules      []*Node
	findings   []finding.Finding
	pathBuffer [24]document.Segment
	ruleBuffer [25]*Node
}

func (j *judge) kindless(s *Set, root, kind *document.Value) {
	f := finding.Finding{ID: "schema/kind", Severity: finding.Error, Document: j.id}
	switch {
	case root.Kind != document.Map:
		f.Message = "found " + describe(root) + ", wanted a document: a map with apiVersion, kind, metadata and spec"
		f.Position = j.at(root.Pos)
	case kind == nil:
		f.Message, f.Hint = `missing field "kind"`, "add kind: one of "+strings.Join(s.KindNames(), ", ")
		f.Position = j.at(root.Pos)
	default:
		f.Message = "found " + describe(kind) + ", wanted a kind of document"
		f.Path, f.Position = "kind", j.at(kind.Pos)
		if near := finding.Nearest(kind.Text(), s.KindNames()); near != "" {
			f.Hint = "write " + near
		}
	}
	j.findings = append(j.findings, f)
}

// envelopeFindings gives what is wrong with apiVersion and kind themselves
// their own id.
func envelopeFindings(fs []finding.Finding) []finding.Finding {
	for i := range fs {
		if fs[i].Path == "apiVersion" || fs[i].Path == "kind" {
			fs[i].ID = "schema/kind"
		}
	}
	return fs
}

func (j *judge) value(n *Node, v *document.Value) {
	if len(n.Alternatives) > 0 {
		n = n.Alternative(v.Kind)
		j.rules[len(j.rules)-1] = n
	}
	switch {
	case v.Kind == document.Odd:
		j.odd(n, v)
	case n.Any:
		j.any(v)
	case !n.Allows(v.Kind):
		j.mistyped(n, v)
	case v.Kind == document.Bool:
		if c := n.Bool.Const; c != nil && *c != v.Bool {
			j.misvalued(n, v, "")
		}
	case v.Kind == document.Int:
		if !n.Int.allows(v.Int) {
			j.misvalued(n, v, "")
		}
	case v.Kind == document.String:
		j.text(n, v)
	case v.Kind == document.List:
		for i := range v.Items {
			j.step(document.Segment{Index: i}, n.List.Element, &v.Items[i])
		}
	case v.Kind == document.Map:
		j.fields(n, v)
	}
}

// step judges one value below the current one.
func (j *judge) step(s document.Segment, n *Node, v *document.Value) {
	j.path, j.rules = append(j.path, s), append(j.rules, n)
	j.value(n, v)
	j.path, j.rules = j.path[:len(j.path)-1], j.rules[:len(j.rules)-1]
}

// any looks for the only thing that nothing allows: Odd scalars.
func (j *judge) any(v *document.Value) {
	for i := range v.Items {
		segment := document.Segment{Index: i}
		if v.Kind == document.Map {
			segment = document.Segment{Key: v.Keys[i].Name}
		}
		j.step(segment, j.rules[len(j.rules)-1], &v.Items[i])
	}
}

func (j *judge) text(n *Node, v *document.Value) {
	if !n.String.allows(v.Str) {
		j.misvalued(n, v, textHint(n.String, v.Str))
		return
	}
	if n.Check == nil {
		return
	}
	if problem, hint := n.Check(v.Str); problem != "" {
		j.add("schema/check", problem, hint, v.Pos, j.rule(n))
	}
}

func (t *IntType) allows(i int64) bool {
	if len(t.Enum) > 0 {
		return slices.Contains(t.Enum, i)
	}
	return (t.Min == nil || i >= *t.Min) && (t.Max == nil || i <= *t.Max)
}

func (t *StringType) allows(s string) bool {
	if len(t.Enum) > 0 {
		return slices.Contains(t.Enum, s)
	}
	for _, p := range t.Patterns {
		if !p.MatchString(s) {
			return false
		}
	}
	return true
}

func (j *judge) at(p document.Pos) finding.Position {
	return finding.Position{File: j.file, Line: int(p.Line), Column: int(p.Column)}
}

func (j *judge) add(id, message, hint string, at document.Pos, rule finding.Related) {
	j.findings = append(j.findings, finding.Finding{
		ID: id, Severity: finding.Error, Message: message, Hint: hint,
		Position: j.at(at), Document: j.id, Path: j.where().String(), Related: []finding.Related{rule},
	})
}

// where is the whole path, in memory of its own.
func (j *judge) where() document.Path {
	return slices.Concat(j.prefix, j.path)
}
