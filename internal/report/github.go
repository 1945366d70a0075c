package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// writeGitHub prints workflow commands, which become annotations on the pull
// request. GitHub shows at most 10 errors, 10 warnings and 10 notices of a step
// as annotations and the rest in the log only, so the worst come first and
// waived ones, as notices, last; for a complete list upload SARIF.
func writeGitHub(w io.Writer, v view) error {
	var b bytes.Buffer
	worstFirst := slices.Clone(v.shown)
	slices.SortStableFunc(worstFirst, func(a, b finding.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	for _, f := range worstFirst {
		writeCommand(&b, f)
	}
	if v.truncated() {
		fmt.Fprintf(&b, "%d of %d findings are shown\n", len(v.shown), len(v.Findings))
	}
	fmt.Fprintln(&b, v.tally())
	_, err := w.Write(b.Bytes())
	return err
}

func writeCommand(b *bytes.Buffer, f finding.Finding) {
	command := class(f)
	if command == "note" || command == "waived" {
		command = "notice"
	}
	var properties []string
	if f.File != "" {
		properties = append(properties, "file="+commandProperty(f.File))
		if f.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d", f.Line))
		}
		if f.Line > 0 && f.Column > 0 {
			properties = append(properties, fmt.Sprintf("col=%d", f.Column))
		}
	}
	properties = append(properties, "title="+commandProperty(f.ID))
	fmt.Fprintf(b, "::%s %s::%s\n", command, strings.Join(properties, ","), commandMessage(f))
}

// commandMessage joins the message and what belongs to it by encoded line feeds.
func commandMessage(f finding.Finding) string {
	return commandData(strings.Join(append([]string{Display(f.Message)}, addenda(f)...), "\n"))
}

// commandData and commandProperty escape as the runner's own toolkit does.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(Display(s)))
}
