package pipeline

import (
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
)

// Read reads a tree and judges it by the schemas only: no reference is followed, no
// rule asked and no rollout computed. It is for questions that documents answer by
// themselves, such as when a window opens. Its findings have no levels or waivers.
func (e *Engine) Read(in Input) (*Outcome, error) {
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
