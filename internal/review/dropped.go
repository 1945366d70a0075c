package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/change"
)

// Whoever merges by hand may take nothing over (git merge -s ours), or only some files: then
// the history says that a change is merged, and the documents do not.

// Dropped are the paths that a head, which is in the history of a tip, changed and that were
// left as they were by the commit that brought it there.
func Dropped(s Source, tip, head string) (paths []string, by string, err error) {
	by, before, err := s.Brought(tip, head)
	if err != nil || before == "" || by == head {
		return nil, by, err
	}
	base, problem, err := s.MergeBase(before, head)
	if err != nil || problem != "" {
		return nil, by, err
	}
	var at [4]map[string]change.Entry
	for i, commit := range []string{base, before, head, by} {
		state, err := s.Commit(commit)
		if err != nil {
			return nil, by, err
		}
		at[i] = map[string]change.Entry{}
		for _, e := range state.Entries {
			at[i][e.Path] = e
		}
	}
	for i := range at {
		for path := range at[i] {
			was, old, wanted, got := at[0][path], at[1][path], at[2][path], at[3][path]
			if was != wanted && old != wanted && got == old {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), by, nil
}

// NotTaken says what became of a change that is in the history alone.
func NotTaken(paths []string, by string) string {
	names := make([]string, 0, mostNamed+1)
	for i, path := range paths {
		if i == mostNamed {
			names = append(names, fmt.Sprintf("and %d more", len(paths)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q", path))
	}
	return fmt.Sprintf("commit %s merged it in name only: it left %s as the target had it; propose that again on a new branch from the target, as new commits",
		change.Short(by), strings.Join(names, ", "))
}
