package document

import (
	"fmt"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/finding"
)

// reporter collects the findings about one file, at most MaxFindings of them.
type reporter struct {
	file     string
	limitID  string // the id that says "there are more"
	findings []finding.Finding
}

// add reports an error and returns it for a hint or a related place; the
// pointer is valid until the next add.
func (r *reporter) add(id string, at Pos, format string, args ...any) *finding.Finding {
	switch {
	case r.full():
		return &finding.Finding{}
	case len(r.findings) == MaxFindings-1:
		id, at, format, args = r.limitID, Pos{1, 1}, "%s findings or more in one file, the rest is not shown", []any{grouped(MaxFindings)}
	}
	r.findings = append(r.findings, finding.Finding{
		ID: id, Severity: finding.Error, Message: fmt.Sprintf(format, args...), Position: r.position(at),
	})
	return &r.findings[len(r.findings)-1]
}

// full reports whether no more findings are kept.
func (r *reporter) full() bool { return len(r.findings) == MaxFindings }

func (r *reporter) position(at Pos) finding.Position {
	return finding.Position{File: r.file, Line: int(at.Line), Column: int(at.Column)}
}

// sorted returns the findings in reading order.
func (r *reporter) sorted() []finding.Finding { return finding.Sort(r.findings) }

// grouped writes a number as people read it: 1,048,576.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// clip shortens user text for a message.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == most {
			return s[:i] + "…"
		}
	}
	return s
}

// column is the 1-based code point column of a byte offset in a line.
func column(line []byte, offset int) int32 {
	return int32(utf8.RuneCount(line[:min(offset, len(line))])) + 1
}
