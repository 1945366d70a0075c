package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// writeTAP prints TAP version 14: a test point for each finding with a YAML
// block of its details. Only errors that count are "not ok". A clean check is
// one passing point.
func writeTAP(w io.Writer, v view) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "TAP version 14\n1..%d\n", max(len(v.shown), 1))
	if len(v.shown) == 0 {
		fmt.Fprintf(&b, "ok 1 - %s\n", v.tally())
	}
	for i, f := range v.shown {
		tapPoint(&b, i+1, f)
	}
	if v.truncated() {
		fmt.Fprintf(&b, "# %d of %d findings are listed\n", len(v.shown), len(v.Findings))
	}
	fmt.Fprintf(&b, "# %s\n", v.tally())
	_, err := w.Write(b.Bytes())
	return err
}

func tapPoint(b *bytes.Buffer, n int, f finding.Finding) {
	status := "ok"
	if f.Severity == finding.Error && f.WaivedBy == "" {
		status = "not ok"
	}
	fmt.Fprintf(b, "%s %d - %s\n  ---\n", status, n, tapText(place(f.Position)+" "+Display(f.ID)+" "+Display(f.Message)))
	yamlString(b, "id", f.ID)
	yamlString(b, "severity", string(f.Severity))
	yamlString(b, "message", f.Message)
	yamlString(b, "file", f.File)
	fmt.Fprintf(b, "  line: %d\n  column: %d\n", f.Line, f.Column)
	if !f.Document.IsZero() {
		yamlString(b, "document", f.Document.String())
	}
	for _, field := range [][2]string{{"path", f.Path}, {"hint", f.Hint}, {"waivedBy", f.WaivedBy}} {
		if field[1] != "" {
			yamlString(b, field[0], field[1])
		}
	}
	if len(f.Related) > 0 {
		b.WriteString("  related:\n")
	}
	for _, r := range f.Related {
		fmt.Fprintf(b, "    - %s\n", yamlQuoted(place(r.Position)+": "+r.Message))
	}
	b.WriteString("  ...\n")
}

func yamlString(b *bytes.Buffer, key, value string) {
	fmt.Fprintf(b, "  %s: %s\n", key, yamlQuoted(value))
}

// yamlQuoted is a double-quoted YAML scalar on one line.
func yamlQuoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(Display(s)) + `"`
}

// tapText keeps a description from holding a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(s)
}
