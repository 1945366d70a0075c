package jobs

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/scaffold"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// tree is files by path.
type tree map[string][]byte

func example(t testing.TB, name string) tree {
	t.Helper()
	files, err := scaffold.Render(name, asOf, strings.Repeat("0", 32))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// with replaces a text in a file, which must be there; an empty old appends a document.
func (f tree) with(t testing.TB, file, old, replacement string) tree {
	t.Helper()
	out := maps.Clone(f)
	if old == "" {
		out[file] = append(bytes.Clone(out[file]), "\n---\n"+replacement...)
		return out
	}
	if !bytes.Contains(out[file], []byte(old)) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	out[file] = bytes.Replace(out[file], []byte(old), []byte(replacement), 1)
	return out
}

func (f tree) corpus(t testing.TB) *corpus.Corpus {
	t.Helper()
	var entries []*corpus.Entry
	for _, file := range slices.Sorted(maps.Keys(f)) {
		docs, found := f.documents(file)
		if len(found) > 0 {
			t.Fatalf("%s: %v", file, found)
		}
		for i, doc := range docs {
			if !doc.IsPatchops() {
				continue
			}
			e := corpus.Entry{ID: doc.ID, File: file, Index: i, Digest: sha256.Sum256(f[file]), Broken: doc.Broken}
			if doc.ID.Kind == "AssetList" {
				e.Bulk = doc.Root.Get("spec").Get("file").Text()
			}
			entries = append(entries, corpus.NewEntry(e, func() *document.Document { return &doc }))
		}
	}
	read := func(name string) ([]byte, bool) {
		src, ok := f[name]
		return src, ok
	}
	return corpus.New(asOf.Format(time.RFC3339), entries, read, rows)
}

func (f tree) documents(file string) ([]document.Document, []finding.Finding) {
	switch {
	case strings.HasPrefix(file, "schemas/"):
		return nil, nil
	case path.Ext(file) == ".yaml":
		return document.ParseYAML(file, f[file])
	case path.Ext(file) == ".cue":
		return document.EvaluateCUE(file, f[file])
	}
	return nil, nil
}

func rows(file string, src []byte) []document.Value {
	var out []document.Value
	document.ParseRows(file, src, column, func(row document.Value) { out = append(out, row) })
	return out
}

func column(name string) document.ColumnKind {
	switch name {
	case "tier":
		return document.Integer
	case "snapshot":
		return document.Boolean
	case "dependsOn", "windowRefs", "applications", "complianceScopes":
		return document.Texts
	}
	if strings.Contains(name, ".") {
		return document.Entry
	}
	return document.Text
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
