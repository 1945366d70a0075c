package controller

import (
	"errors"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/git"
)

// TestSinceWhenFilesSayWhatTheySay: the newest authorised tip that changed a file counts;
// each tip is compared once, and those that are older than every fact are not.
func TestSinceWhenFilesSayWhatTheySay(t *testing.T) {
	came := map[string][]string{"b": {"x", "y"}, "c": {"x"}, "d": {"z"}, "e": {"y"}, "other": {"x"}}
	var asked []string
	changes := func(_, to string) (out []git.Changed, err error) {
		asked = append(asked, to)
		for _, path := range came[to] {
			out = append(out, git.Changed{Path: path})
		}
		return out, nil
	}
	var d declared
	for _, c := range []struct {
		name   string
		tips   []string
		since  []int64
		oldest int64
		asked  []string
		x, y   int64
	}{
		{"facts of yesterday", []string{"a", "b", "c", "d"}, []int64{0, 10, 20, 30}, 15, []string{"d", "c"}, 20, 0},
		{"the same", []string{"a", "b", "c", "d"}, []int64{0, 10, 20, 30}, 15, nil, 20, 0},
		{"one more", []string{"a", "b", "c", "d", "e"}, []int64{0, 10, 20, 30, 40}, 15, []string{"e"}, 20, 40},
		{"an older fact", []string{"a", "b", "c", "d", "e"}, []int64{0, 10, 20, 30, 40}, 1, []string{"b"}, 20, 40},
		{"another history", []string{"a", "other"}, []int64{0, 50}, 1, []string{"other"}, 50, 0},
	} {
		asked = nil
		if err := d.reach(c.tips, c.since, c.oldest, changes); err != nil || !slices.Equal(asked, c.asked) || d.at["x"] != c.x || d.at["y"] != c.y {
			t.Errorf("%s: compared %q, wanted %q; x since %d, y since %d, wanted %d, %d; %v", c.name, asked, c.asked, d.at["x"], d.at["y"], c.x, c.y, err)
		}
	}
	gone := errors.New("gone")
	if err := d.reach([]string{"q", "r"}, []int64{0, 9}, 1, func(string, string) ([]git.Changed, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("%v, wanted %v", err, gone)
	}
	if d.first != 2 {
		t.Error("what could not be read counts as read")
	}
}
