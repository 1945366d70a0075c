// Package corpustest makes a corpus of files in memory, for tests: read as the pipeline
// reads them, and not judged.
package corpustest

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
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/scaffold"
)

// Tree is files by path.
type Tree map[string][]byte

// Example is one of the examples that `init` writes.
func Example(t testing.TB, name string, asOf time.Time) Tree {
	t.Helper()
	files, err := scaffold.Render(name, asOf, strings.Repeat("0", 32))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// With replaces a text in a file, which must be there; an empty old appends a document.
func (f Tree) With(t testing.TB, file, old, after string) Tree {
	t.Helper()
	out := maps.Clone(f)
	if old == "" {
		out[file] = append(bytes.Clone(out[file]), "\n---\n"+after...)
		return out
	}
	if !bytes.Contains(out[file], []byte(old)) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	out[file] = bytes.Replace(out[file], []byte(old), []byte(after), 1)
	return out
}

// Corpus indexes the documents of a tree, in which every file must be readable.
func (f Tree) Corpus(t testing.TB, asOf time.Time) *corpus.Corpus {
	t.Helper()
	return f.index(asOf, Parsed{}, func(file string, found []finding.Finding) { t.Fatalf("%s: %v", file, found) })
}

// Parsed are documents by the digest of their file and its name, for tests that
// read almost the same tree again and again.
type Parsed map[[sha256.Size]byte][]document.Document

// Readable is Corpus without what is not even YAML or CUE.
func (f Tree) Readable(asOf time.Time, known Parsed) *corpus.Corpus {
	return f.index(asOf, known, func(string, []finding.Finding) {})
}

func (f Tree) index(asOf time.Time, known Parsed, refused func(file string, found []finding.Finding)) *corpus.Corpus {
	var entries []*corpus.Entry
	for _, file := range slices.Sorted(maps.Keys(f)) {
		key := sha256.Sum256(append([]byte(file+"\x00"), f[file]...))
		docs, again := known[key]
		if !again {
			var found []finding.Finding
			if docs, found = f.documents(file); len(found) > 0 {
				refused(file, found)
			}
			known[key] = docs
		}
		for i, doc := range docs {
			if !doc.IsPatchops() {
				continue
			}
			e := corpus.Entry{
				ID: doc.ID, File: file, Index: i, Digest: sha256.Sum256(f[file]), Broken: doc.Broken,
				Name: doc.At(document.Path{{Key: "metadata"}, {Key: "name"}}),
			}
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

func (f Tree) documents(file string) ([]document.Document, []finding.Finding) {
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

// column is the kind of an asset's column, as the schema has it.
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
