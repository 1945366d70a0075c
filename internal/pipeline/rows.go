package pipeline

import (
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/reference"
)

// rowReferences judges what the rows of an AssetList's bulk file refer to, each
// at its cell.
func (e *Engine) rowReferences(doc *document.Document, rows []document.Value, view *corpus.View, options reference.Options) []finding.Finding {
	file := doc.Root.Get("spec").Get("file").Text()
	entry := e.Shapes.Definitions["#AssetEntry"]
	var out []finding.Finding
	for i := range rows {
		if len(out) >= document.MaxFindings {
			break
		}
		out = append(out, references(entry, &document.Document{File: file, ID: doc.ID, Root: rows[i]}, view, options)...)
	}
	return cut(file, out)
}
