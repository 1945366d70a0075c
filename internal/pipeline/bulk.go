package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// assets judges each asset of an AssetList with the list's defaults merged in,
// inline ones and the rows of a bulk file alike, one by one, and returns those rows.
func (e *Engine) assets(doc *document.Document, view *corpus.View) (out []finding.Finding, rows []document.Value) {
	if doc.ID.Kind != "AssetList" {
		return nil, nil
	}
	spec := doc.Root.Get("spec")
	inline := documentPath("spec", "assets")
	for i := range spec.Get("assets").Elements() {
		p := inline.With(document.Segment{Index: i})
		out = append(out, e.asset(doc, doc.File, p, &spec.Get("assets").Items[i])...)
	}
	if file := spec.Get("file").Text(); file != "" {
		if src, ok := view.File(file); ok {
			found, read := e.bulk(doc, file, src)
			out, rows = append(out, found...), read
		}
	}
	return out, rows
}

func (e *Engine) bulk(doc *document.Document, file string, src []byte) (out []finding.Finding, rows []document.Value) {
	entry := e.Shapes.Definitions["#AssetEntry"]
	syntax := document.ParseRows(file, src, e.column, func(row document.Value) {
		rows = append(rows, row)
		if len(out) >= document.MaxFindings {
			return
		}
		found := entry.Judge(file, doc.ID, nil, &row)
		if len(found) == 0 {
			found = e.asset(doc, file, nil, &row)
		}
		out = append(out, found...)
	})
	out = append(cut(file, out), syntax...)
	for i := range out {
		out[i].Document = doc.ID
		out[i].Related = append(out[i].Related, finding.Related{
			Position: doc.At(documentPath("spec", "file")), Message: "this AssetList names the file",
		})
	}
	return out, rows
}

// cut keeps as many findings about a bulk file as its reader does about rows.
func cut(file string, found []finding.Finding) []finding.Finding {
	if len(found) < document.MaxFindings {
		return found
	}
	f := limit("bulk/limit", file, fmt.Sprintf("%d findings or more in one file, the rest is not shown", document.MaxFindings))
	f.Hint = "correct these first"
	return append(found[:document.MaxFindings-1], f)
}

// asset says what an asset lacks that neither it nor the defaults give.
func (e *Engine) asset(doc *document.Document, file string, p document.Path, own *document.Value) []finding.Finding {
	merged := spec.MergeAsset(doc.Root.Get("spec").Get("defaults"), own)
	return e.Shapes.Definitions["#Asset"].Judge(file, doc.ID, p, merged)
}

// rows reads a bulk file's rows, without those that cannot be read.
func (e *Engine) rows(file string, src []byte) []document.Value {
	var rows []document.Value
	document.ParseRows(file, src, e.column, func(row document.Value) { rows = append(rows, row) })
	return rows
}

// column says how a cell of a CSV column is read, from the schema of an asset.
func (e *Engine) column(name string) document.ColumnKind {
	asset := e.Shapes.Definitions["#AssetEntry"]
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
	return slices.DeleteFunc(slices.Clone(view.EstateFindings(doc.ID.Client)), func(f finding.Finding) bool { return f.Document != doc.ID })
}
