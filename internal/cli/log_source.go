package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/trust"
)

// evidenceRef is where an exported bundle keeps what belongs to no log: the root of
// trust and the prefix of the logs' branches.
const evidenceRef = "refs/patchops/evidence"

// logSource is where logs are read: a clone, another repository, or a bundle that
// was unpacked.
type logSource struct {
	where   string // for messages
	dir     string // of the Git repository
	git     *git.Repository
	refs    map[string]string // full ref -> commit
	prefix  string            // of the logs' branches
	id      string            // of the repository, "" until a log or root says
	folder  string            // of the documents, below the repository's top
	clone   bool              // it is the user's clone: we remember what we saw of it
	whole   bool              // all its logs are looked at
	own     []byte            // the root in the bundle itself
	strange []string          // branches with names of logs that hold none
	cleanup func()

	root     trust.Root
	signed   trust.Signed
	rootFrom string // where the root was found
}

func (s *logSource) close() {
	if s.git != nil {
		_ = s.git.Close()
	}
	if s.cleanup != nil {
		s.cleanup()
	}
}

// logSource opens what the arguments name, and finds the root of trust for it.
func (a *app) logSource(ctx context.Context, f *logFlags) (*logSource, error) {
	s := &logSource{prefix: spec.DefaultLogPrefix}
	err := a.locate(ctx, f, s)
	if err == nil {
		s.git, err = git.Open(s.dir)
	}
	if err == nil {
		s.refs, err = s.git.Refs("refs")
	}
	if err == nil {
		err = s.evidence()
	}
	if err == nil {
		err = a.logRoot(f, s)
	}
	if err == nil {
		s.pinned()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (a *app) locate(ctx context.Context, f *logFlags, s *logSource) error {
	if f.source == "" {
		repo, err := a.repository()
		if err != nil {
			return err
		}
		config := configOf(os.DirFS(repo.dir))
		s.where, s.dir, s.prefix, s.id, s.clone, s.folder = repo.dir, repo.top, config.LogPrefix, config.RepositoryID, true, repo.prefix
		return nil
	}
	s.where, s.dir = f.source, f.source
	info, err := os.Stat(f.source)
	if err != nil || info.IsDir() {
		return err
	}
	dir, err := os.MkdirTemp("", "patchops-log-")
	if err != nil {
		return err
	}
	s.cleanup = func() { _ = os.RemoveAll(dir) }
	s.dir = filepath.Join(dir, "bundle.git")
	if err := git.Unbundle(ctx, f.source, s.dir); err != nil {
		return fmt.Errorf("%w: %w", resultlog.ErrIntegrity, err)
	}
	return nil
}

// pinned takes the prefix of the logs from the genesis, which the root of trust pins,
// where that is at hand: what patchops.yaml says later moves no log.
func (s *logSource) pinned() {
	tree, err := s.git.LazyTree(s.root.Genesis.Commit)
	if err != nil {
		return
	}
	documents, err := fs.Sub(tree, cmp.Or(s.folder, "."))
	if err != nil {
		return
	}
	if c := configOf(documents); c.RepositoryID == s.root.Repository {
		s.prefix = c.LogPrefix
	}
}

// evidence reads what an exported bundle says about itself.
func (s *logSource) evidence() error {
	commit := s.refs[evidenceRef]
	if commit == "" {
		return nil
	}
	files, err := s.git.LazyTree(commit)
	if err != nil {
		return err
	}
	if s.own, err = fs.ReadFile(files, "root.json"); err != nil {
		return err
	}
	prefix, err := fs.ReadFile(files, "prefix")
	if s.prefix = strings.TrimSpace(string(prefix)); err != nil {
		return err
	}
	folder, err := fs.ReadFile(files, "folder")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // of bundles that hold logs alone
	}
	if s.folder = strings.TrimSpace(string(folder)); s.folder != "" && !fs.ValidPath(s.folder) {
		return fmt.Errorf("%w: the folder of the documents is %q", resultlog.ErrIntegrity, s.folder)
	}
	return err
}

// logRoot finds the root of trust: the one given, this machine's for the repository,
// or the one in the bundle.
func (a *app) logRoot(f *logFlags, s *logSource) error {
	if f.root != "" {
		return s.trusts(a.absolute(f.root), "--root")
	}
	if err := s.identify(); err != nil {
		return err
	}
	if config, err := a.xdg("XDG_CONFIG_HOME", ".config"); err == nil && s.id != "" {
		file := filepath.Join(config, "patchops", s.id, "root.json")
		if err := s.trusts(file, "this machine's"); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if s.own == nil && s.id == "" {
		return usage("%s: no patchops.yaml with a repositoryId, and no log\ngive --repo DIR, or --root FILE", s.where)
	}
	if s.own == nil {
		return statusError{exitError, fmt.Errorf("no root of trust for repository %q on this machine: whom should a signature be believed from?\n"+
			"give --root FILE, or run patchops trust pin FILE with the root.json that the repository's owner gave you", s.id)}
	}
	var err error
	if s.signed, err = trust.Parse(s.own); err == nil {
		s.root, err = s.signed.Open()
	}
	s.rootFrom = "the bundle's own: compare it with the owner's"
	return err
}

func (s *logSource) trusts(file, from string) error {
	signed, root, err := readRootFile(file)
	if err != nil {
		return err
	}
	s.signed, s.root, s.rootFrom = signed, root, from
	return nil
}

// identify learns the repository's id from a log, where nothing else says it. It is
// only used to look for a root.
func (s *logSource) identify() error {
	if s.id != "" {
		return nil
	}
	for _, ref := range s.logRefs("", "origin") {
		files, err := s.git.LazyTree(s.refs[ref.ref])
		if err != nil {
			return err
		}
		signed, err := fs.ReadFile(files, "checkpoint")
		if err != nil {
			continue
		}
		origin, _, _ := strings.Cut(string(signed), "\n")
		if n, ok := resultlog.ParseOrigin(origin); ok && filepath.IsLocal(n.Repository) {
			s.id = n.Repository
			return nil
		}
	}
	return nil
}

// logRef is the branch of a log.
type logRef struct {
	ref, branch string
	name        resultlog.Name
}

// logRefs are the branches of logs, sorted: those of the remote as fetched, else of
// this repository.
func (s *logSource) logRefs(client, remote string) []logRef {
	found := map[resultlog.Name]logRef{}
	for _, base := range []string{"refs/heads/", "refs/remotes/" + remote + "/"} {
		for ref := range s.refs {
			branch, ok := strings.CutPrefix(ref, base)
			if !ok {
				continue
			}
			n, ok := resultlog.ParseBranch(s.prefix, cmp.Or(s.root.Repository, s.id), branch)
			if ok && (client == "" || n.Client == client) {
				found[n] = logRef{ref, branch, n}
			}
		}
	}
	out := make([]logRef, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b logRef) int { return strings.Compare(a.branch, b.branch) })
	return out
}

// sources are the logs as they are verified.
func (s *logSource) sources(f *logFlags) ([]resultlog.Source, error) {
	var out []resultlog.Source
	keys, err := s.root.Verifiers()
	if err != nil {
		return nil, err
	}
	for _, r := range s.logRefs(f.client, f.remote) {
		log, err := s.isLog(r, keys)
		if err != nil {
			return nil, err
		}
		if !log {
			s.strange = append(s.strange, r.branch)
			continue
		}
		files, err := s.git.LazyTree(s.refs[r.ref])
		if err != nil {
			return nil, err
		}
		out = append(out, resultlog.Source{
			Name: r.name, Branch: r.branch, Tip: s.refs[r.ref], Files: files, History: &logHistory{s.git, s.git.Differ(), s.refs[r.ref]},
		})
	}
	switch {
	case len(out) > 0:
		return out, f.remind(out)
	case len(s.strange) > 0 && !s.signs(f.remote, keys): // this machine's root may be the wrong one
		return nil, fmt.Errorf("%w: no log key of the root of trust signed that of %s\nhas this machine the same root of trust as the others? compare the digests of patchops trust show",
			resultlog.ErrCheckpoint, strings.Join(s.strange, ", "))
	}
	return nil, noLogs(f, s.where)
}

// logs opens what the flags name, which close closes, with the logs that they ask for.
func (a *app) logs(ctx context.Context, f *logFlags) (*logSource, []resultlog.Source, error) {
	s, err := a.logSource(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	sources, err := s.sources(f)
	if err != nil {
		s.close()
		return nil, nil, err
	}
	return s, sources, nil
}

// signs reports whether a key of the root signed any log here.
func (s *logSource) signs(remote string, keys note.Verifiers) bool {
	return slices.ContainsFunc(s.logRefs("", remote), func(r logRef) bool {
		log, err := s.isLog(r, keys)
		return log && err == nil
	})
}

// isLog reports whether anything on a branch was ever signed as this log by a key of the root:
// whoever may push can make a branch with such a name, and that is no log. That the branch of
// one that was seen before is gone is a matter for the witness.
func (s *logSource) isLog(r logRef, keys note.Verifiers) (bool, error) {
	signed := func(commit string) bool {
		files, err := s.git.LazyTree(commit)
		if err != nil {
			return false
		}
		checkpoint, err := fs.ReadFile(files, "checkpoint")
		if err != nil {
			return false
		}
		_, err = resultlog.Peek(checkpoint, r.name, keys)
		return err == nil
	}
	tip := s.refs[r.ref]
	behind, known := []string{tip}, map[string]bool{tip: true}
	for at := 0; at < len(behind); at++ { // over all parents: none hides it
		if signed(behind[at]) {
			return true, nil
		}
		info, err := s.git.CommitInfo(behind[at])
		if errors.Is(err, git.ErrCorrupt) || errors.Is(err, git.ErrMissing) {
			return true, nil // what cannot be looked through is judged as a log
		}
		if err != nil {
			return false, err
		}
		for _, parent := range info.Parents {
			if !known[parent] {
				known[parent] = true
				behind = append(behind, parent)
			}
		}
	}
	return false, nil
}

// logHistory is a log's branch.
type logHistory struct {
	git    *git.Repository
	differ *git.Differ
	tip    string
}

func (h *logHistory) Commits() ([]resultlog.Commit, error) {
	list, err := h.git.FirstParents("", h.tip)
	if err != nil {
		return nil, err
	}
	out := make([]resultlog.Commit, 0, len(list))
	for _, c := range slices.Backward(list) {
		out = append(out, resultlog.Commit{ID: c.ID, Parents: len(c.Parents)})
	}
	return out, nil
}

func (h *logHistory) Changed(from, to string) ([]resultlog.Change, error) {
	list, err := h.differ.Changes(from, to)
	if err != nil {
		return nil, err
	}
	out := make([]resultlog.Change, 0, len(list))
	for _, c := range list {
		out = append(out, resultlog.Change{Path: c.Path, Added: c.Before == "", Removed: c.After == ""})
	}
	return out, nil
}

func (h *logHistory) Files(commit string) (fs.FS, error) { return h.git.LazyTree(commit) }

// readSmall reads a file of at most 1 MiB.
func readSmall(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return nil, fmt.Errorf("%s: no regular file of at most 1 MiB", file)
	}
	return os.ReadFile(file)
}
