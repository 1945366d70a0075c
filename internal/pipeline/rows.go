package pipeline

import (
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/reference"
)

// rowReferences judges what the rows of an AssetList's bulk file refer to, each
// at its cell.
func (e *Engine) rowReferences(doc *document.Document, view *corpus.View, options reference.Options) []finding.Finding {
	file := doc.Root.Get("spec").Get("file").Text()
	if doc.ID.Kind != "AssetList" || file == "" {
		return nil
	}
	src, ok := view.File(file)
	if !ok {
		return nil
	}
	entry := e.Shapes.Definitions["#AssetEntry"]
	var out []finding.Finding
	document.ParseRows(file, src, e.column, func(row document.Value) {
		if len(out) >= document.MaxFindings {
			return
		}
		out = append(out, references(entry, &document.Document{File: file, ID: doc.ID, Root: row}, view, options)...)
	})
	return cut(file, out)
}
