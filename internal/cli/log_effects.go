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
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/window"
)

// How many commits `log verify` reads the documents of unless --effects wants all: each takes
// as long as a check, a few tenths of a millisecond for each of its files.
const (
	mostAudited      = 64
	mostAuditedFiles = 100_000
)

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
		out.why = "the documents are not here: merges and rollouts were not compared with them (a clone has them, and a bundle of log export --documents)"
		if f.effects {
			return nil, statusError{exitError, errors.New("--effects: " + out.why)}
		}
		return out, nil
	}
	o := audit.Options{Genesis: s.root.Genesis.Commit, Read: a.documentsAt(ctx, s), Base: s.mergeBase, Blob: out.blob, Tzdata: window.Version}
	if !f.effects {
		o.Most, o.Files = mostAudited, mostAuditedFiles
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
		out, err := readWhole(engine, st.Tree, a.child(ctx))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", commit, err)
		}
		return &audit.Documents{Corpus: out.Corpus, Tree: effect.Read(out.Corpus, st.Files), Files: len(st.Files)}, nil
	}
}

// readWhole reads a commit's documents. An evaluation that gave nothing is tried once more: on
// a busy machine it may have been for want of time.
func readWhole(engine *pipeline.Engine, tree *pipeline.Tree, child pipeline.Child) (*pipeline.Outcome, error) {
	for again := true; ; again = false {
		watched, unread := pipeline.Watch(child)
		out, err := engine.Read(pipeline.Input{Tree: tree, Child: watched})
		if err != nil || unread.Err() == nil {
			return out, err
		}
		if !again {
			return nil, fmt.Errorf("%w: %w", audit.ErrUnread, unread.Err())
		}
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
	d := e.compared()
	switch {
	case d.Absent > 0 && e.all:
		return nil, statusError{exitError, fmt.Errorf("--effects: %d commits that the logs name are not here: git fetch brings those of branches that are left", d.Absent)}
	case d.NotEvaluated > 0 && e.all:
		return nil, statusError{exitRetry, fmt.Errorf("--effects: documents of %d commits that the logs name could not be evaluated now: try again where the machine is less busy", d.NotEvaluated)}
	}
	return d.Notes(window.Version), nil
}

// compared is what of the logs was compared with documents; nil without any.
func (e *effects) compared() *report.LogDocuments {
	if e.Audit == nil {
		return nil
	}
	absent, left := e.Unread()
	return &report.LogDocuments{Commits: e.Read(), Left: left, Absent: absent, NotEvaluated: e.NotEvaluated(), OtherZones: e.OtherZones()}
}
