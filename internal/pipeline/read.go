package pipeline

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
)

// Read reads a tree and judges it by the schemas only: no reference is followed, no
// rule asked and no rollout computed. It is for questions that documents answer by
// themselves, such as when a window opens. Its findings have no levels or waivers.
// With kinds, files that cannot hold a document of one of them are not read.
func (e *Engine) Read(in Input, kinds ...string) (*Outcome, error) {
	if len(kinds) > 0 {
		in.Tree = in.Tree.holding(kinds)
	}
	r := e.run(in)
	var err error
	if r.files, err = r.engine.load(in.Tree, in.Kept, in.Child); err != nil {
		return nil, err
	}
	out := &Outcome{Corpus: corpus.New(in.AsOf.UTC().Format(time.RFC3339), entries(r.files, in.Child), in.Tree.File, r.engine.rows)}
	found := slices.Clone(in.Tree.Findings)
	for _, d := range duplicates(r.files) {
		found = append(found, d.finding())
	}
	for _, f := range r.files {
		found = append(found, f.Findings...)
		for _, h := range f.Documents {
			if !h.Ignored {
				out.Documents++
			}
			found = append(found, h.Findings...)
		}
	}
	out.Findings = finding.Sort(found)
	return out, nil
}

// holding is the tree without the files that cannot hold a document of those
// kinds: whatever names a kind has its name in it, unless it computes or escapes it.
func (t *Tree) holding(kinds []string) *Tree {
	documents := slices.DeleteFunc(slices.Clone(t.Documents), func(s Source) bool {
		return path.Ext(s.Path) != ".cue" && !bytes.ContainsRune(s.Bytes, '\\') &&
			!slices.ContainsFunc(kinds, func(kind string) bool { return bytes.Contains(s.Bytes, []byte(kind)) })
	})
	return &Tree{
		Documents: documents, Policies: t.Policies, Schemas: t.Schemas, Config: t.Config, Findings: t.Findings,
		fsys: t.fsys, data: map[string]dataFile{}, dirs: map[string]map[string]fs.DirEntry{},
	}
}
