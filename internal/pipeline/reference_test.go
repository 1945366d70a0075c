package pipeline

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/shape"
)

var update = flag.Bool("update", false, "write the pages of docs/reference anew")

const referenceDir = "../../docs/reference"

// TestReferencePages: docs/reference says of every kind what the schema says.
func TestReferencePages(t *testing.T) {
	shapes, err := Shapes()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{"README.md": referenceIndex(shapes)}
	for _, kind := range shapes.KindNames() {
		pages[kind+".md"] = referencePage(kind, shapes.Kinds[kind])
	}
	for _, name := range kindPages(t) {
		if _, wanted := pages[name]; wanted {
			continue
		}
		if !*update {
			t.Errorf("docs/reference/%s is of no kind: make golden", name)
		} else if err := os.Remove(filepath.Join(referenceDir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range pages {
		path := filepath.Join(referenceDir, name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("docs/reference/%s is not what the schemas say: make golden (%v)", name, err)
		}
	}
}

// kindPages are the pages that are named as kinds are; other tests write others.
func kindPages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(referenceDir, "[A-Z]*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range pages {
		pages[i] = filepath.Base(pages[i])
	}
	return pages
}

func referenceIndex(shapes *shape.Set) string {
	var b strings.Builder
	b.WriteString("# Kinds\n\n[Commands](commands.md) and [reason codes](reason-codes.md) have pages of their own. Written from `schemas/` by `make golden`; a test keeps it true.\n\n| kind | what it declares |\n|---|---|\n")
	for _, kind := range shapes.KindNames() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", kind, kind, cell(shapes.Kinds[kind].Doc))
	}
	return b.String()
}

func referencePage(kind string, n *shape.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\nWritten from `%s` by `make golden`.\n\n", kind, n.Doc, n.Pos.File)
	writeTable(&b, n)
	for _, used := range shape.Uses(n) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", used.Name, used.Doc)
		if used.Map != nil {
			b.WriteString("\n")
			writeTable(&b, used)
		}
	}
	return b.String()
}

func writeTable(b *strings.Builder, n *shape.Node) {
	b.WriteString("| field | type | required | |\n|---|---|---|---|\n")
	for _, row := range shape.FieldTable(n) {
		required := ""
		switch {
		case row.OneOf != "":
			required = "one of " + row.OneOf
		case row.Required:
			required = "yes"
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s | %s |\n", row.Path, cell(row.Type), required, cell(row.Doc))
	}
}

// cell is text inside a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", "\\|")
}
