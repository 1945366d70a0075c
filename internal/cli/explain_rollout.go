package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/report"
)

// explainRollouts are the subcommands that explain what was planned.
func (a *app) explainRollouts() []*cobra.Command {
	var client string
	asset := a.explains("asset CLIENT/NAME", "Tell when an asset is patched, or why not",
		"Asset tells for every open plan when the asset is patched and why not earlier, or why it is\n"+
			"not, with the smallest change that would alter that; which windows, freezes and agreements\n"+
			"apply to it and why; and the documents behind all of it. Where a rollout began it also\n"+
			"tells what the log says, as fetched last: how its last attempt ended and why, what triage\n"+
			"found, and what comes next.",
		"  patchops explain asset acme/web-01\n  patchops explain asset acme/web-01 --format json",
		func(p *plannedTree, arg string) (report.Explanation, error) {
			client, name, err := splitAsset(arg)
			if err != nil {
				return report.Explanation{}, err
			}
			return a.explainAsset(p, client, name)
		})
	plan := a.explains("plan [CLIENT/]NAME", "Tell what a plan does when, or why not",
		"Plan tells of every client that a plan is for: its waves and their gates, when each host is\n"+
			"patched and why not earlier, and what has no place or no work, with the smallest change that\n"+
			"would alter that.",
		"  patchops explain plan openssl\n  patchops explain plan acme/openssl",
		func(p *plannedTree, arg string) (report.Explanation, error) {
			name, of, err := ofClient(p, arg, client)
			if err != nil {
				return report.Explanation{}, err
			}
			return a.explainPlan(p, name, of)
		})
	window := a.explains("window [CLIENT/]NAME", "Tell when a window opens, for whom, or why not",
		"Window tells what a window says, which agreements name it, for how many assets it opens, when\n"+
			"next, what forbids work then, and what is planned in it.",
		"  patchops explain window nightly\n  patchops explain window acme/nightly",
		func(p *plannedTree, arg string) (report.Explanation, error) {
			name, of, err := ofClient(p, arg, client)
			if err != nil {
				return report.Explanation{}, err
			}
			return a.explainWindow(p, name, of)
		})
	for _, cmd := range []*cobra.Command{plan, window} {
		cmd.Flags().StringVar(&client, "client", "", "explain it at `CLIENT` only, as CLIENT/NAME does")
	}
	return []*cobra.Command{asset, plan, window}
}

// ofClient cuts [CLIENT/]NAME; the client may be given by the flag instead.
func ofClient(p *plannedTree, arg, flag string) (name, client string, err error) {
	client, name, found := strings.Cut(arg, "/")
	switch {
	case !found:
		name, client = arg, flag
	case flag != "" && flag != client:
		return "", "", usage("found %q and --client %q, wanted one client", arg, flag)
	}
	if client != "" && !slices.Contains(p.open.clients, client) {
		return "", "", unknown("client", client, p.open.clients)
	}
	return name, client, nil
}

// explains is one such subcommand.
func (a *app) explains(use, short, long, example string, explain func(*plannedTree, string) (report.Explanation, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example, ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return fmt.Errorf("found %d arguments, wanted one: %s", len(args), use)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(report.ExplainFormats(), a.flags.format) {
				return usage("--format is %q, wanted one of %v", a.flags.format, report.ExplainFormats())
			}
			color, err := a.color()
			if err != nil {
				return err
			}
			p, err := a.planned(cmd, planFlags{})
			if err != nil {
				return err
			}
			e, err := explain(p, args[0])
			if err == nil && e.Kind == "asset" {
				err = a.explainLogged(cmd.Context(), p, &e)
			}
			if err != nil {
				return err
			}
			return report.WriteExplanation(a.env.Stdout, a.flags.format, e, report.Options{Color: color})
		},
	}
	f := cmd.Flags()
	f.StringVar(&a.flags.at, "at", "", "explain the commit `REV` instead of the work tree")
	f.StringVar(&a.flags.asOf, "as-of", "", "explain as of `INSTANT`, RFC 3339 (default: now)")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(cmd, report.ExplainFormats())
	return cmd
}
