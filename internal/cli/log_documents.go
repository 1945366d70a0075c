package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// documentsRef is below which an exported bundle keeps commits with documents that no other
// commit in it leads to.
const documentsRef = "refs/patchops/documents/"

// mostHistory is how many commits of documents an export looks through.
const mostHistory = 1_000_000

// named are the commits that records name, whose documents say whether they hold.
type named map[string]bool

// visit sees every record that is exported.
func (n named) visit(_ resultlog.Name, _ resultlog.Place, r *resultlog.Record) error {
	switch r.Kind {
	case resultlog.Approval, resultlog.Consent, resultlog.Merge:
		n[r.Base], n[r.Head], n[r.Commit] = true, true, true
	case resultlog.RunBegun, resultlog.Schedule, resultlog.WaveBegun:
		n[r.Commit] = true
	}
	return nil
}

// documentRefs are refs for a bundle, by commit, so that all commits that are named are in it;
// and how many are not here.
func (s *logSource) documentRefs(n named) (refs map[string]string, absent int, err error) {
	delete(n, "")
	n[s.root.Genesis.Commit] = true
	var here []git.Commit
	for _, id := range slices.Sorted(maps.Keys(n)) {
		c, err := s.git.CommitInfo(id)
		if errors.Is(err, git.ErrMissing) {
			absent++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		here = append(here, c)
	}
	// The newest first: from the last merge almost all others are reached.
	slices.SortStableFunc(here, func(a, b git.Commit) int { return b.Time.Compare(a.Time) })
	refs, reached := map[string]string{s.root.Genesis.Commit: documentsRef + s.root.Genesis.Commit}, map[string]bool{s.root.Genesis.Commit: true}
	from := s.root.Genesis.Commit
	for _, c := range here {
		if reached[c.ID] {
			continue
		}
		refs[c.ID] = documentsRef + c.ID
		list, err := s.git.Between(from, c.ID, mostHistory)
		if err != nil {
			return nil, 0, fmt.Errorf("the commits before %s: %w", c.ID, err)
		}
		for _, before := range list {
			reached[before.ID] = true
		}
		if from == s.root.Genesis.Commit {
			from = c.ID // of the others only what this does not lead to
		}
	}
	return refs, absent, nil
}
