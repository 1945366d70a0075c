package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestCommandsPage: docs/reference/commands.md has every command, with every flag, as the
// program itself describes them. With UPDATE_DOCS=1 it is written anew.
func TestCommandsPage(t *testing.T) {
	const path = repositoryRoot + "docs/reference/commands.md"
	var b strings.Builder
	b.WriteString("# Commands\n\nWhat `patchops COMMAND --help` says, written by `make golden`; a test keeps it true. " +
		"[Exit statuses](../guides/exit-statuses.md) have a page of their own.\n")
	root := (&app{}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	fmt.Fprintf(&b, "\nEvery command has these flags, too:\n\n```text\n%s```\n", root.PersistentFlags().FlagUsages())
	describe(&b, root)
	want := b.String()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what the program says: make golden (%v)", path, err)
	}
}

// describe writes the commands below one, by name.
func describe(b *strings.Builder, parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if cmd.Hidden {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n%s\n", cmd.CommandPath(), strings.TrimSpace(cmd.Long))
		if !cmd.HasSubCommands() {
			fmt.Fprintf(b, "\n```text\n%s\n", cmd.UseLine())
			if flags := cmd.LocalFlags().FlagUsages(); flags != "" {
				b.WriteString("\n" + flags)
			}
			b.WriteString("```\n")
		}
		if cmd.HasExample() && !cmd.HasSubCommands() {
			fmt.Fprintf(b, "\n```text\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(cmd.Example, "  "), "\n  ", "\n"))
		}
		describe(b, cmd)
	}
}
