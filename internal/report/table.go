package report

import (
	"bytes"
	"strings"
)

// table is columns for people: as wide as their widest cell, two blanks between.
type table struct {
	indent string
	head   []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write prints the table below a blank line, or nothing where it has no row.
func (t *table) write(b *bytes.Buffer, paint func(sgr, s string) string) {
	if len(t.rows) == 0 {
		return
	}
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	b.WriteByte('\n')
	b.WriteString(t.indent + paint(dim, line(t.head, widths)) + "\n")
	for _, row := range t.rows {
		b.WriteString(t.indent + line(row, widths) + "\n")
	}
}

func line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", widths[i]-width(cell)+2))
	}
	return strings.TrimRight(b.String(), " ")
}
