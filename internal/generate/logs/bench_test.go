package logs

import (
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// BenchmarkOpen opens the log of the repository in PATCHOPS_LOG, one that logbench
// made.
func BenchmarkOpen(b *testing.B) {
	dir := os.Getenv("PATCHOPS_LOG")
	if dir == "" {
		b.Skip("PATCHOPS_LOG is not set")
	}
	r, err := git.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	n := resultlog.Name{Repository: Repository, Client: "acme", Year: 2026}
	tip, err := r.Resolve("refs/heads/" + n.Branch(Prefix))
	if err != nil {
		b.Fatal(err)
	}
	root, _ := Root()
	keys, err := root.Verifiers()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		files, err := r.LazyTree(tip)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := resultlog.Verify([]resultlog.Source{{Name: n, Files: files, History: history{r, r.Differ(), tip}}}, resultlog.Options{Keys: keys}); err != nil {
			b.Fatal(err)
		}
	}
}

// history is a branch as the commands read it.
type history struct {
	git    *git.Repository
	differ *git.Differ
	tip    string
}

func (h history) Commits() ([]resultlog.Commit, error) {
	list, err := h.git.FirstParents("", h.tip)
	var out []resultlog.Commit
	for _, c := range slices.Backward(list) {
		out = append(out, resultlog.Commit{ID: c.ID, Parents: len(c.Parents)})
	}
	return out, err
}

func (h history) Changed(from, to string) ([]resultlog.Change, error) {
	list, err := h.differ.Changes(from, to)
	var out []resultlog.Change
	for _, c := range list {
		out = append(out, resultlog.Change{Path: c.Path, Added: c.Before == "", Removed: c.After == ""})
	}
	return out, err
}

func (h history) Files(commit string) (fs.FS, error) { return h.git.LazyTree(commit) }
