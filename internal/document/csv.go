package document

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// cell is one decoded cell of a CSV file and the place of its first character,
// of its quote where it has one.
type cell struct {
	text string
	pos  Pos
}

// csvFile is a CSV file while it is read (RFC 4180, LF or CRLF, no comments).
type csvFile struct {
	*reporter
	rest []byte
	line int32 // of what rest begins with
}

// csvColumn is one column of the header.
type csvColumn struct {
	kind ColumnKind
	name string // of the field
	key  string // of the entry, where kind is Entry
}

func readCSV(r *reporter, src []byte, column func(string) ColumnKind, each Rows) {
	c := &csvFile{reporter: r, rest: src, line: 1}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		c.rest = src[len("\ufeff"):] // spreadsheets write it
	}
	head, _, ok := c.record()
	for !ok && len(c.rest) > 0 && len(r.findings) == 0 {
		head, _, ok = c.record()
	}
	switch {
	case !ok && len(r.findings) > 0:
		return
	case !ok:
		r.add("bulk/syntax", Pos{1, 1}, "the file is empty").Hint = "begin with the names of the columns"
		return
	}
	columns := c.header(head, column)
	var rows rowCount
	for len(c.rest) > 0 && !r.full() {
		cells, line, ok := c.record()
		if !rows.room(r, line, len(cells)) {
			return
		}
		if !ok {
			continue
		}
		if len(cells) != len(head) {
			r.add("bulk/row", Pos{line, 1}, "a row of %d cells, the header has %d", len(cells), len(head)).Hint = "quote cells that contain a comma"
			continue
		}
		if row, ok := c.row(columns, cells, line); ok {
			each(row)
		}
	}
}

// header reads the names of the columns. A column that is not known is reported
// once and its cells are left out.
func (c *csvFile) header(head []cell, column func(string) ColumnKind) []csvColumn {
	columns := make([]csvColumn, len(head))
	first := map[string]Pos{}
	for i, h := range head {
		before, twice := first[h.text]
		switch kind := column(h.text); {
		case h.text == "":
			c.add("bulk/syntax", h.pos, "column %d has no name", i+1).Hint = "name the column"
		case twice:
			f := c.add("bulk/syntax", h.pos, "column %q stands twice", clip(h.text))
			f.Hint = "remove one of them"
			f.Related = append(f.Related, related(c.position(before), "the first one"))
		case kind == NoColumn, kind == Entry && strings.HasSuffix(h.text, "."):
			c.add("bulk/syntax", h.pos, "no column is named %q", clip(h.text)).Hint = "remove the column, or correct its name"
		default:
			columns[i] = csvColumn{kind: kind, name: h.text}
			if name, key, ok := strings.Cut(h.text, "."); ok && kind == Entry {
				columns[i].name, columns[i].key = name, key
			}
		}
		if !twice {
			first[h.text] = h.pos
		}
	}
	return columns
}

// row turns the cells of one row into a map; an empty cell is an absent field.
func (c *csvFile) row(columns []csvColumn, cells []cell, line int32) (Value, bool) {
	v, ok := Value{Kind: Map, Pos: Pos{line, 1}}, true
	for i, col := range columns {
		cell := cells[i]
		if cell.text == "" || col.kind == NoColumn {
			continue
		}
		if len(cell.text) > MaxScalarBytes {
			c.add("bulk/limit", cell.pos, "a cell of %s bytes, at most %s are allowed", grouped(len(cell.text)), grouped(MaxScalarBytes))
			ok = false
			continue
		}
		value := cellValue(col.kind, cell)
		if col.kind == Entry {
			v.entry(col, value)
			continue
		}
		v.Keys, v.Items = append(v.Keys, Key{col.name, cell.pos}), append(v.Items, value)
	}
	return v, ok
}

// entry puts one entry into the map that a column belongs to.
func (v *Value) entry(col csvColumn, value Value) {
	m := v.Get(col.name)
	if m == nil {
		v.Keys = append(v.Keys, Key{col.name, value.Pos})
		v.Items = append(v.Items, Value{Kind: Map, Pos: value.Pos})
		m = &v.Items[len(v.Items)-1]
	}
	m.Keys, m.Items = append(m.Keys, Key{col.key, value.Pos}), append(m.Items, value)
}

