package cli

import (
	"cmp"
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// dropped are the log keys that stay once the old ones are dropped: the one that signs on
// this machine, or none where another is drawn. It is refused while a log would be left
// that nobody could verify any more: every commit of it counts, the first as the last.
func (e *authorityEnv) dropped(ctx context.Context, draws bool) ([]string, error) {
	var kept []string
	if !draws {
		b, err := readOwn(filepath.Join(e.folder, "log.key"), 0o077)
		if err != nil {
			return nil, usage("--drop-log-keys keeps the log key of this machine, and it has none: %w", err)
		}
		verifier, err := trust.VerifierOf(string(b))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(e.trust.LogKeys, verifier) {
			return nil, usage("--drop-log-keys keeps the log key of this machine, which the root of trust does not list")
		}
		kept = []string{verifier}
	}
	lost, err := e.unreadable(ctx, kept)
	if err != nil || len(lost) == 0 {
		return kept, err
	}
	return nil, usage("--drop-log-keys: nobody could verify %s any more, where an old key signed commits\n"+
		"only keys that signed nothing can be dropped: leave the old ones listed, with --new-log-key nothing is signed by them from now on", strings.Join(lost, ", "))
}

// unreadable are the branches of logs with commits that the keys of the root verify, and
// these do not.
func (e *authorityEnv) unreadable(ctx context.Context, keys []string) ([]string, error) {
	old, err := e.trust.Verifiers()
	if err != nil {
		return nil, err
	}
	kept, err := resultlog.Verifiers(keys)
	if err != nil {
		return nil, err
	}
	branches, err := e.clone.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	prefix := e.logPrefix()
	var out []string
	for branch, commit := range branches {
		name, log := resultlog.ParseBranch(prefix, e.trust.Repository, branch)
		if !log {
			continue
		}
		commits, err := e.git.FirstParents("", commit)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(commits, func(c git.Commit) bool { return e.verifies(c.ID, name, old) && !e.verifies(c.ID, name, kept) }) {
			out = append(out, branch)
		}
	}
	slices.Sort(out)
	return out, nil
}

// verifies reports whether one of the keys signed a log's checkpoint.
func (e *authorityEnv) verifies(commit string, name resultlog.Name, keys note.Verifiers) bool {
	files, err := e.git.LazyTree(commit)
	if err != nil {
		return false
	}
	signed, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return false
	}
	_, err = resultlog.Peek(signed, name, keys)
	return err == nil
}

// logPrefix is that of the genesis, which the root of trust pins.
func (e *authorityEnv) logPrefix() string {
	prefix := e.config.LogPrefix
	tree, err := e.git.LazyTree(e.trust.Genesis.Commit)
	if err != nil {
		return prefix
	}
	if documents, err := fs.Sub(tree, cmp.Or(e.repo.prefix, ".")); err == nil {
		if c := configOf(documents); c.RepositoryID == e.trust.Repository {
			prefix = c.LogPrefix
		}
	}
	return prefix
}
