package document

import (
	"bytes"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// ColumnKind says how the text of a CSV cell becomes a value. The caller takes
// it from the schema of the rows.
type ColumnKind uint8

// The kinds of columns. Text is a string, Integer and Boolean are written as in
// YAML, Texts is a list of strings joined by ";", Entry is one entry of a map:
// its name is what stands behind the dot ("labels.team").
const (
	NoColumn ColumnKind = iota // no such column
	Text
	Integer
	Boolean
	Texts
	Entry
)

// Rows receives the rows of a bulk file one after the other, each a Map whose
// values have their places in the file. Only what it keeps stays in memory.
type Rows func(row Value)

// ParseRows reads a bulk file, ".csv" or JSON Lines (".jsonl", ".ndjson"). A row
// with a mistake is a finding and is left out; the others are still read.
// column is asked for every column of a CSV header.
func ParseRows(path string, src []byte, column func(name string) ColumnKind, each Rows) []finding.Finding {
	r := &reporter{file: path, limitID: "bulk/limit"}
	switch {
	case len(src) > MaxBulkBytes:
		r.add("bulk/limit", Pos{1, 1}, "the file has %s bytes, at most %s are allowed", grouped(len(src)), grouped(MaxBulkBytes)).Hint = "split the file"
	case strings.HasSuffix(path, ".csv"):
		readCSV(r, src, column, each)
	case strings.HasSuffix(path, ".jsonl"), strings.HasSuffix(path, ".ndjson"):
		readJSONLines(r, src, each)
	default:
		r.add("bulk/syntax", Pos{1, 1}, "%q is neither CSV nor JSON Lines", path).Hint = "name it .csv, .jsonl or .ndjson"
	}
	return r.sorted()
}

// IsBulk reports whether a file's name is that of a bulk file.
func IsBulk(path string) bool {
	return strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, ".ndjson")
}

// cutLine splits src behind its first line break; a carriage return before the
// break belongs to the break.
func cutLine(src []byte) (line, rest []byte) {
	row, rest, ok := bytes.Cut(src, []byte{'\n'})
	if !ok {
		return src, nil
	}
	return bytes.TrimSuffix(row, []byte{'\r'}), rest
}

// rowCount counts what the rows of a file hold.
type rowCount struct{ rows, values int }

// room reports whether one more row of that many values may follow; it says so
// when none may.
func (n *rowCount) room(r *reporter, line int32, values int) bool {
	n.rows++
	n.values += values
	what, most := "rows", MaxRows
	switch {
	case n.rows > MaxRows:
	case n.values > MaxRowValues:
		what, most = "values", MaxRowValues
	default:
		return true
	}
	r.add("bulk/limit", Pos{line, 1}, "more than %s %s in one file", grouped(most), what).Hint = "split the file"
	return false
}

// rowTooLong reports a row beyond the limit.
func rowTooLong(r *reporter, n int, line int32) bool {
	if n <= MaxRowBytes {
		return false
	}
	r.add("bulk/limit", Pos{line, 1}, "a row of more than %s bytes", grouped(MaxRowBytes)).Hint = "shorten it"
	return true
}

// clean reports whether a text is printable ASCII and tabs.
func clean(text []byte) bool {
	for _, c := range text {
		if c < 0x20 && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

// cleanText reports the first byte of a row that is not UTF-8 and its forbidden
// characters; at is the place where the text begins.
func cleanText(r *reporter, id string, text []byte, at Pos) bool {
	if clean(text) {
		return true
	}
	part := &reporter{file: r.file, limitID: r.limitID}
	if encoding(part, id, text) {
		characters(part, id, text)
	}
	for _, f := range part.findings {
		pos := Pos{int32(f.Line) + at.Line - 1, int32(f.Column)}
		if f.Line == 1 {
			pos.Column += at.Column - 1
		}
		r.add(id, pos, "%s", f.Message).Hint = f.Hint
	}
	return len(part.findings) == 0
}
