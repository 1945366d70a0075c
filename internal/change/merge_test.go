package change_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/finding"
)

// tree makes entries of "path blob" or "path blob mode", sorted.
func tree(lines ...string) []change.Entry {
	var out []change.Entry
	for _, l := range lines {
		f := strings.Fields(l)
		e := change.Entry{Path: f[0], Blob: f[1], Mode: "100644"}
		if len(f) > 2 {
			e.Mode = f[2]
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b change.Entry) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func paths(entries []change.Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Path+"="+e.Blob)
	}
	return strings.Join(out, " ")
}

func TestMergeJoinsByPath(t *testing.T) {
	base := tree("a 1", "b 1", "dir/c 1")
	for name, c := range map[string]struct {
		ours, theirs []change.Entry
		want         string
		conflicts    string
	}{
		"nothing moved":                 {base, base, "a=1 b=1 dir/c=1", ""},
		"only theirs":                   {base, tree("a 2", "b 1", "dir/c 1"), "a=2 b=1 dir/c=1", ""},
		"only ours":                     {tree("a 2", "b 1", "dir/c 1"), base, "a=2 b=1 dir/c=1", ""},
		"two paths":                     {tree("a 2", "b 1", "dir/c 1"), tree("a 1", "b 2", "dir/c 1"), "a=2 b=2 dir/c=1", ""},
		"both alike":                    {tree("a 2", "b 1", "dir/c 1"), tree("a 2", "b 1", "dir/c 1"), "a=2 b=1 dir/c=1", ""},
		"both removed":                  {tree("b 1", "dir/c 1"), tree("b 1", "dir/c 1"), "b=1 dir/c=1", ""},
		"both changed":                  {tree("a 2", "b 1", "dir/c 1"), tree("a 3", "b 1", "dir/c 1"), "a=2 b=1 dir/c=1", "a"},
		"changed and removed":           {tree("a 2", "b 1", "dir/c 1"), tree("b 1", "dir/c 1"), "a=2 b=1 dir/c=1", "a"},
		"removed and changed":           {tree("b 1", "dir/c 1"), tree("a 2", "b 1", "dir/c 1"), "b=1 dir/c=1", "a"},
		"both added":                    {tree("a 1", "b 1", "d 1", "dir/c 1"), tree("a 1", "b 1", "d 2", "dir/c 1"), "a=1 b=1 d=1 dir/c=1", "d"},
		"mode of one, bytes of another": {tree("a 1 100755", "b 1", "dir/c 1"), tree("a 2", "b 1", "dir/c 1"), "a=1 b=1 dir/c=1", "a"},
		"folder of one, file of the other": {
			tree("a 1", "b 1", "dir/c 1", "dir/e 1"), tree("a 1", "b 1", "dir 9"), "a=1 b=1 dir=9 dir/e=1", "dir",
		},
		"file of one, folder of the other": {
			tree("a 1", "b 1", "dir/c 1", "new 1"), tree("a 1", "b 1", "dir/c 1", "new/x 1"), "a=1 b=1 dir/c=1 new=1 new/x=1", "new",
		},
		"a file becomes a folder":  {base, tree("a/x 1", "b 1", "dir/c 1"), "a/x=1 b=1 dir/c=1", ""},
		"the folder moved away":    {tree("a 1", "b 2", "dir/c 1"), tree("a 1", "b 1", "dir 1"), "a=1 b=2 dir=1", ""},
		"names between the levels": {tree("a 1", "b 1", "dir/c 1", "dir-x 1"), tree("a 1", "b 1", "dir/c 1", "dir.y/z 1"), "a=1 b=1 dir-x=1 dir.y/z=1 dir/c=1", ""},
	} {
		out, conflicts := change.Merge(base, c.ours, c.theirs)
		var at []string
		for _, x := range conflicts {
			at = append(at, x.Path)
		}
		if got := paths(out); got != c.want || strings.Join(at, " ") != c.conflicts {
			t.Errorf("%s: merged to %s with conflicts %v, wanted %s with %q", name, got, at, c.want, c.conflicts)
		}
	}
}

