package pipeline

import (
	"fmt"
	"path"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
)

// bulk judges what an AssetList says beyond its schema: the rows of its bulk
// file, one by one, and that names are unique in the client.
func (e *Engine) bulk(doc *document.Document, view *corpus.View) []finding.Finding {
	if doc.ID.Kind != "AssetList" {
		return nil
	}
	var out []finding.Finding
	if file := doc.Root.Get("spec").Get("file").Text(); file != "" {
		if src, ok := view.File(file); ok {
			out = e.judgeRows(doc, file, src)
		}
	}
	return append(out, e.sameNames(doc, view)...)
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

// sameNames says which assets of this list bear a name that the client already
// has, without regard to case. The later one in the order of lists is at fault.
func (e *Engine) sameNames(doc *document.Document, view *corpus.View) []finding.Finding {
	first := map[string]spec.Asset{}
	var out []finding.Finding
	for _, a := range view.Assets(doc.ID.Client) {
		key := strings.ToLower(a.Name)
		other, taken := first[key]
		if !taken {
			first[key] = a
			continue
		}
		if a.List != doc.ID {
			continue
		}
		at := finding.Position{File: other.File, Line: int(other.Pos.Line), Column: int(other.Pos.Column)}
		out = append(out, finding.Finding{
			ID: "document/duplicate-asset", Severity: finding.Error,
			Message: fmt.Sprintf("asset %q is declared twice in client %q: first as %q in %s:%d", a.Name, doc.ID.Client, other.Name, at.File, at.Line),
			Hint:    "rename or remove one of them", Document: doc.ID,
			Position: finding.Position{File: a.File, Line: int(a.Pos.Line), Column: int(a.Pos.Column)},
			Related:  []finding.Related{{Position: at, Message: "first declared here"}},
		})
	}
	return out
}
