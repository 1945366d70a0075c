package git_test

import (
	"errors"
	"fmt"
	"math/rand"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// randomHistory writes commits with up to three parents and wrong clocks.
func randomHistory(t *testing.T, r *gittest.Remote, seed int64, count int) []string {
	t.Helper()
	chance := rand.New(rand.NewSource(seed))
	var stream strings.Builder
	for i := 1; i <= count; i++ {
		date := gittest.Date + int64(i*60) + int64(chance.Intn(600)-300)
		fmt.Fprintf(&stream, "commit refs/heads/c%d\nmark :%d\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nx\n", i, i, date)
		parents := map[int]bool{}
		for range chance.Intn(3) + 1 {
			if i > 1 {
				parents[max(1, i-1-chance.Intn(8))] = true
			}
		}
		key := "from"
		for p := range parents {
			fmt.Fprintf(&stream, "%s :%d\n", key, p)
			key = "merge"
		}
		stream.WriteString("\n")
	}
	gittest.Git(t, r.Dir, []byte(stream.String()), "fast-import", "--quiet")
	out := make([]string, count)
	for i := range out {
		out[i] = r.Git("rev-parse", fmt.Sprintf("refs/heads/c%d", i+1))
	}
	return out
}

// A second walk over the same history reads nothing.
func TestCommitsAreReadOnce(t *testing.T) {
	r := gittest.Bare(t)
	ids := randomHistory(t, r, 1, 60)
	open, err := git.Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	walk := func() {
		if found, err := open.IsAncestor(ids[0], ids[59]); err != nil || !found {
			t.Fatalf("%v %v", found, err)
		}
	}
	walk()
	if n := testing.AllocsPerRun(5, walk); n > 300 { // 5,000 and more where each commit is read
		t.Errorf("%v allocations", n)
	}
}

// What the walks say is what git says.
func TestHistoryAgreesWithGit(t *testing.T) {
	for seed := range int64(4) {
		r := gittest.Bare(t)
		ids := randomHistory(t, r, seed, 60)
		open, err := git.Open(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		chance := rand.New(rand.NewSource(seed))
		for range 40 {
			a, b := ids[chance.Intn(len(ids))], ids[chance.Intn(len(ids))]
			agree(t, r, open, a, b)
		}
		_ = open.Close()
	}
}

func agree(t *testing.T, r *gittest.Remote, open *git.Repository, a, b string) {
	t.Helper()
	is := exec.Command("git", "merge-base", "--is-ancestor", a, b)
	is.Dir, is.Env = r.Dir, gittest.Environment()
	got, err := open.IsAncestor(a, b)
	if want := is.Run() == nil; err != nil || got != want {
		t.Errorf("IsAncestor(%s, %s) = %v, %v; want %v", a, b, got, err, want)
	}
	between, err := open.Between(a, b, 100)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 0, len(between))
	for _, c := range between {
		ids = append(ids, c.ID)
	}
	want := strings.Fields(r.Git("rev-list", a+".."+b))
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(ids)); !slices.Equal(got, want) {
		t.Errorf("Between(%s, %s): %d commits, want %d", a, b, len(got), len(want))
	}
	if len(want) > 0 {
		// Its signer is the author of a change, whatever the dates of commits say.
		if ids[0] != b {
			t.Errorf("Between(%s, %s) begins with %s, wanted the head", a, b, ids[0])
		}
		if _, err := open.Between(a, b, len(want)-1); !errors.Is(err, git.ErrTooMany) {
			t.Errorf("a limit one too low: %v", err)
		}
	}
	line, err := open.FirstParents(a, b)
	wantLine := strings.Fields(r.Git("rev-list", "--first-parent", b))
	at := slices.Index(wantLine, a)
	switch {
	case at < 0 && !errors.Is(err, git.ErrRewound):
		t.Errorf("FirstParents(%s, %s): %v, want ErrRewound", a, b, err)
	case at >= 0 && (err != nil || len(line) != at || at > 0 && line[at-1].ID != wantLine[at-1]):
		t.Errorf("FirstParents(%s, %s) = %d, %v; want %d", a, b, len(line), err, at)
	}
}

// R39: a branch that was force-pushed is known by its last tip, also when the
// commit it stood at is gone.
func TestARewindIsSeen(t *testing.T) {
	r := gittest.Bare(t)
	r.Seed(gittest.Commit{}, gittest.Commit{Message: "two\n"})
	c := clone(t, r)
	before := branches(t, c)["main"]
	r.Git("update-ref", mainRef, r.Git("rev-parse", "main~1"))
	forged := r.Seed(gittest.Commit{Message: "forged\n"})[0]
	fetch(t, c)
	open := repository(t, c)
	if ok, err := open.IsAncestor(before, branches(t, c)["main"]); ok || err != nil {
		t.Errorf("from %s to %s: %v, %v", before, forged, ok, err)
	}
	if _, err := open.FirstParents(before, forged); !errors.Is(err, git.ErrRewound) {
		t.Errorf("first parents: %v", err)
	}
	if _, err := open.IsAncestor(anID, forged); !errors.Is(err, git.ErrMissing) {
		t.Errorf("a tip that is gone: %v", err)
	}
}

func TestFirstParentsToTheFirst(t *testing.T) {
	r := gittest.Bare(t)
	ids := r.Seed(gittest.Commit{}, gittest.Commit{Message: "two\n"}, gittest.Commit{Message: "three\n"})
	open := repository(t, clone(t, r))
	all, err := open.FirstParents("", ids[2])
	if err != nil || len(all) != 3 || all[0].ID != ids[2] || all[2].ID != ids[0] || all[1].Message != "two\n" {
		t.Errorf("%+v, %v", all, err)
	}
	if none, err := open.FirstParents(ids[2], ids[2]); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	for _, bad := range []string{"", "main", ids[0][:10]} {
		if _, err := open.FirstParents(ids[0], bad); !errors.Is(err, git.ErrRevision) {
			t.Errorf("tip %q: %v", bad, err)
		}
		if _, err := open.Between(bad, ids[0], 9); !errors.Is(err, git.ErrRevision) {
			t.Errorf("base %q: %v", bad, err)
		}
		if _, err := open.IsAncestor(bad, ids[0]); !errors.Is(err, git.ErrRevision) {
			t.Errorf("ancestor %q: %v", bad, err)
		}
	}
}
