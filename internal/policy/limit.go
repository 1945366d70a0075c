package policy

import (
	"fmt"

	"github.com/patchops/patchops/internal/finding"
)

// What a module may be before OPA sees it: its compiler takes no context, and
// 2,000 nested `every` keep it busy for more than 20 seconds.
const (
	maxModuleBytes = 256 << 10
	maxNesting     = 48
	maxModules     = 2000
)

// checkLimits reports a module that is too big or too deep.
func checkLimits(m Module) []finding.Finding {
	if len(m.Source) > maxModuleBytes {
		return []finding.Finding{{
			ID: "policy/limit", Severity: finding.Error,
			Position: finding.Position{File: m.File, Line: 1, Column: 1},
			Message:  fmt.Sprintf("the module has %d bytes, at most %d are read", len(m.Source), maxModuleBytes),
		}}
	}
	if line, column, deep := tooDeep(m.Source); deep {
		return []finding.Finding{{
			ID: "policy/limit", Severity: finding.Error,
			Position: finding.Position{File: m.File, Line: line, Column: column},
			Message:  fmt.Sprintf("brackets are nested more than %d deep", maxNesting),
			Hint:     "split the rule into smaller ones",
		}}
	}
	return nil
}

// A nesting counts brackets outside of strings and comments. The stack holds
// what is open: a bracket, or the quote of a template string, whose braces hold
// code again.
type nesting struct {
	stack        []byte
	line, column int
}

func tooDeep(src []byte) (line, column int, deep bool) {
	n := nesting{line: 1}
	for i := 0; i < len(src); i++ {
		n.place(src[i])
		if skip := n.token(src[i:]); skip > 0 {
			for _, c := range src[i+1 : i+skip] {
				n.place(c)
			}
			i += skip - 1
		}
		if len(n.stack) > maxNesting {
			return n.line, n.column, true
		}
	}
	return 0, 0, false
}

// place moves the line and the column, counted in code points, past a byte.
func (n *nesting) place(c byte) {
	switch {
	case c == '\n':
		n.line, n.column = n.line+1, 0
	case c&0xC0 != 0x80:
		n.column++
	}
}

// token reads what starts at s and returns its length, at least 1.
func (n *nesting) token(s []byte) int {
	if len(n.stack) > 0 {
		if quote := n.stack[len(n.stack)-1]; quote == '"' || quote == '`' {
			return n.template(s, quote)
		}
	}
	switch c := s[0]; c {
	case '{', '[', '(':
		n.stack = append(n.stack, c)
	case '}', ']', ')':
		n.stack = n.stack[:max(0, len(n.stack)-1)]
	case '#':
		return until(s, '\n', false)
	case '"':
		return until(s, '"', true)
	case '`':
		return until(s, '`', false)
	case '$':
		if len(s) > 1 && (s[1] == '"' || s[1] == '`') {
			n.stack = append(n.stack, s[1])
			return 2
		}
	}
	return 1
}

// template reads inside a template string.
func (n *nesting) template(s []byte, quote byte) int {
	switch s[0] {
	case quote:
		n.stack = n.stack[:len(n.stack)-1]
	case '{':
		n.stack = append(n.stack, '{')
	case '\\':
		// A raw template knows no escape but that of the brace.
		if quote == '"' || len(s) > 1 && s[1] == '{' {
			return min(2, len(s))
		}
	}
	return 1
}

// until is the length up to the closing byte, that included.
func until(s []byte, closing byte, escapes bool) int {
	for i := 1; i < len(s); i++ {
		if escapes && s[i] == '\\' {
			i++
		} else if s[i] == closing || escapes && s[i] == '\n' {
			return i + 1
		}
	}
	return len(s)
}
