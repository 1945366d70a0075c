package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/report"
)

func (a *app) mergeCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "merge CHANGE",
		Short: "Merge a change if it may be merged",
		Long: "Merge judges a change as it would land now, and lands it if it may: the same way\n" +
			"as run, for one change. Refused, it says why and what would unblock it, and\n" +
			"nothing is merged. It needs the key that signs the log.\n\n" +
			"Exit status: 0 merged, 1 local error, 2 wrong command line, 3 refused: people\n" +
			"must act, 4 main, a log or the root of trust does not hold, 5 try again.",
		Example: "  patchops merge reorder-waves\n  patchops merge '#41' --format json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.merge(cmd.Context(), flags, args[0]) },
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(cmd, []string{"text", "json"})
	return cmd
}

func (a *app) merge(ctx context.Context, flags runFlags, name string) error {
	if err := a.runFormat(); err != nil {
		return err
	}
	if flags.offline {
		return usage("--offline: nothing can be merged without the remote")
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	flags.only = name
	c, done, err := a.controller(ctx, flags)
	if err != nil {
		return err
	}
	r, err := c.Tick(ctx)
	err = errors.Join(a.told(r, err), done())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.Merged, func(m controller.Merged) bool { return m.Change == name }) {
		return nil
	}
	if len(r.Waiting) == 0 && r.Blocked == nil {
		return usage("there is no open change %q", report.Display(name))
	}
	return statusError{exitFindings, fmt.Errorf("%s was not merged", report.Display(name))}
}

// told prints what a tick saw and did, and passes its error on.
func (a *app) told(r *controller.Report, err error) error {
	if a.flags.format == "json" {
		return errors.Join(err, a.tellJSON(r, err))
	}
	var b strings.Builder
	for _, done := range r.Done {
		fmt.Fprintf(&b, "%s\n", report.Display(done))
	}
	for _, would := range r.Would {
		fmt.Fprintf(&b, "would do first: %s\n", report.Display(would))
	}
	for _, w := range r.Waiting {
		fmt.Fprintf(&b, "%s waits (%s)\n", report.Display(w.Change), w.Verdict)
		lines(&b, "  ", w.Why)
		said := strings.Join(w.Why, "\n")
		lines(&b, "  to unblock: ", slices.DeleteFunc(slices.Clone(w.Unblock), func(u string) bool { return strings.Contains(said, u) }))
	}
	if r.Blocked != nil {
		fmt.Fprintf(&b, "blocked: main is at %s, and only %s is authorised: %s\n", r.Blocked.Main, r.Blocked.Tip, r.Blocked.Why)
		lines(&b, "  ", r.Blocked.Findings)
		fmt.Fprintf(&b, "  ways out: %s\n", report.Display(r.Blocked.WaysOut))
	}
	lines(&b, "note: ", r.Problems)
	if b.Len() == 0 && err == nil {
		b.WriteString("nothing to do\n")
	}
	_, wrong := fmt.Fprint(a.env.Stdout, b.String())
	return errors.Join(err, wrong)
}

func lines(b *strings.Builder, before string, list []string) {
	for _, text := range list {
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				before = strings.Repeat(" ", len(before))
			}
			fmt.Fprintf(b, "%s%s\n", before, report.Display(line))
		}
	}
}
