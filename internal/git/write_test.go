package git_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

func empty(t testing.TB) *git.Clone {
	t.Helper()
	c, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "clone"), "origin", "/nonexistent")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tree(t testing.TB, c *git.Clone, base string, files ...git.File) string {
	t.Helper()
	id, err := c.WriteTree(t.Context(), base, files)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func listing(t testing.TB, c *git.Clone, tree string) []string {
	t.Helper()
	out := gittest.Git(t, c.Dir(), nil, "ls-tree", "-r", "--format=%(path) %(objectmode)", tree)
	return strings.FieldsFunc(out, func(r rune) bool { return r == '\n' })
}

func TestWriteTree(t *testing.T) {
	c := empty(t)
	if id := tree(t, c, ""); id != "4b825dc642cb6eb9a060e54bf8d69288fbee4904" {
		t.Errorf("the empty tree is %s", id)
	}
	base := tree(t, c, "", file("a/b/c", "1"), file("a.x", "2"), file("a0", "3"), file("z", "4"))
	blob := gittest.Git(t, c.Dir(), nil, "rev-parse", base+":z")
	remove := func(path string) git.File { return git.File{Path: path} }
	for name, test := range map[string]struct {
		files []git.File
		want  []string
	}{
		"nothing":         {nil, []string{"a.x 100644", "a/b/c 100644", "a0 100644", "z 100644"}},
		"by blob":         {[]git.File{{Path: "n/m", Mode: "100755", Blob: blob}}, []string{"a.x 100644", "a/b/c 100644", "a0 100644", "n/m 100755", "z 100644"}},
		"over":            {[]git.File{file("a/b/c", "other"), file("a/b/d", "")}, []string{"a.x 100644", "a/b/c 100644", "a/b/d 100644", "a0 100644", "z 100644"}},
		"the last file":   {[]git.File{remove("a/b/c")}, []string{"a.x 100644", "a0 100644", "z 100644"}},
		"a folder":        {[]git.File{remove("a")}, []string{"a.x 100644", "a0 100644", "z 100644"}},
		"what is not":     {[]git.File{remove("x/y/z"), remove("z/y"), remove("q")}, []string{"a.x 100644", "a/b/c 100644", "a0 100644", "z 100644"}},
		"file for folder": {[]git.File{file("a", "now"), remove("a/b/c")}, []string{"a 100644", "a.x 100644", "a0 100644", "z 100644"}},
		"folder for file": {[]git.File{file("z/y", "now"), remove("z")}, []string{"a.x 100644", "a/b/c 100644", "a0 100644", "z/y 100644"}},
		"all":             {[]git.File{remove("a"), remove("a.x"), remove("a0"), remove("z")}, nil},
	} {
		if got := listing(t, c, tree(t, c, base, test.files...)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestTreesThatAreNotWritten(t *testing.T) {
	c := empty(t)
	base := tree(t, c, "", file("a/b", "1"), file("z", "4"))
	inner := gittest.Git(t, c.Dir(), nil, "rev-parse", base+":a")
	for name, test := range map[string]struct {
		base  string
		files []git.File
		want  error
	}{
		"file in a file's place":   {base, []git.File{file("z/y", "x")}, fs.ErrExist},
		"file in a folder's place": {base, []git.File{file("a", "x")}, fs.ErrExist},
		"both at once":             {"", []git.File{file("n", "x"), file("n/m", "x")}, fs.ErrExist},
		"the emptied folder":       {base, []git.File{{Path: "a/b"}, file("a", "x"), file("a/c", "")}, fs.ErrExist},
		"missing blob":             {"", []git.File{{Path: "x", Mode: "100644", Blob: anID}}, git.ErrMissing},
		"missing base":             {anID, nil, git.ErrMissing},
		"short base":               {base[:12], nil, git.ErrRevision},
		"short blob":               {"", []git.File{{Path: "x", Mode: "100644", Blob: "0123"}}, git.ErrRevision},
		"a tree as a blob":         {"", []git.File{{Path: "x", Mode: "100644", Blob: inner}}, nil},
		"twice":                    {"", []git.File{file("x", "a"), file("x", "b")}, nil},
		"symlink":                  {"", []git.File{{Path: "x", Mode: "120000", Bytes: []byte("/etc/passwd")}}, nil},
		"submodule":                {"", []git.File{{Path: "x", Mode: "160000", Blob: anID}}, nil},
		"dot git":                  {"", []git.File{file("a/.GIT/config", "x")}, nil},
		"dot dot":                  {"", []git.File{file("../x", "x")}, nil},
		"absolute":                 {"", []git.File{file("/x", "x")}, nil},
		"empty":                    {"", []git.File{file("", "x")}, nil},
		"root":                     {"", []git.File{file(".", "x")}, nil},
		"NUL":                      {"", []git.File{file("a\x00b", "x")}, nil},
		"line feed":                {"", []git.File{file("a\nb", "x")}, nil},
		"deep":                     {"", []git.File{file(strings.Repeat("d/", 100)+"x", "x")}, nil},
		"remove nothing":           {base, []git.File{{Path: ""}}, nil},
	} {
		id, err := c.WriteTree(t.Context(), test.base, test.files)
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %s, %v, want %v", name, id, err, test.want)
		}
	}
}

// Whatever is put over whatever, git lists what a map of paths says.
func TestWriteTreeAgreesWithAMap(t *testing.T) {
	c := empty(t)
	for seed := range int64(15) {
		chance := rand.New(rand.NewSource(seed))
		model, base := map[string]bool{}, ""
		for range 4 {
			var files []git.File
			for name := range model {
				if chance.Intn(3) == 0 {
					files = append(files, git.File{Path: name})
					delete(model, name)
				}
			}
			for range chance.Intn(8) {
				name := strings.Repeat("d/", chance.Intn(4)) + fmt.Sprintf("f%d", chance.Intn(9))
				if !model[name] && !slices.ContainsFunc(files, func(f git.File) bool { return f.Path == name }) {
					files = append(files, file(name, fmt.Sprint(chance.Int())))
					model[name] = true
				}
			}
			base = tree(t, c, base, files...)
			want := make([]string, 0, len(model))
			for name := range model {
				want = append(want, name+" 100644")
			}
			got := listing(t, c, base)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: %q, want %q", seed, got, want)
			}
		}
	}
	gittest.Git(t, c.Dir(), nil, "fsck", "--strict")
}

func many(content func(int) git.File) []git.File {
	files := make([]git.File, 10_000)
	for i := range files {
		files[i] = content(i)
		files[i].Path, files[i].Mode = fmt.Sprintf("clients/c%02d/assets/a%05d.yaml", i%50, i), "100644"
	}
	return files
}

func BenchmarkWriteTree(b *testing.B) {
	c := empty(b)
	fresh := many(func(i int) git.File { return git.File{Bytes: fmt.Appendf(nil, "asset: %d\n", i)} })
	base := tree(b, c, "", fresh...)
	ids := strings.Fields(gittest.Git(b, c.Dir(), nil, "ls-tree", "-r", "--format=%(objectname)", base))
	byID := many(func(i int) git.File { return git.File{Blob: ids[i]} })
	for name, run := range map[string]func(){
		"10000 by id":    func() { tree(b, c, "", byID...) },
		"10000 contents": func() { tree(b, c, "", fresh...) },
		"one over 10000": func() { tree(b, c, base, file("clients/c01/x.yaml", "x")) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run()
			}
		})
	}
}
