package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/finding"
)

// Cells of a source line that an excerpt shows, and of those before the caret.
const (
	excerptWidth = 120
	excerptLead  = 60
)

// excerpter cuts source lines out of files; it remembers the last file, since
// findings come sorted by file.
type excerpter struct {
	source func(string) []byte
	file   string
	lines  [][]byte
}

// excerpt is the source line of a position and a caret line below it, or
// nothing when the line is not known. A line longer than excerptWidth is cut on
// both sides, with "…" where something is missing.
func (e *excerpter) excerpt(p finding.Position) []string {
	if e.source == nil || p.File == "" || p.Line < 1 {
		return nil
	}
	if e.file != p.File || e.lines == nil {
		e.file, e.lines = p.File, bytes.Split(e.source(p.File), []byte("\n"))
	}
	if p.Line > len(e.lines) {
		return nil
	}
	line := string(bytes.TrimSuffix(e.lines[p.Line-1], []byte("\r")))
	if strings.TrimSpace(line) == "" {
		return nil
	}
	before, after := splitRunes(line, p.Column-1)
	left, right := clip(cells(before), cells(after))
	gutter := fmt.Sprintf("%6d | ", p.Line)
	out := []string{strings.TrimRight(gutter+left+right, " ")}
	if p.Column > 0 {
		out = append(out, strings.Repeat(" ", 6)+" | "+strings.Repeat(" ", width(left))+"^")
	}
	return out
}

// splitRunes cuts a line after n code points; a byte that is not UTF-8 counts
// as one.
func splitRunes(line string, n int) (before, after string) {
	i := 0
	for ; n > 0 && i < len(line); n-- {
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	return line[:i], line[i:]
}

// cells is a piece of a line as a terminal shows it: a tab is four spaces,
// wherever it stands, so that the caret is right for any terminal's tab stops.
func cells(s string) string {
	parts := strings.Split(s, "\t")
	for i, p := range parts {
		parts[i] = Display(p)
	}
	return strings.Join(parts, "    ")
}

// clip cuts what stands far before and far behind the caret.
func clip(left, right string) (string, string) {
	if l := []rune(left); len(l) > excerptLead && len(l)+utf8.RuneCountInString(right) > excerptWidth {
		left = "…" + string(l[len(l)-excerptLead+1:])
	}
	room := excerptWidth - utf8.RuneCountInString(left)
	if r := []rune(right); len(r) > room {
		right = string(r[:room-1]) + "…"
	}
	return left, right
}
