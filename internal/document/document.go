// Package document turns bytes into documents: all YAML and CUE syntax, and the
// way from a data path to a line and column.
//
// It does not know what a document may contain (shape, schema) or mean (spec).
package document

import (
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// Document is one declared document of one file.
type Document struct {
	File  string // slash path from the repository root
	Index int    // 0-based place among the documents of the file
	Root  Value
	// ID is what the envelope says, as far as it can be read; the schema says
	// whether it is right.
	ID finding.Identity
	// Broken says that the loader refused values of the document: there are
	// findings, Refused values stand for what was not read, and a key that was
	// refused is missing. What rules would say about it means nothing.
	Broken bool
}

// IsPatchops reports whether the document claims to be one of ours.
func (d *Document) IsPatchops() bool {
	return strings.HasPrefix(d.Root.Get("apiVersion").Text(), "patchops.dev/")
}

// At returns the position of a data path in the document.
func (d *Document) At(p Path) finding.Position {
	_, pos := d.Root.Find(p)
	return finding.Position{File: d.File, Line: int(pos.Line), Column: int(pos.Column)}
}
