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
	kind := doc.Root.Get("kind")
	if n := s.Kinds[kind.Text()]; n != nil {
		j.start(n, &doc.Root)
		return envelopeFindings(j.findings)
	}
	j.kindless(s, &doc.Root, kind)
	return j.findings
}

// Judge says everything that is wrong with one value that is no document, such
// as a row of a bulk file; file, id and at say where it stands.
func (n *Node) Judge(file string, id finding.Identity, at document.Path, v *document.Value) []finding.Finding {
	j := judge{file: file, id: id, prefix: at}
	j.start(n, v)
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

// judge is one judgement under way.
type judge struct {
	file     string
	id       finding.Identity
	prefix   document.Path // of the value that is judged
	trail    trail
	findings []finding.Finding
	said     finding.Related // by rule, for as long as the trail stays where it is
}

func (j *judge) kindless(s *Set, root, kind *document.Value) {
	if root.Kind == document.Refused || kind != nil && kind.Kind == document.Refused {
		return
	}
	f := finding.Finding{ID: "schema/kind", Severity: finding.Error, Document: j.id}
	switch {
	case root.Kind != document.Map:
		f.Message = "found " + document.Describe(root) + ", wanted a document: a map with apiVersion, kind, metadata and spec"
		f.Position = j.at(root.Pos)
	case kind == nil:
		f.Message, f.Hint = `missing field "kind"`, "add kind: one of "+strings.Join(s.KindNames(), ", ")
		f.Position = j.at(root.Pos)
	default:
		f.Message = "found " + document.Describe(kind) + ", wanted a kind of document"
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

// start judges the value that the judgement is about.
func (j *judge) start(n *Node, v *document.Value) {
	j.step(document.Segment{}, n, v)
}

// step judges one value below the current one.
func (j *judge) step(s document.Segment, n *Node, v *document.Value) {
	n = n.Alternative(v.Kind)
	j.trail.push(s, n)
	j.said = finding.Related{}
	j.value(n, v)
	j.trail.pop()
	j.said = finding.Related{}
}

func (j *judge) value(n *Node, v *document.Value) {
	switch {
	case v.Kind == document.Refused: // the loader said so already
	case v.Kind == document.Odd:
		j.mistyped(n, v)
	case n.Any:
		j.any(n, v)
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

// any looks for the only thing that nothing allows: Odd scalars.
func (j *judge) any(n *Node, v *document.Value) {
	for i := range v.Items {
		segment := document.Segment{Index: i}
		if v.Kind == document.Map {
			segment = document.Segment{Key: v.Keys[i].Name}
		}
		j.step(segment, n, &v.Items[i])
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
		j.add("schema/check", problem, hint, v.Pos)
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

// add reports a finding about the current value.
func (j *judge) add(id, message, hint string, at document.Pos) {
	j.report(id, message, hint, at, j.trail.path(), j.rule())
}

// addKey reports a finding about a key of the current map that is not there, or
// that nothing allows.
func (j *judge) addKey(id, message, hint string, at document.Pos, key string) {
	j.report(id, message, hint, at, j.trail.path().With(document.Segment{Key: key}), j.rule())
}

func (j *judge) report(id, message, hint string, at document.Pos, path document.Path, rule finding.Related) {
	j.findings = append(j.findings, finding.Finding{
		ID: id, Severity: finding.Error, Message: message, Hint: hint, Position: j.at(at), Document: j.id,
		Path: slices.Concat(j.prefix, path).String(), Related: []finding.Related{rule},
	})
}

// rule is the place and the words of what the schema says of the current value.
func (j *judge) rule() finding.Related {
	if j.said.Message == "" {
		n := j.trail.at(j.trail.length - 1).node
		j.said = finding.Related{Position: n.Pos, Message: j.trail.owner() + ": " + n.Content()}
	}
	return j.said
}
