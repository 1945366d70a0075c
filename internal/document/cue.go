package document

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"

	"github.com/patchops/patchops/internal/finding"
)

// EvaluateCUE reads the documents of a CUE file: the file itself when it has
// apiVersion at the top, else every regular field at the top whose value has
// apiVersion and kind. The file is evaluated alone, with nothing of its
// surroundings.
//
// CUE can be made to take all time and memory there is, and nothing stops it
// from inside: call this only in a limited child process (security.md R25).
func EvaluateCUE(path string, src []byte) ([]Document, []finding.Finding) {
	c := newCUEFile(path, src)
	file := c.gate()
	if file == nil {
		return nil, c.sorted()
	}
	root := cuecontext.New().BuildFile(file)
	if err := root.Validate(); err != nil {
		c.failed(root, err)
		return nil, c.sorted()
	}
	docs := c.documents(root)
	return docs, c.sorted()
}

func (c *cueFile) documents(root cue.Value) []Document {
	if has(root, "apiVersion") {
		if doc, ok := c.document(root, root, Pos{1, 1}, 0); ok {
			return []Document{doc}
		}
		return nil
	}
	var docs []Document
	index := 0
	fields, err := root.Fields()
	for err == nil && fields.Next() {
		v := fields.Value()
		at := c.label(v, Pos{1, 1})
		version, kind := has(v, "apiVersion"), has(v, "kind")
		switch {
		case version && kind:
			if doc, ok := c.document(root, v, at, index); ok {
				docs = append(docs, doc)
			}
			index++
		case version != kind:
			f := c.add("cue/document", at, "field %q has only one of apiVersion and kind, so it is no document", clip(fields.Selector().String()))
			f.Severity, f.Hint = finding.Warning, "declare both, or hide the field: _"+clip(fields.Selector().String())
		}
	}
	if index == 0 && !c.anyError() {
		c.add("cue/document", Pos{1, 1}, "the file declares no document").Hint = "declare apiVersion and kind, at the top or in a field at the top"
	}
	return docs
}

func (c *cueFile) anyError() bool {
	return slices.ContainsFunc(c.findings, func(f finding.Finding) bool { return f.Severity == finding.Error })
}

func has(v cue.Value, field string) bool {
	return v.IncompleteKind() == cue.StructKind && v.LookupPath(cue.MakePath(cue.Str(field))).Exists()
}

// document makes a document of a value; false when some of it has no value.
func (c *cueFile) document(root, v cue.Value, at Pos, index int) (Document, bool) {
	if err := v.Validate(cue.Concrete(true), cue.Final()); err != nil {
		c.failed(root, err)
		return Document{}, false
	}
	before := len(c.findings)
	c.path, c.bad = c.path[:0], false
	doc := Document{File: c.file, Index: index}
	doc.Root = c.value(v, at, 1)
	if len(doc.Root.Keys) > 0 && v == root {
		doc.Root.Pos = doc.Root.Keys[0].Pos
	}
	doc.Broken = c.bad
	doc.ID = identity(&doc.Root)
	for i := before; i < len(c.findings); i++ {
		c.findings[i].Document = doc.ID
	}
	return doc, doc.Root.Kind == Map
}

// failed reports every error of an evaluation. The value an error is about is
// the place, where it has one; what else CUE names is related.
func (c *cueFile) failed(root cue.Value, err error) {
	for _, e := range errors.Errors(err) {
		var places []Pos
		for _, p := range errors.Positions(e) {
			if at := c.where(p, Pos{}); at != (Pos{}) && !slices.Contains(places, at) {
				places = append(places, at)
			}
		}
		path := strings.Join(e.Path(), ".")
		at, message := Pos{1, 1}, cueMessage(e)
		if len(places) > 0 {
			at, places = places[0], places[1:]
		}
		if v := root.LookupPath(cue.ParsePath(path)); v.Exists() && (at == Pos{1, 1} || strings.HasPrefix(message, "incomplete")) {
			at = c.label(v, at)
		}
		hint := ""
		if what, ok := strings.CutPrefix(message, "incomplete value "); ok {
			message, hint = fmt.Sprintf("only %s is said here, no value", what), "give it a value"
		}
		if path != "" {
			message = path + ": " + message
		}
		f := c.add("cue/evaluate", at, "%s", message)
		f.Path, f.Hint = path, hint
		for _, p := range places {
			if p != at {
				f.Related = append(f.Related, related(c.position(p), "this is part of it"))
			}
		}
	}
}

// cueMessage is the text of an error of the CUE library, in one line and not too
// long.
func cueMessage(e errors.Error) string {
	format, args := e.Msg()
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
