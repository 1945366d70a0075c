package report

import (
	"fmt"
	"strings"
)

// markdown makes a stranger's text plain in GitHub's Markdown, also inside a table:
// no markup, no HTML, no link, no mention and no reference to an issue.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range Display(s) {
		switch {
		case strings.ContainsRune("\\`*_[]<>&|~$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("@#", r):
			b.WriteRune(r)
			b.WriteString("<!-- -->")
		default:
			b.WriteRune(r)
		}
	}
	return unlinked.Replace(b.String())
}

// unlinked keeps bare addresses from becoming links.
var unlinked = strings.NewReplacer("://", ":<!-- -->//", "www.", "www<!-- -->.", "GH-", "GH<!-- -->-")

// code is a name in a code span, which needs care only where it holds more than
// names do.
func code(s string) string {
	shown := Display(s)
	if shown == "" {
		return ""
	}
	if strings.ContainsAny(shown, "`|<>&\\") {
		return "<code>" + strings.ReplaceAll(markdown(shown), "<!-- -->", "") + "</code>"
	}
	return "`" + shown + "`"
}

// rowOf is a row of a table.
func rowOf(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// header is a table's head.
func header(cells ...string) string {
	return rowOf(cells...) + strings.Repeat("|---", len(cells)) + "|\n"
}
