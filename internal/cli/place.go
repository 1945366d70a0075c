package cli

import (
	"path"
	"slices"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// placed names files as the reader of a format looks for them: annotations and
// code scanning from the root of the work tree, all others from the repository.
func (r repository) placed(format string, t *pipeline.Tree, found []finding.Finding) []finding.Finding {
	if r.prefix == "" || (format != "github" && format != "sarif") {
		return found
	}
	out := slices.Clone(found)
	for i := range out {
		if out[i].File != "" {
			out[i].File = path.Join(r.prefix, out[i].File)
		}
		out[i].Related = slices.Clone(out[i].Related)
		for j := range out[i].Related {
			out[i].Related[j].File = r.fromRoot(t, out[i].Related[j].File)
		}
	}
	return out
}

// fromRoot leaves alone what is no file of the tree, such as a built-in schema.
func (r repository) fromRoot(t *pipeline.Tree, file string) string {
	if _, ok := t.Source(file); !ok {
		return file
	}
	return path.Join(r.prefix, file)
}
