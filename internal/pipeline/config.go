package pipeline

import (
	"io/fs"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// readConfig reads patchops.yaml first, since it says what else to read. What
// is wrong in it is found like in every other document.
func (t *Tree) readConfig() {
	entry := t.entry(".", configFile)
	if entry == nil || !entry.Type().IsRegular() {
		return
	}
	if info, err := entry.Info(); err != nil || info.Size() > maxDocument {
		return
	}
	src, err := fs.ReadFile(t.fsys, configFile)
	if err != nil {
		return
	}
	docs, _ := document.ParseYAML(configFile, src)
	for i := range docs {
		if docs[i].IsPatchops() && docs[i].ID.Kind == "Config" {
			t.Config = spec.ParseConfig(&docs[i])
			return
		}
	}
}

// Source gives the bytes of a file that was read as a document, rule or schema,
// or of a data file.
func (t *Tree) Source(file string) ([]byte, bool) {
	for _, class := range [][]Source{t.Documents, t.Policies, t.Schemas} {
		if i := slices.IndexFunc(class, func(s Source) bool { return s.Path == file }); i >= 0 {
			return class[i].Bytes, true
		}
	}
	return t.File(file)
}
