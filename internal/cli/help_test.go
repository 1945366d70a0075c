package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestExamples: every command's help ends with two examples or more, and each is a
// command line that is taken.
func TestExamples(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			if sub.Name() != "help" && sub.Name() != "completion" {
				visit(sub)
			}
		}
		if !cmd.HasParent() {
			return
		}
		lines := strings.Split(cmd.Example, "\n")
		if len(lines) < 2 {
			t.Errorf("%s: examples %q, wanted two", cmd.CommandPath(), lines)
		}
		for _, line := range lines {
			taken(t, cmd.CommandPath(), line)
		}
	}
	visit((&app{}).root())
}

// taken wants that a command line is one of ours, with flags and arguments as they
// are wanted.
func taken(t *testing.T, of, line string) {
	t.Helper()
	words := words(line)
	if len(words) < 2 || words[0] != "patchops" {
		t.Errorf("%s: example %q", of, line)
		return
	}
	cmd, rest, err := (&app{}).root().Find(words[1:])
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil && cmd.Args != nil {
		err = cmd.Args(cmd, cmd.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: example %q: %v", of, line, err)
	}
}

// words splits a line as a shell does, up to a pipe or a redirection.
func words(line string) []string {
	var out []string
	line = strings.TrimSpace(line)
	for line != "" {
		word, rest, _ := strings.Cut(line, " ")
		if quoted, ok := strings.CutPrefix(line, "'"); ok {
			word, rest, _ = strings.Cut(quoted, "'")
		}
		if strings.HasPrefix(word, "|") || strings.HasPrefix(word, ">") {
			break
		}
		out = append(out, word)
		line = strings.TrimSpace(rest)
	}
	return out
}
