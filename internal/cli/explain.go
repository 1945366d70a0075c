package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/docs"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "explain",
		Short:   "Explain a finding, an asset, a plan or a window: why, or why not, and what would alter it",
		Example: "  patchops explain finding plan/waves-increase\n  patchops explain asset acme/web-01",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("explain what? write: patchops explain asset, plan, window or finding %s", args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "finding ID",
		Short: "Show the page of a finding",
		Long: "Finding shows the page of a finding: what it means, why it matters, an example that\n" +
			"has it, one that has not, and how to mend it. ID is what check prints after the\n" +
			"severity. Part of an ID lists those like it: `explain finding plan` all of plan/.",
		Example: "  patchops explain finding plan/waves-increase\n  patchops explain finding reference/unresolved",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return fmt.Errorf("found %d arguments, wanted the id of one finding, such as plan/waves-increase", len(args))
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return pipeline.Known(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.explainFinding(args[0]) },
	})
	cmd.AddCommand(a.explainRollouts()...)
	return cmd
}

func (a *app) explainFinding(id string) error {
	page, err := docs.Findings.ReadFile("findings/" + id + ".md")
	if err == nil {
		_, err = a.env.Stdout.Write(page)
		return err
	}
	known := pipeline.Known()
	if near := finding.Nearest(id, known); near != "" {
		return usage("no finding has the id %q; did you mean %s?", id, near)
	}
	var same, alike []string
	category, _, _ := strings.Cut(id, "/")
	for _, k := range known {
		if strings.HasPrefix(k, category+"/") {
			same = append(same, k)
		}
		if _, name, _ := strings.Cut(k, "/"); name == finding.Nearest(id, []string{name}) {
			alike = append(alike, k)
		}
	}
	if len(alike) > 0 && len(same) == 0 {
		return usage("no finding has the id %q; did you mean %s?", id, strings.Join(alike, " or "))
	}
	if len(same) > 0 {
		return usage("no finding has the id %q; in %s there are:\n  %s", id, category, strings.Join(same, "\n  "))
	}
	return usage("no finding has the id %q; the ids are:\n  %s", id, strings.Join(known, "\n  "))
}