func cellValue(kind ColumnKind, c cell) Value {
	switch kind {
	case Integer, Boolean:
		v := scanPlain(c.text)
		v.Pos = c.pos
		return v
	case Texts:
		v := Value{Kind: List, Pos: c.pos}
		for s := range strings.SplitSeq(c.text, ";") {
			v.Items = append(v.Items, Value{Kind: String, Str: strings.TrimSpace(s), Pos: c.pos})
		}
		return v
	}
	return Value{Kind: String, Str: c.text, Pos: c.pos}
}

// record reads one row and returns the line it begins in. It returns false for a
// blank line and for a row with a mistake.
func (c *csvFile) record() (cells []cell, line int32, ok bool) {
	line = c.line
	text, rest := cutLine(c.rest)
	used := 0
	if bytes.IndexByte(text, '"') >= 0 {
		used = c.quotedRows()
		text = bytes.TrimSuffix(bytes.TrimSuffix(c.rest[:used], []byte("\n")), []byte("\r"))
		rest = c.rest[used:]
	}
	first := c.rest
	c.line += int32(max(1, bytes.Count(c.rest[:used], []byte{'\n'})))
	c.rest = rest
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, line, false
	case rowTooLong(c.reporter, len(text), line), !cleanText(c.reporter, "bulk/row", text, Pos{line, 1}):
		return nil, line, false
	}
	cells, ok = c.cells(text, line)
	if !ok && bytes.IndexByte(text, '\n') >= 0 {
		// Most likely a quote ran away: the lines it took are rows.
		_, c.rest = cutLine(first)
		c.line = line + 1
	}
	return cells, line, ok
}

// quotedRows returns the length of the row at the beginning, which has a quote:
// line breaks inside quotes belong to it. A quote that is never closed within
// the limit of a row ends with its line, so that the rows behind it are read.
func (c *csvFile) quotedRows() int {
	open := false
	for i, b := range c.rest {
		switch {
		case b == '"':
			open = !open
		case b == '\n' && !open:
			return i + 1
		}
		if open && i > MaxRowBytes {
			break
		}
	}
	if !open {
		return len(c.rest)
	}
	if i := bytes.IndexByte(c.rest, '\n'); i >= 0 {
		return i + 1
	}
	return len(c.rest)
}

// cells splits a row.
func (c *csvFile) cells(text []byte, line int32) (cells []cell, ok bool) {
	at := Pos{line, 1}
	for {
		one := cell{pos: at}
		n := 0
		if len(text) > 0 && text[0] == '"' {
			if one.text, n, ok = c.quotedCell(text, at); !ok {
				return nil, false
			}
		} else {
			n = bytes.IndexByte(text, ',')
			if n < 0 {
				n = len(text)
			}
			one.text = string(text[:n])
			if i := strings.IndexByte(one.text, '"'); i >= 0 {
				at.Column += int32(utf8.RuneCountInString(one.text[:i]))
				c.add("bulk/row", at, "a quote inside a cell that does not begin with one").Hint = `quote the whole cell and write its quotes twice: ""`
				return nil, false
			}
		}
		cells = append(cells, one)
		at = advance(at, text[:n])
		if n == len(text) {
			return cells, true
		}
		text = text[n+1:]
		at.Column++
	}
}

// quotedCell decodes the quoted cell at the beginning and returns how many bytes
// it has.
func (c *csvFile) quotedCell(text []byte, at Pos) (string, int, bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		case i+1 == len(text) || text[i+1] == ',':
			return strings.ReplaceAll(b.String(), "\r\n", "\n"), i + 1, true
		case bytes.IndexByte(text[:i], '\n') >= 0:
			c.add("bulk/row", at, "a quote is opened and not closed in its line").Hint = "close the quote"
			return "", 0, false
		default:
			c.add("bulk/row", advance(at, text[:i+1]), "text behind a closing quote").Hint = `write quotes inside a cell twice: ""`
			return "", 0, false
		}
	}
	c.add("bulk/row", at, "a quote is opened and never closed").Hint = "close the quote"
	return "", 0, false
}

// advance moves a place over a text.
func advance(at Pos, text []byte) Pos {
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		at.Line += int32(bytes.Count(text, []byte{'\n'}))
		at.Column = 1
		text = text[i+1:]
	}
	at.Column += int32(utf8.RuneCount(text))
	return at
}
