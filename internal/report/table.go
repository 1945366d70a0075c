package report

import "bytes"

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
	for i, cell := range t.head {
		widths[i] = width(cell)
	}
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	b.WriteByte('\n')
	b.WriteString(t.indent)
	b.WriteString(paint(dim, string(appendLine(nil, t.head, widths))))
	b.WriteByte('\n')
	for _, row := range t.rows {
		b.WriteString(t.indent)
		b.Write(appendLine(b.AvailableBuffer(), row, widths))
		b.WriteByte('\n')
	}
}

// appendLine appends cells to a line, without blanks at its end.
func appendLine(b []byte, cells []string, widths []int) []byte {
	from := len(b)
	for i, cell := range cells {
		b = append(b, cell...)
		for n := widths[i] - width(cell) + 2; n > 0; n-- {
			b = append(b, ' ')
		}
	}
	for len(b) > from && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
