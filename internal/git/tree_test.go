package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTreeIsAFileSystem(t *testing.T) {
	s := newSandbox(t)
	s.write("patchops.yaml", "kind: Config\n")
	s.write("plans/acme/a.yaml", "kind: PatchPlan\n")
	s.write("plans/acme/b.yaml", "kind: PatchPlan # b\n")
	s.write("plans/x-y.yaml", "")
	s.write("plans/x/z.yaml", "z")
	s.write("run.sh", "#!/bin/sh\n")
	if err := os.Chmod(filepath.Join(s.dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	loose := s.commit("one")
	s.write("plans/acme/b.yaml", "kind: PatchPlan # changed\n")
	s.commit("two")
	for _, packed := range []bool{false, true} {
		if packed {
			s.git("gc", "-q")
		}
		tree := readTree(t, s.open(), loose, "")
		if err := fstest.TestFS(tree, "patchops.yaml", "plans/acme/a.yaml", "plans/acme/b.yaml", "plans/x/z.yaml"); err != nil {
			t.Error(err)
		}
		wantProblems(t, tree)
		if b, err := fs.ReadFile(tree, "plans/acme/b.yaml"); err != nil || string(b) != "kind: PatchPlan # b\n" {
			t.Errorf("%q, %v", b, err)
		}
		for _, e := range tree.Entries() {
			if want := s.git("rev-parse", loose+":"+e.Path); e.ID != want {
				t.Errorf("%s: id %s, want %s", e.Path, e.ID, want)
			}
			if executable := e.Mode&0o111 != 0; executable != (e.Path == "run.sh") {
				t.Errorf("%s: mode %v", e.Path, e.Mode)
			}
		}
	}
}

func TestTreeBelowAPrefix(t *testing.T) {
	s := newSandbox(t)
	s.write("ops/patchops.yaml", "kind: Config\n")
	s.write("ops/plans/a.yaml", "a\n")
	s.write("other.yaml", "other\n")
	c := s.commit("one")
	r := s.open()
	if got := paths(readTree(t, r, c, "ops")); !slices.Equal(got, []string{"patchops.yaml", "plans/a.yaml"}) {
		t.Errorf("got %q", got)
	}
	for _, prefix := range []string{"nowhere", "other.yaml", "ops/nowhere"} {
		if _, err := r.Tree(c, prefix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("prefix %q: %v", prefix, err)
		}
	}
	if _, err := r.Tree(c, "../x"); err == nil {
		t.Error("a prefix outside the repository is taken")
	}
}

func TestHostileTrees(t *testing.T) {
	s := newSandbox(t)
	good, other := s.blob("good\n"), s.blob("other\n")
	target := s.blob("/etc/passwd")
	inner := s.tree(one{"100644", "x", good})
	commit := s.commitTree(inner)
	long := strings.Repeat("n", 256)
	for name, c := range map[string]struct {
		tree  []one
		want  []string
		files []string
	}{
		"symlink":          {[]one{{"120000", "plan.yaml", target}}, []string{"git/mode plan.yaml"}, []string{"plan.yaml"}},
		"submodule":        {[]one{{"160000", "plans", commit}}, []string{"git/mode plans"}, []string{"plans"}},
		"dot git":          {[]one{{"40000", ".git", inner}}, []string{"git/path .git"}, nil},
		"dot git, case":    {[]one{{"40000", ".GiT", inner}}, []string{"git/path .GiT"}, nil},
		"dot git, windows": {[]one{{"40000", ".git. ", inner}, {"40000", ".git::$INDEX", inner}, {"40000", "git~1", inner}}, []string{"git/path .git. ", "git/path .git::$INDEX", "git/path git~1"}, nil},
		"dot git, macos":   {[]one{{"40000", ".g\u200cit", inner}}, []string{"git/path .g\u200cit"}, []string{".g\u200cit/x"}},
		"dot dot":          {[]one{{"40000", "..", inner}}, []string{"git/path .."}, nil},
		"dot":              {[]one{{"40000", ".", inner}}, []string{"git/path ."}, nil},
		"slash":            {[]one{{"100644", "../x", good}, {"100644", "a/b", good}}, []string{"git/path ../x", "git/path a/b"}, nil},
		"empty name":       {[]one{{"100644", "", good}}, []string{"git/path "}, nil},
		"backslash":        {[]one{{"100644", `a\b`, good}}, []string{`git/path a\b`}, []string{`a\b`}},
		"control":          {[]one{{"100644", "a\nb", good}}, []string{"git/path a\nb"}, []string{"a\nb"}},
		"bidi":             {[]one{{"100644", "a\u202eb", good}}, []string{"git/path a\u202eb"}, []string{"a\u202eb"}},
		"not UTF-8":        {[]one{{"100644", "a\xff", good}}, []string{"git/path a\xff"}, nil},
		"long":             {[]one{{"100644", long, good}}, []string{"git/path " + long}, []string{long}},
		"twice":            {[]one{{"100644", "plan.yaml", good}, {"100644", "plan.yaml", other}}, []string{"git/duplicate plan.yaml"}, []string{"plan.yaml"}},
		"file and folder":  {[]one{{"100644", "plan", good}, {"40000", "plan", inner}}, []string{"git/duplicate plan"}, []string{"plan"}},
		"case twins":       {[]one{{"100644", "Plan.yaml", good}, {"100644", "plan.yaml", other}}, []string{"git/duplicate plan.yaml"}, []string{"Plan.yaml", "plan.yaml"}},
		"unsorted":         {[]one{{"100644", "b", good}, {"100644", "a", other}}, []string{"git/path a"}, []string{"a", "b"}},
		"padded folder":    {[]one{{"040000", "d", inner}}, []string{"git/mode d"}, []string{"d/x"}},
		"odd mode":         {[]one{{"100666", "a", good}}, []string{"git/mode a"}, []string{"a"}},
		"fine":             {[]one{{"100644", ".gitignore", good}, {"100755", "a.b", good}, {"40000", "a", inner}, {"100644", "a0", good}}, nil, []string{".gitignore", "a.b", "a/x", "a0"}},
	} {
		t.Run(name, func(t *testing.T) {
			tree := readTree(t, s.open(), s.commitTree(s.tree(c.tree...)), "")
			wantProblems(t, tree, c.want...)
			if got := paths(tree); !slices.Equal(got, c.files) {
				t.Errorf("files %q, want %q", got, c.files)
			}
			if err := fs.WalkDir(tree, ".", func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
				t.Error(err)
			}
		})
	}
}

// G1: the target of a symlink must not be read as the file's content.
func TestSymlinksAndSubmodulesAreNotFollowed(t *testing.T) {
	s := newSandbox(t)
	inner := s.tree(one{"100644", "x", s.blob("x")})
	c := s.commitTree(s.tree(one{"120000", "plan.yaml", s.blob("/etc/passwd")}, one{"160000", "sub", s.commitTree(inner)}))
	tree := readTree(t, s.open(), c, "")
	for name, mode := range map[string]fs.FileMode{"plan.yaml": fs.ModeSymlink, "sub": fs.ModeIrregular} {
		info, err := fs.Stat(tree, name)
		if err != nil || info.Mode().Type() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		if _, err := tree.Open(name); !errors.Is(err, ErrNotFollowed) {
			t.Errorf("open %s: %v", name, err)
		}
		if b, err := fs.ReadFile(tree, name); !errors.Is(err, ErrNotFollowed) {
			t.Errorf("read %s: %q, %v", name, b, err)
		}
	}
}

func TestLimitsOfATree(t *testing.T) {
	s := newSandbox(t)
	s.write("a/b/c/big.yaml", strings.Repeat("x", 5000))
	s.write("a/b/small.yaml", "x")
	s.write("a/small.yaml", "y")
	c := s.commit("one")
	for name, limit := range map[string]struct {
		set  func(*limits)
		want string
	}{
		"file":    {func(l *limits) { l.file = 4999 }, "git/limit a/b/c/big.yaml"},
		"files":   {func(l *limits) { l.files = 2 }, "git/limit a/small.yaml"},
		"total":   {func(l *limits) { l.total = 5000 }, "git/limit a/b/small.yaml"},
		"depth":   {func(l *limits) { l.depth = 2 }, "git/limit a/b/c"},
		"entries": {func(l *limits) { l.entries = 3 }, "git/limit a/b/c"},
	} {
		r := s.open()
		limit.set(&r.limits)
		tree := readTree(t, r, c, "")
		t.Log(name)
		wantProblems(t, tree, limit.want)
		if _, err := tree.ReadFile("a/b/c/big.yaml"); name == "file" && !errors.Is(err, ErrTooLarge) {
			t.Errorf("read over the limit: %v", err)
		}
	}
}

// Ten folders of ten folders ... hold 10^10 files in a few objects.
func TestATreeBombEnds(t *testing.T) {
	s := newSandbox(t)
	tree := s.tree(one{"100644", "f", s.blob("x")})
	for range 10 {
		var entries []one
		for name := range strings.SplitSeq("0123456789", "") {
			entries = append(entries, one{"40000", name, tree})
		}
		tree = s.tree(entries...)
	}
	r := s.open()
	r.limits.files = 5000
	got := readTree(t, r, s.commitTree(tree), "")
	if len(got.Entries()) > 5001 || len(got.Problems()) != 1 || got.Problems()[0].ID != "git/limit" {
		t.Errorf("%d entries, problems %v", len(got.Entries()), got.Problems())
	}
}
