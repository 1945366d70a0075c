package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/patchops/patchops/internal/audit"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/window"
)

// mostAudited is how many commits `log verify` reads the documents of unless --effects wants
// all: each takes as long as a check.
const mostAudited = 64

// effects computes anew what the logs say of documents.
type effects struct {
	*audit.Audit
	all     bool
	why     string // nothing can be computed anew; "" it can
	sources []resultlog.Source
}

// effects is nil where nobody asked, and nothing is there to compute from.
func (a *app) effects(ctx context.Context, s *logSource, f *logFlags, sources []resultlog.Source) (*effects, error) {
	out := &effects{all: f.effects, sources: sources}
	if !s.documents() {
		out.why = "the documents are not here: merges and rollouts were not compared with them (a clone has them)"
		if f.effects {
			return nil, statusError{exitError, errors.New("--effects: " + out.why)}
		}
		return out, nil
	}
	o := audit.Options{Genesis: s.root.Genesis.Commit, Read: a.documentsAt(ctx, s), Base: s.mergeBase, Blob: out.blob, Tzdata: window.Version}
	if !f.effects {
		o.Most = mostAudited
	}
	out.Audit = audit.New(o)
	return out, nil
}

// documents reports whether the root's genesis is here, and in the folder that we know: else
// paths would be others than those in effects.
func (s *logSource) documents() bool {
	tree, err := s.git.LazyTree(s.root.Genesis.Commit)
	if err != nil {
		return false
	}
	documents, err := fs.Sub(tree, cmp.Or(s.folder, "."))
	return err == nil && configOf(documents).RepositoryID == s.root.Repository
}

// documentsAt reads the documents of commits. The engine is made when the first is wanted.
func (a *app) documentsAt(ctx context.Context, s *logSource) func(string) (*audit.Documents, error) {
	var engine *pipeline.Engine
	var source review.Source
	return func(commit string) (*audit.Documents, error) {
		if engine == nil {
			var err error
			if engine, err = pipeline.NewEngine(); err != nil {
				return nil, err
			}
			source = controller.NewSource(s.git, s.folder)
		}
		st, err := source.Commit(commit)
		if errors.Is(err, git.ErrMissing) {
			return nil, audit.ErrAbsent
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", commit, err)
		}
		out, err := engine.Read(pipeline.Input{Tree: st.Tree, Child: a.child(ctx)})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", commit, err)
		}
		return &audit.Documents{Corpus: out.Corpus, Tree: effect.Read(out.Corpus, st.Files)}, nil
	}
}

// mergeBase is "" where there is none that everybody would find.
func (s *logSource) mergeBase(a, b string) (string, error) {
	base, err := s.git.MergeBase(a, b)
	_, ambiguous := errors.AsType[*git.BaseError](err)
	if ambiguous || errors.Is(err, git.ErrMissing) {
		return "", nil
	}
	return base, err
}

func (e *effects) blob(n resultlog.Name, digest string) ([]byte, error) {
	i := slices.IndexFunc(e.sources, func(s resultlog.Source) bool { return s.Name == n })
	return resultlog.ReadBlob(e.sources[i].Files, digest)
}

// visit sees every record of the logs; nil where nothing is computed anew.
func (e *effects) visit() func(resultlog.Name, resultlog.Place, *resultlog.Record) error {
	if e.Audit == nil {
		return nil
	}
	return e.Take
}

// end is the first thing that documents do not bear out, and what is to be said of what was
// not computed anew.
func (e *effects) end() (notes []string, err error) {
	if e.Audit == nil {
		return []string{e.why}, nil
	}
	fault, err := e.End()
	if err != nil {
		return nil, err
	}
	if fault != nil {
		for _, s := range e.sources {
			if s.Branch != "" && s.Name.Branch("")[1:] == fault.Branch {
				fault.Branch = s.Branch
			}
		}
		return nil, fault
	}
	absent, skipped := e.Unread()
	switch {
	case absent > 0 && e.all:
		return nil, statusError{exitError, fmt.Errorf("--effects: %d commits that the logs name are not here: git fetch brings those of branches that are left", absent)}
	case absent > 0:
		notes = append(notes, fmt.Sprintf("%d commits that the logs name are not here: what rests on them was not compared with documents", absent))
	}
	if n := e.OtherZones(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d installations were planned by other time zones than %s: their windows were not computed anew", n, window.Version))
	}
	if skipped > 0 {
		notes = append(notes, fmt.Sprintf("%d more commits were not read: --effects compares all of them with the records", skipped))
	}
	return notes, nil
}
