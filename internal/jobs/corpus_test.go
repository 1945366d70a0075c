package jobs

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/progress"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// tree is files by path.
type tree corpustest.Tree

func example(t testing.TB, name string) tree {
	t.Helper()
	return tree(corpustest.Example(t, name, asOf))
}

// with replaces a text in a file, which must be there; an empty old appends a document.
func (f tree) with(t testing.TB, file, old, after string) tree {
	t.Helper()
	return tree(corpustest.Tree(f).With(t, file, old, after))
}

func (f tree) corpus(t testing.TB) *corpus.Corpus {
	t.Helper()
	return corpustest.Tree(f).Corpus(t, asOf)
}

// build reads a tree, whose grants are all covered unless the options say otherwise.
func (f tree) build(t testing.TB, change ...func(*Options)) *progress.Documents {
	t.Helper()
	c := f.corpus(t)
	var files []effect.File
	for name, src := range f {
		files = append(files, effect.File{Path: name, Mode: "100644", Sum: func() effect.Digest { return sha256.Sum256(src) }})
	}
	o := Options{Commit: strings.Repeat("1", 40), AsOf: asOf, Tree: effect.Read(c, files)}
	for _, do := range change {
		do(&o)
	}
	d, err := Build(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
