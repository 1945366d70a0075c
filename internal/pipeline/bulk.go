package pipeline

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
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
	asset := e.Shapes.Definitions["#Asset"]
	defaults := doc.Root.Get("spec").Get("defaults")
	var out []finding.Finding
	syntax := document.ParseRows(file, src, e.column, func(row document.Value) {
		out = append(out, asset.Judge(file, doc.ID, nil, spec.MergeAsset(defaults, &row))...)
	})
	out = append(out, syntax...)
	for i := range out {
		out[i].Document = doc.ID
		out[i].Related = append(out[i].Related, finding.Related{
			Position: doc.At(documentPath("spec", "file")), Message: "this AssetList names the file",
		})
	}
	return out
}

// rows reads a bulk file's rows, without those that cannot be read.
func (e *Engine) rows(file string, src []byte) []document.Value {
	var rows []document.Value
	document.ParseRows(file, src, e.column, func(row document.Value) { rows = append(rows, row) })
	return rows
}

// column says how a cell of a CSV column is read, from the schema of an asset.
func (e *Engine) column(name string) document.ColumnKind {
	asset := e.Shapes.Definitions["#Asset"]
	if group, key, dotted := strings.Cut(name, "."); dotted && key != "" {
		if g := asset.Child(group); g.Open() && g.Child(key) != nil && g.Child(key).String != nil {
			return document.Entry
		}
		return document.NoColumn
	}
	switch n := asset.Child(name); {
	case n == nil, n.Map != nil && n.List == nil && n.String == nil:
		return document.NoColumn
	case n.List != nil:
		return document.Texts
	case n.Int != nil && n.String == nil:
		return document.Integer
	case n.Bool != nil:
		return document.Boolean
	}
	return document.Text
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
