package report

import (
	"bytes"
	"strings"
	"testing"
)

// TestTableAlignsByCells: columns begin where they begin on a terminal, also behind
// wide characters and combining marks.
func TestTableAlignsByCells(t *testing.T) {
	tab := table{indent: "  ", head: []string{"name", "value"}}
	names := []string{"a", "日本語", "u\u0308ber", "long-host-name.example.com"}
	for _, n := range names {
		tab.add(n, "X")
	}
	var b bytes.Buffer
	tab.write(&b, view{}.paint)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != len(names)+1 {
		t.Fatalf("%d lines, wanted %d", len(lines), len(names)+1)
	}
	for _, line := range lines[1:] {
		before, _, found := strings.Cut(line, "X")
		if got := width(strings.TrimPrefix(before, "  ")); !found || got != 28 {
			t.Errorf("the column of %q begins at %d, wanted 28", line, got)
		}
	}
	b.Reset()
	(&table{head: []string{"a"}}).write(&b, view{}.paint)
	if b.Len() != 0 {
		t.Errorf("a table without rows is %q", b.String())
	}
}
