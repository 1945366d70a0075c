package pipeline

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
)

// bulk judges the rows of an AssetList's bulk file, one by one.
func (e *Engine) bulk(doc *document.Document, view *corpus.View) []finding.Finding {
	file := doc.Root.Get("spec").Get("file").Text()
	if doc.ID.Kind != "AssetList" || file == "" {
		return nil
	}
	src, ok := view.File(file)
	if !ok {
		return nil // reference/missing-file says so
	}
	return e.judgeRows(doc, file, src)
}

func (e *Engine) judgeRows(doc *document.Document, file string, src []byte) []finding.Finding {
	rows, out := e.parseRows(file, src)
	asset := e.Shapes.Definitions["#Asset"]
	defaults := doc.Root.Get("spec").Get("defaults")
	for i := range rows {
		row := document.Document{File: file, Index: i, Root: *spec.MergeAsset(defaults, &rows[i]), ID: doc.ID}
		out = append(out, e.Shapes.JudgeValue(asset, &row)...)
	}
	for i := range out {
		out[i].Document = doc.ID
		out[i].Related = append(out[i].Related, finding.Related{
			Position: doc.At(documentPath("spec", "file")), Message: "this AssetList names the file",
		})
	}
	return out
}

// parseRows reads a bulk file by its name's ending.
func (e *Engine) parseRows(file string, src []byte) ([]document.Value, []finding.Finding) {
	switch path.Ext(file) {
	case ".csv":
		return document.ParseCSV(file, src, e.columns())
	case ".jsonl", ".ndjson":
		return document.ParseJSONLines(file, src)
	}
	return nil, []finding.Finding{{
		ID: "bulk/syntax", Severity: finding.Error, Message: fmt.Sprintf("a bulk file ends in %q, wanted .csv or .jsonl", path.Ext(file)),
		Hint: "rename the file", Position: finding.Position{File: file, Line: 1, Column: 1},
	}}
}

// columns says how a cell of a CSV column is read, from the schema of an asset.
func (e *Engine) columns() func(string) document.ColumnKind {
	asset := e.Shapes.Definitions["#Asset"]
	return func(name string) document.ColumnKind {
		n := asset.Child(name)
		if group, key, ok := strings.Cut(name, "."); ok && key != "" {
			if g := asset.Child(group); g != nil && g.Open() {
				n = g.Child(key)
			}
		}
		return columnKind(n)
	}
}

func columnKind(n *shape.Node) document.ColumnKind {
	switch {
	case n == nil:
		return document.ColumnUnknown
	case n.List != nil:
		return document.ColumnList
	case n.Int != nil && n.String == nil:
		return document.ColumnInt
	case n.Bool != nil:
		return document.ColumnBool
	}
	return document.ColumnString
}

// estate says where asset names collide, and where assets and HA groups
// disagree: of what concerns a client's whole estate, the part about doc.
func (e *Engine) estate(doc *document.Document, view *corpus.View) []finding.Finding {
	if doc.ID.Kind != "AssetList" && doc.ID.Kind != "HAGroup" {
		return nil
	}
	declared, groups := view.Declared(doc.ID.Client)
	found := spec.CheckMembership(declared, groups)
	for _, d := range spec.Duplicates(declared) {
		found = append(found, d.Finding())
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Document != doc.ID })
}
