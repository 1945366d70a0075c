package planning

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
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/scaffold"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// tree is files by path.
type tree map[string][]byte

// example is a scaffold example.
func example(t testing.TB, name string) tree {
	t.Helper()
	files, err := scaffold.Render(name, asOf, strings.Repeat("0", 32))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// change is one replacement in a file; the text must be there.
type change struct{ file, old, new string }

func (f tree) with(t testing.TB, changes ...change) tree {
	t.Helper()
	out := maps.Clone(f)
	for _, c := range changes {
		if c.old == "" {
			out[c.file] = append(bytes.Clone(out[c.file]), "\n---\n"+c.new...)
			continue
		}
		if !bytes.Contains(out[c.file], []byte(c.old)) {
			t.Fatalf("%s does not hold %q", c.file, c.old)
		}
		out[c.file] = bytes.Replace(out[c.file], []byte(c.old), []byte(c.new), 1)
	}
	return out
}

// corpus indexes the documents of a tree, without judging them.
func (f tree) corpus(t testing.TB) *corpus.Corpus {
	t.Helper()
	return f.index(parsed{}, func(file string, found []finding.Finding) { t.Fatalf("%s: %v", file, found) })
}

// parsed are documents by the digest of their file and its name, for tests that
// read almost the same tree again and again.
type parsed map[[sha256.Size]byte][]document.Document

// readable is corpus without what is not even YAML.
func (f tree) readable(known parsed) *corpus.Corpus {
	return f.index(known, func(string, []finding.Finding) {})
}

func (f tree) index(known parsed, refused func(file string, found []finding.Finding)) *corpus.Corpus {
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
