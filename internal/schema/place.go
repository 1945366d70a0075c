package schema

import (
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/finding"
)

// parseFile parses one file; every syntax error is a finding.
func parseFile(path string, src []byte) (*ast.File, []finding.Finding) {
	if !utf8.Valid(src) {
		return nil, []finding.Finding{{
			ID: "schema/compile", Severity: finding.Error,
			Message: "the file is not UTF-8", Position: finding.Position{File: path},
		}}
	}
	f, err := parser.ParseFile(path, src, parser.ParseComments)
	var fs []finding.Finding
	for _, e := range errors.Errors(err) {
		fs = append(fs, finding.Finding{
			ID: "schema/compile", Severity: finding.Error,
			Message: messageOf(e), Position: place(e.Position(), path, src),
		})
	}
	return f, fs
}

// messageOf is the message of a CUE error without its path and place.
func messageOf(e errors.Error) string {
	m := strings.TrimSpace(errors.Details(pathless{e}, &errors.Config{ToSlash: true, Cwd: ""}))
	if first, _, ok := strings.Cut(m, "\n"); ok {
		m = first
	}
	return strings.TrimSuffix(m, ":")
}

// place turns a position of CUE, whose columns count bytes, into ours, whose
// columns count code points.
func place(p token.Pos, path string, src []byte) finding.Position {
	if !p.IsValid() {
		return finding.Position{File: path}
	}
	at := p.Position()
	start := at.Offset - (at.Column - 1)
	column := at.Column
	if start >= 0 && at.Offset <= len(src) {
		column = utf8.RuneCount(src[start:at.Offset]) + 1
	}
	return finding.Position{File: path, Line: at.Line, Column: column}
}

func (c *compiler) at(p token.Pos) finding.Position {
	return place(p, p.Filename(), c.sources[p.Filename()])
}

// docOf is the comment above a field, as one paragraph.
func docOf(n ast.Node) string {
	var parts []string
	for _, g := range ast.Comments(n) {
		if g.Doc {
			parts = append(parts, strings.Join(strings.Fields(g.Text()), " "))
		}
	}
	return strings.Join(parts, " ")
}

// refuse reports a construct that the style does not have.
func (c *compiler) refuse(n ast.Node, message, hint string, related ...finding.Related) {
	c.findings = append(c.findings, finding.Finding{
		ID: "schema/style", Severity: finding.Error,
		Message: message, Hint: hint, Position: c.at(n.Pos()), Related: related,
	})
}

// fail reports a schema that cannot mean what it says.
func (c *compiler) fail(at finding.Position, message string) {
	c.findings = append(c.findings, finding.Finding{
		ID: "schema/compile", Severity: finding.Error,
		Message: message, Position: at,
	})
}