// names has files and folders of equal names, and names that sort between them.
var names = []string{"a", "a/b", "a/b/c", "a-", "a.b", "a0", "b", "b/a"}

// drawTree draws a tree as Git may have one: no path is a file and a folder.
func drawTree(t *rapid.T, label string) map[string]change.Entry {
	out := map[string]change.Entry{}
	for _, n := range names {
		if rapid.Bool().Draw(t, label+n) && free(out, n) {
			out[n] = change.Entry{Path: n, Mode: rapid.SampledFrom([]string{"100644", "100755"}).Draw(t, "mode"), Blob: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "blob")}
		}
	}
	return out
}

func free(m map[string]change.Entry, name string) bool {
	for other := range m {
		if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			return false
		}
	}
	return true
}

func list(m map[string]change.Entry) []change.Entry {
	return slices.SortedFunc(maps.Values(m), func(a, b change.Entry) int { return strings.Compare(a.Path, b.Path) })
}

// naive says which paths conflict, and what a merge without any holds.
func naive(base, ours, theirs map[string]change.Entry) (map[string]change.Entry, bool) {
	out, clean := map[string]change.Entry{}, true
	for _, n := range names {
		b, o, h := base[n], ours[n], theirs[n]
		r := o
		if o == b {
			r = h
		} else if h != b && h != o {
			clean = false
		}
		if r.Path != "" {
			out[n] = r
		}
	}
	for n := range out {
		m := maps.Clone(out)
		delete(m, n)
		clean = clean && free(m, n)
	}
	return out, clean
}

func TestMergeIsThatOfANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := drawTree(t, "base"), drawTree(t, "ours"), drawTree(t, "theirs")
		want, clean := naive(base, ours, theirs)
		got, conflicts := change.Merge(list(base), list(ours), list(theirs))
		if clean != (len(conflicts) == 0) {
			t.Fatalf("conflicts %v, wanted clean %v", conflicts, clean)
		}
		if clean && !slices.Equal(got, list(want)) {
			t.Fatalf("merged to %s, wanted %s", paths(got), paths(list(want)))
		}
		back, again := change.Merge(list(base), list(theirs), list(ours))
		if (len(again) == 0) != clean || clean && !slices.Equal(back, got) {
			t.Fatalf("the sides swapped: %s with %v, wanted %s with %v", paths(back), again, paths(got), conflicts)
		}
	})
}

func TestMergeOfWhatOnlyOneSideDidIsThatSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, side := list(drawTree(t, "base")), list(drawTree(t, "side"))
		for _, got := range [][]change.Entry{first(change.Merge(base, base, side)), first(change.Merge(base, side, base)), first(change.Merge(base, side, side))} {
			if !slices.Equal(got, side) {
				t.Fatalf("merged to %s, wanted %s", paths(got), paths(side))
			}
		}
	})
}

func first(out []change.Entry, _ []change.Conflict) []change.Entry { return out }

func TestConflictNamesDocumentAndBothCommits(t *testing.T) {
	ours, theirs := strings.Repeat("a", 40), strings.Repeat("b", 40)
	documents := []finding.Identity{{Kind: "PatchPlan", Client: "acme", Name: "march"}, {Kind: "PatchPlan", Client: "acme", Name: "march"}}
	for _, c := range []struct {
		conflict change.Conflict
		want     string
	}{
		{change.Conflict{Path: "plans/acme/march.yaml", Ours: "1", Theirs: "2"}, "was changed on both sides"},
		{change.Conflict{Path: "plans/acme/march.yaml", Theirs: "2"}, "no file on the target"},
		{change.Conflict{Path: "plans/acme/march.yaml", Ours: "1"}, "no file in the change"},
	} {
		got := c.conflict.Text(documents, ours, theirs)
		for _, want := range []string{"PatchPlan/acme/march in \"plans/acme/march.yaml\" ", c.want, "commit aaaaaaaaaaaa on", "commit bbbbbbbbbbbb of"} {
			if strings.Count(got, want) != 1 {
				t.Errorf("%q, wanted %q in it once", got, want)
			}
		}
	}
}
