package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// SGR parameters of the text format. Waived findings are dim as a whole.
const (
	red    = "31;1"
	yellow = "33;1"
	cyan   = "36;1"
	bold   = "1"
	dim    = "2"
)

// writeText prints for people: findings grouped by file, each as
// `file:line:col severity id message` with the source line, the hint and the
// related places below, then one line with the true counts.
func writeText(w io.Writer, v view) error {
	var b bytes.Buffer
	excerpts := excerpter{source: v.Source}
	for i, f := range v.shown {
		if i > 0 && f.File != v.shown[i-1].File {
			b.WriteByte('\n')
		}
		v.textFinding(&b, f, &excerpts)
	}
	if len(v.shown) > 0 {
		b.WriteByte('\n')
	}
	if v.truncated() {
		fmt.Fprintf(&b, "%d of %d findings are shown\n", len(v.shown), len(v.Findings))
	}
	if v.Effect != nil {
		b.WriteString(EffectText(v.Effect) + "\n")
	}
	if v.Schedule != nil {
		b.WriteString(v.Schedule.Text(v.Zones) + "\n")
	}
	fmt.Fprintln(&b, v.paint(tallyColor(v.counts), v.tally()))
	_, err := w.Write(b.Bytes())
	return err
}

func tallyColor(c finding.Counts) string {
	if c.Errors > 0 {
		return red
	}
	return bold
}

func (v view) textFinding(b *bytes.Buffer, f finding.Finding, e *excerpter) {
	if f.WaivedBy != "" {
		fmt.Fprintln(b, v.paint(dim, fmt.Sprintf("%s %s %s %s (waived by %s)",
			place(f.Position), Display(string(f.Severity)), Display(f.ID), Display(f.Message), Display(f.WaivedBy))))
		return
	}
	fmt.Fprintf(b, "%s %s %s %s\n", v.paint(bold, place(f.Position)),
		v.paint(severityColor(f.Severity), Display(string(f.Severity))), v.paint(dim, Display(f.ID)), Display(f.Message))
	for i, line := range e.excerpt(f.Position) {
		if i == 1 {
			line = v.paint(severityColor(f.Severity), line)
		}
		fmt.Fprintln(b, line)
	}
	if f.Hint != "" {
		fmt.Fprintf(b, "  hint: %s\n", indented(f.Hint))
	}
	for _, r := range f.Related {
		fmt.Fprintf(b, "  see %s: %s\n", place(r.Position), shorten(Display(r.Message), 120))
	}
}

// shorten cuts a text that would hide the finding it explains.
func shorten(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// indented keeps the lines of a hint that holds several, so that a snippet to
// paste stays readable.
func indented(hint string) string {
	lines := strings.Split(strings.TrimRight(hint, "\n"), "\n")
	for i, l := range lines {
		lines[i] = Display(l)
	}
	return strings.Join(lines, "\n        ")
}

func severityColor(s finding.Severity) string {
	switch s {
	case finding.Error:
		return red
	case finding.Warning:
		return yellow
	}
	return cyan
}

func (v view) paint(sgr, s string) string {
	if !v.color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}
