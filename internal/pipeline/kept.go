package pipeline

import (
	"crypto/sha256"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
)

// Kept is what an earlier run found, by path. It only ever saves time: a file
// counts when its digest is the same, a verdict when everything it read still
// holds the same. Decisions (merge, run, approve) pass none.
type Kept map[string]*FileVerdict

// FileVerdict is what is known of one file.
type FileVerdict struct {
	Digest    corpus.Digest
	Findings  []finding.Finding // of its syntax
	Documents []*Head
}

// Head is what the file's bytes and path alone say of a document, with the
// verdict that also needs others.
type Head struct {
	ID       finding.Identity
	Name     finding.Position // of metadata.name
	Broken   bool             // schema errors: rules neither judge nor read it
	Ignored  bool             // not a document of patchops
	Bulk     string           // of an AssetList: the file that its rows are in
	Waives   bool             // of a RiskAcceptance: it names findings
	Findings []finding.Finding
	Verdict  *Verdict // nil when not judged
}

// Verdict is the judgement of one document among the others.
type Verdict struct {
	Findings  []finding.Finding
	Evaluated int // rules that were evaluated on it
	Read      []corpus.Dependency
	Held      corpus.Digest // over what Read held, in its order
}

// held is the digest over what dependencies hold now.
func held(c *corpus.Corpus, read []corpus.Dependency) corpus.Digest {
	h := sha256.New()
	for _, d := range read {
		value := c.Holds(d)
		h.Write(value[:])
	}
	return corpus.Digest(h.Sum(nil))
}

// stillHolds reports whether a verdict would come out the same in c.
func (v *Verdict) stillHolds(c *corpus.Corpus) bool {
	return v != nil && held(c, v.Read) == v.Held
}

// cut reports whether a limit left something of the file unjudged. Such a
// finding depends on how busy the machine was and on the other files, so it is
// no verdict to keep.
func (f *FileVerdict) cut() bool {
	limited := func(f finding.Finding) bool { return f.ID == "cue/limit" || f.ID == "policy/limit" }
	if slices.ContainsFunc(f.Findings, limited) {
		return true
	}
	return slices.ContainsFunc(f.Documents, func(h *Head) bool {
		return h.Verdict != nil && slices.ContainsFunc(h.Verdict.Findings, limited)
	})
}
