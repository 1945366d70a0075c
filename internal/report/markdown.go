package report

import (
	"fmt"
	"regexp"
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
	return linked.ReplaceAllString(b.String(), "$1$3$5<!-- -->$2$4$6")
}

// linked are the beginnings of bare addresses and references that become links.
var linked = regexp.MustCompile(`(?i)(:)(//)|(www)(\.)|(gh)(-)`)

// code is a name in a code span, which needs care only where it holds more than
// names do.
func code(s string) string {
	shown := Display(s)
	if shown == "" {
		return ""
	}
	if strings.ContainsAny(shown, "`|<>&\\") {
		return "<code>" + markdown(shown) + "</code>"
	}
	return "`" + shown + "`"
}

// rowOf is a row of a table.
func rowOf(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// header is a table's head.
func header(cells ...string) string {
	return rowOf(cells...) + strings.Repeat("|---", len(cells)) + "|\n"
}
