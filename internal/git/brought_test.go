package git_test

import (
	"errors"
	"math/rand"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// TestBrought: of random histories, the oldest on the line of first parents that reaches a commit.
func TestBrought(t *testing.T) {
	r := gittest.Bare(t)
	ids := randomHistory(t, r, 7, 80)
	open, err := git.Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	chance := rand.New(rand.NewSource(7))
	for range 60 {
		tip, id := ids[chance.Intn(len(ids))], ids[chance.Intn(len(ids))]
		line, err := open.FirstParents("", tip)
		if err != nil {
			t.Fatal(err)
		}
		by, before := "", ""
		for i, c := range line {
			if there, err := open.IsAncestor(id, c.ID); err != nil {
				t.Fatal(err)
			} else if !there {
				break
			}
			if by, before = c.ID, ""; i+1 < len(line) {
				before = line[i+1].ID
			}
		}
		gotBy, gotBefore, err := open.Brought(tip, id)
		if by == "" {
			if !errors.Is(err, git.ErrRewound) {
				t.Errorf("%s in %s: %v, wanted that it is not reached", id, tip, err)
			}
			continue
		}
		if err != nil || gotBy != by || gotBefore != before {
			t.Errorf("%s in %s: %s after %s, %v; wanted %s after %s", id, tip, gotBy, gotBefore, err, by, before)
		}
	}
}
