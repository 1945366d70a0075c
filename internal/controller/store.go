package controller

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/patchops/patchops/internal/git"
)

// cloneStore is a clone with its repository open for reading.
type cloneStore struct {
	*git.Clone
	repository *git.Repository
}

func open(c *git.Clone) (*cloneStore, error) {
	r, err := c.Repository()
	if err != nil {
		return nil, err
	}
	return &cloneStore{c, r}, nil
}

// reopen lets later reads see the packs that came in.
func (s *cloneStore) reopen() error {
	r, err := s.Repository()
	if err != nil {
		return err
	}
	err = s.repository.Close()
	s.repository = r
	return err
}

// Fetch implements Store.
func (s *cloneStore) Fetch(ctx context.Context, refspecs ...string) error {
	return errors.Join(s.Clone.Fetch(ctx, refspecs...), s.reopen())
}

// Witnesses are the commits of a line whose trees hold all that ever stood there.
func (s *cloneStore) Witnesses(line []git.Commit) ([]string, error) {
	return s.repository.Witnesses(line)
}

// Info implements Store.
func (s *cloneStore) Info(id string) (git.Commit, error) { return s.repository.CommitInfo(id) }

// FirstParents implements Store.
func (s *cloneStore) FirstParents(stop, tip string) ([]git.Commit, error) {
	return s.repository.FirstParents(stop, tip)
}

// IsAncestor implements Store.
func (s *cloneStore) IsAncestor(a, b string) (bool, error) { return s.repository.IsAncestor(a, b) }

// Files implements Store.
func (s *cloneStore) Files(commit string) (fs.FS, error) { return s.repository.LazyTree(commit) }

// Close implements Store.
func (s *cloneStore) Close() error { return s.repository.Close() }

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
