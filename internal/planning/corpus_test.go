package planning

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/rollout"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// tree is files by path.
type tree corpustest.Tree

// example is one of the examples that `init` writes.
func example(t testing.TB, name string) tree {
	t.Helper()
	return tree(corpustest.Example(t, name, asOf))
}

// change is one replacement in a file; the text must be there.
type change struct{ file, old, new string }

func (f tree) with(t testing.TB, changes ...change) tree {
	t.Helper()
	for _, c := range changes {
		f = tree(corpustest.Tree(f).With(t, c.file, c.old, c.new))
	}
	return f
}

func (f tree) corpus(t testing.TB) *corpus.Corpus {
	t.Helper()
	return corpustest.Tree(f).Corpus(t, asOf)
}

// readable is corpus without what is not even YAML.
func (f tree) readable(known corpustest.Parsed) *corpus.Corpus {
	return corpustest.Tree(f).Readable(asOf, known)
}

func build(t testing.TB, f tree) *Result {
	t.Helper()
	r, err := Build(f.corpus(t), Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func clientOf(t testing.TB, r *Result, name string) *rollout.Client {
	t.Helper()
	for i := range r.Input.Clients {
		if r.Input.Clients[i].Name == name {
			return &r.Input.Clients[i]
		}
	}
	t.Fatalf("no client %q", name)
	return nil
}

func planOf(t testing.TB, c *rollout.Client, name string) *rollout.Plan {
	t.Helper()
	for i := range c.Plans {
		if c.Plans[i].Name == name {
			return &c.Plans[i]
		}
	}
	t.Fatalf("client %q has no plan %q", c.Name, name)
	return nil
}
