package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/patchops/patchops/internal/git"
)

func (a *app) logExport(ctx context.Context, f *logFlags) error {
	s, sources, err := a.logs(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	names := named{}
	good, err := s.verify(sources, names.visit)
	if err != nil {
		return err
	}
	refs := map[string]string{}
	var records int64
	var newest time.Time
	for _, g := range good {
		if g.Log.Time.Before(f.after) {
			continue
		}
		// By id: the branch may move while we write, and only this was verified.
		refs[g.Source.Tip] = "refs/heads/" + g.Source.Branch
		records += g.Log.Size
		if g.Log.Time.After(newest) {
			newest = g.Log.Time
		}
	}
	if len(refs) == 0 {
		return noLogs(f, s.where)
	}
	logs := len(refs)
	if f.documents {
		if err := a.withDocuments(s, names, refs); err != nil {
			return err
		}
	}
	write := func(file string) error { return s.bundle(ctx, file, refs, newest) }
	if err := writeOut(a.absolute(f.out), write); err != nil {
		return err
	}
	a.progress("wrote %s: records %d, logs %d; check it with patchops log verify %s", f.out, records, logs, f.out)
	return nil
}

func (s *logSource) bundle(ctx context.Context, file string, refs map[string]string, t time.Time) error {
	work, err := os.MkdirTemp("", "patchops-export-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	return git.Bundle(ctx, file, s.dir, filepath.Join(work, "export.git"), refs, git.Extra{
		Ref: evidenceRef, Time: t, Author: git.Person{Name: "patchops", Email: "controller@patchops.invalid"},
		Message: fmt.Sprintf("Evidence of repository %s\n\nThe logs are the branches below %s/. Verify them with\n`patchops log verify FILE --root root.json`,"+
			" the root of trust from its owner.\n", s.root.Repository, s.prefix),
		Files: map[string][]byte{"root.json": s.signed.Encode(), "prefix": []byte(s.prefix + "\n"), "folder": []byte(s.folder + "\n")},
	})
}

// withDocuments adds the commits that the logs name to what is exported.
func (a *app) withDocuments(s *logSource, names named, refs map[string]string) error {
	if !s.documents() {
		return statusError{exitError, fmt.Errorf("--documents: the commits with the documents are not in %s", s.where)}
	}
	more, absent, err := s.documentRefs(names)
	if err != nil {
		return err
	}
	maps.Copy(refs, more)
	if absent > 0 {
		a.progress("%d commits that the logs name are not here, and so not in the bundle: git fetch brings those of branches that are left", absent)
	}
	return nil
}
