package document_test

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// path builds a data path from keys and indexes.
func path(steps ...any) document.Path {
	var p document.Path
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			p = append(p, document.Segment{Key: s})
		case int:
			p = append(p, document.Segment{Index: s})
		}
	}
	return p
}

func place(d *document.Document, steps ...any) string {
	at := d.At(path(steps...))
	return fmt.Sprintf("%s:%d:%d", at.File, at.Line, at.Column)
}

// TestPositions: PF11. A scalar is shown itself, a map or list by its key, what
// is missing by what should hold it; columns count code points.
func TestPositions(t *testing.T) {
	const src = `# a comment
apiVersion: patchops.dev/v1alpha1
kind: "Patch"
metadata:
  name: a
  labels: {größe: groß, "x y": 1}
spec:
  text: |
    several
    lines
  waves:
  - name: one
    hosts: [a, ü, {b: c}]
  -
    name: two
  - - inner
  - {}
  empty:
  ? explicit
  : value
---
  kind: B
  list:
    - x
`
	docs, fs := document.ParseYAML("f.yaml", []byte(src))
	if len(fs) > 0 || len(docs) != 2 {
		t.Fatalf("%d documents, findings %v", len(docs), fs)
	}
	for _, c := range []struct {
		doc  int
		path []any
		want string
	}{
		{0, nil, "f.yaml:2:1"},
		{0, []any{"kind"}, "f.yaml:3:7"},
		{0, []any{"metadata"}, "f.yaml:4:1"},
		{0, []any{"metadata", "client"}, "f.yaml:4:1"},
		{0, []any{"metadata", "labels"}, "f.yaml:6:3"},
		{0, []any{"metadata", "labels", "größe"}, "f.yaml:6:19"},
		{0, []any{"metadata", "labels", "x y"}, "f.yaml:6:32"},
		{0, []any{"spec", "text"}, "f.yaml:8:9"},
		{0, []any{"spec", "waves"}, "f.yaml:11:3"},
		{0, []any{"spec", "waves", 0}, "f.yaml:12:5"},
		{0, []any{"spec", "waves", 0, "percent"}, "f.yaml:12:5"},
		{0, []any{"spec", "waves", 0, "hosts"}, "f.yaml:13:5"},
		{0, []any{"spec", "waves", 0, "hosts", 1}, "f.yaml:13:16"},
		{0, []any{"spec", "waves", 0, "hosts", 2}, "f.yaml:13:19"},
		{0, []any{"spec", "waves", 0, "hosts", 2, "b"}, "f.yaml:13:23"},
		{0, []any{"spec", "waves", 1}, "f.yaml:15:5"},
		{0, []any{"spec", "waves", 2}, "f.yaml:16:5"},
		{0, []any{"spec", "waves", 2, 0}, "f.yaml:16:7"},
		{0, []any{"spec", "waves", 3}, "f.yaml:17:5"},
		{0, []any{"spec", "waves", 9}, "f.yaml:11:3"},
		{0, []any{"spec", "empty"}, "f.yaml:18:3"},
		{0, []any{"spec", "explicit"}, "f.yaml:20:5"},
		{0, []any{"nothing", "at", "all"}, "f.yaml:2:1"},
		{1, nil, "f.yaml:22:3"},
		{1, []any{"list"}, "f.yaml:23:3"},
		{1, []any{"list", 0}, "f.yaml:24:7"},
	} {
		if got := place(&docs[c.doc], c.path...); got != c.want {
			t.Errorf("document %d, %v is at %s, want %s", c.doc, path(c.path...), got, c.want)
		}
	}
}

// TestTwoDocumentsInOneFile: PF7 and Y8. No document of a file is ignored.
func TestTwoDocumentsInOneFile(t *testing.T) {
	docs, fs := document.ParseYAML("f.yaml", []byte("kind: A\nmetadata: {name: x, client: c}\n---\nkind: B\nmetadata: {name: 7}\n...\n---\nkind: [C]\n"))
	if len(fs) > 0 || len(docs) != 3 {
		t.Fatalf("%d documents, findings %v", len(docs), fs)
	}
	for i, want := range []string{"A/c/x", "B/_/7", "/_/"} {
		if got := docs[i].ID.String(); got != want || docs[i].Index != i {
			t.Errorf("document %d is %s with index %d, want %s", i, got, docs[i].Index, want)
		}
	}
}

// TestDateStaysAString: PF9. Readers disagree about dates; ours are text.
func TestDateStaysAString(t *testing.T) {
	docs, _ := document.ParseYAML("f.yaml", []byte("freeze_until: 2026-03-29\nat: 2026-03-29T00:00:00Z\nclock: 22:30\n2026-01-01: day\n"))
	root := &docs[0].Root
	for key, want := range map[string]string{"freeze_until": "2026-03-29", "at": "2026-03-29T00:00:00Z", "clock": "22:30", "2026-01-01": "day"} {
		if v := root.Get(key); v == nil || v.Kind != document.String || v.Str != want {
			t.Errorf("%s is %v, want the string %q", key, v, want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	for src, want := range map[string]bool{
		"apiVersion: patchops.dev/v1alpha1\n": true, "apiVersion: patchops.dev/v9\n": true,
		"apiVersion: apps/v1\n": false, "kind: Patch\n": false, "apiVersion: [patchops.dev/v1]\n": false,
	} {
		docs, _ := document.ParseYAML("f.yaml", []byte(src))
		if got := docs[0].IsPatchops(); got != want {
			t.Errorf("%q is ours: %v", src, got)
		}
	}
}
