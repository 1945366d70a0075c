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
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/runner"
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
	c, done, err := a.controller(ctx, flags, nil)
	if err != nil {
		return err
	}
	r, err := c.Tick(ctx)
	err = errors.Join(a.told(r, err), done())
	if err != nil || ctx.Err() != nil {
		return err
	}
	if slices.ContainsFunc(r.Merged, func(m controller.Merged) bool { return m.Change == name }) {
		return nil
	}
	if len(r.Waiting) == 0 && r.Blocked == nil {
		return a.notOpen(ctx, flags.authorityFlags, name)
	}
	return statusError{exitFindings, fmt.Errorf("%s was not merged", report.Display(name))}
}

// notOpen says why there was nothing to merge. What is in the target branch needs
// nothing more.
func (a *app) notOpen(ctx context.Context, f authorityFlags, name string) error {
	f.offline = true // it was fetched a moment ago
	e, err := a.authority(ctx, f, false)
	if err != nil {
		return err
	}
	defer e.close()
	if head, target, landed := e.landed(name); landed {
		paths, by, err := review.Dropped(controller.NewSource(e.git, e.repo.prefix), target, head)
		if err != nil {
			return err
		}
		if len(paths) > 0 {
			return people("%s is not merged: %s", report.Display(name), review.NotTaken(paths, by))
		}
		a.progress("patchops: %s is merged already", report.Display(name))
		return nil
	}
	return usage("there is no open change %q\n%s", report.Display(name), e.absent(name))
}

// told prints what a tick saw and did, and passes its error on.
func (a *app) told(r *controller.Report, err error) error {
	if a.flags.format == "json" {
		return errors.Join(err, a.tellJSON(r, err))
	}
	text := tickText(r)
	if text == "" && err == nil && !began(r.Events) {
		text = "nothing to do\n"
	}
	_, wrong := fmt.Fprint(a.env.Stdout, text)
	return errors.Join(err, wrong)
}

// began reports whether anything was done on hosts, of which the events were told.
func began(events []runner.Event) bool {
	return slices.ContainsFunc(events, func(e runner.Event) bool { return e.Kind != "wait" && e.Kind != "notice" })
}

// tickText is what a tick saw and did, for people.
func tickText(r *controller.Report) string {
	var b strings.Builder
	lines(&b, "", r.Done)
	lines(&b, "would do first: ", r.Would)
	for _, w := range r.Waiting {
		fmt.Fprintf(&b, "%s waits (%s)\n", report.Display(w.Change), w.Verdict)
		lines(&b, "  ", w.Why)
		said := strings.Join(w.Why, "\n")
		lines(&b, "  to unblock: ", slices.DeleteFunc(slices.Clone(w.Unblock), func(u string) bool { return strings.Contains(said, u) }))
	}
	if r.Blocked != nil {
		fmt.Fprintf(&b, "blocked: main is at %s, and only %s is authorised: %s\n", r.Blocked.Main, r.Blocked.Tip, r.Blocked.Why)
		lines(&b, "  ", r.Blocked.Findings)
		lines(&b, "  ways out: ", []string{r.Blocked.WaysOut})
	}
	lines(&b, "note: ", r.Problems)
	return b.String()
}

// lines prints each text on lines of its own, behind the same words or as many
// spaces.
func lines(b *strings.Builder, start string, list []string) {
	for _, text := range list {
		before := start
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				before = strings.Repeat(" ", len(start))
			}
			fmt.Fprintf(b, "%s%s\n", before, report.Display(line))
		}
	}
}
