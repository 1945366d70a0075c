package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/statement"
)

type noticeListFlags struct {
	authorityFlags
	all bool
}

type noticeFlags struct {
	deedFlags
	talkFlags
	window, occurrence string
}

func (a *app) noticeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "notice", Short: "Who must be told of what, and that somebody told them",
		Long: "Notices tell the contacts of a client when its machines are patched. The controller\n" +
			"sends them where it has a channel to; the others are phone calls, which people make.",
		Example: "  patchops notice list\n  patchops notice done acme/openssl-2026-03 --contact ops-desk --by phone --text 'fine with Ms Meyer'",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.noticeList(), a.noticeDone())
	return cmd
}

func (a *app) noticeList() *cobra.Command {
	var f noticeListFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List the notices that are due",
		Long: "List shows who must still be told of which window, until when, by phone number and on\n" +
			"the clocks of the client; with --all also who was told already.",
		Example: "  patchops notice list\n  patchops notice list --all --format json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.listNotices(cmd.Context(), f) },
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "list also those that were given")
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(cmd, report.RunsFormats())
	return cmd
}

func (a *app) noticeDone() *cobra.Command {
	var f noticeFlags
	cmd := &cobra.Command{
		Use: "done CLIENT/PLAN --contact NAME --by phone|email|portal --text TEXT", Short: "Say that you told a contact",
		Long: "Done says that you told a contact of a window. You sign that with your SSH key, and it\n" +
			"counts when the controller has recorded it. Where more than one notice to the contact\n" +
			"is due, name the one by --window and --occurrence, as patchops notice list shows them.",
		Example: "  patchops notice done acme/openssl-2026-03 --contact ops-desk --by phone --text 'fine with Ms Meyer'\n" +
			"  patchops notice done acme/openssl-2026-03 --contact ops-desk --by email --text 'mail of today' --window nightly --occurrence 2026-03-14T22:00:00Z",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.doneNotice(cmd.Context(), f, args[0]) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.contact, "contact", "", "the `NAME` of the Contact")
	flags.StringVar(&f.by, "by", "", "how you told them: `phone|email|portal`")
	flags.StringVar(&f.text, "text", "", "what they said, or what you left with them, in `TEXT`")
	flags.StringVar(&f.window, "window", "", "the `NAME` of the window that it is about")
	flags.StringVar(&f.occurrence, "occurrence", "", "the `INSTANT` at which that window opens, RFC 3339")
	return cmd
}

// notices are those of the rollouts that go on, by when to give them.
func notices(state *progress.State, plan string) []report.Notice {
	var out []report.Notice
	for name, run := range state.Runs {
		if run.Outcome != "" || run.Schedule == nil || plan != "" && plan != name {
			continue
		}
		for _, n := range run.Schedule.Notices {
			out = append(out, report.Notice{Plan: name, Client: run.Client, Notice: n, Given: run.Notices[progress.NoticeKey(n.Contact, n.Window, n.Occurrence)]})
		}
	}
	slices.SortFunc(out, report.Notice.Compare)
	return out
}

func (a *app) listNotices(ctx context.Context, f noticeListFlags) error {
	if !slices.Contains(report.RunsFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.RunsFormats())
	}
	t, state, err := a.authorisedLogs(ctx, f.authorityFlags)
	if err != nil {
		return err
	}
	defer t.close()
	all := notices(state, "")
	if !f.all {
		all = slices.DeleteFunc(all, func(n report.Notice) bool { return n.Given > 0 })
	}
	if err := t.phones(all); err != nil {
		return err
	}
	return report.WriteNotices(a.env.Stdout, a.flags.format, all, t.zones(), t.now.Unix())
}

// phones gives notices the telephone numbers of the authorised tip.
func (t *authorisedEnv) phones(all []report.Notice) error {
	tip, err := t.source.Commit(t.tip)
	if err != nil {
		return err
	}
	read, err := t.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: t.now, Child: t.child}, "Contact")
	if err != nil {
		return err
	}
	for i := range all {
		e := read.Corpus.Entry(finding.Identity{Kind: "Contact", Client: all[i].Client, Name: all[i].Contact})
		if e != nil && !e.Broken {
			all[i].Phone = e.Document().Root.Get("spec").Get("phone").Text()
		}
	}
	return nil
}

func (a *app) doneNotice(ctx context.Context, f noticeFlags, plan string) error {
	if strings.Count(plan, "/") != 1 {
		return usage("%q, wanted CLIENT/PLAN", plan)
	}
	if err := f.check("done", "NAME"); err != nil {
		return err
	}
	t, state, err := a.authorisedLogs(ctx, f.authorityFlags)
	if err != nil {
		return err
	}
	defer t.close()
	n, err := f.chosen(notices(state, plan), plan)
	if err != nil {
		return err
	}
	client, _, _ := strings.Cut(plan, "/")
	subject := strings.Join([]string{"notice:" + plan, n.Window, time.Unix(n.Occurrence, 0).UTC().Format(time.RFC3339)}, "/")
	return a.sign(ctx, t, f.deedFlags, statement.Statement{
		Act: statement.Done, Subject: subject, Contact: client + "/" + n.Contact, By: f.by, Text: f.text, AsOf: instantOf(t.now),
	})
}

// chosen is the one notice that the flags mean.
func (f noticeFlags) chosen(all []report.Notice, plan string) (rollout.Notice, error) {
	client, _, _ := strings.Cut(plan, "/")
	contact := strings.TrimPrefix(f.contact, client+"/")
	var at int64
	if f.occurrence != "" {
		t, err := time.Parse(time.RFC3339, f.occurrence)
		if err != nil {
			return rollout.Notice{}, usage("--occurrence is %q, wanted RFC 3339, such as 2026-03-14T22:00:00Z", f.occurrence)
		}
		at = t.Unix()
	}
	var due []report.Notice
	for _, n := range all {
		if n.Contact == contact && n.Given == 0 && (f.window == "" || f.window == n.Window) && (at == 0 || at == n.Occurrence) {
			due = append(due, n)
		}
	}
	switch len(due) {
	case 1:
		return due[0].Notice, nil
	case 0:
		return rollout.Notice{}, usage("no notice of %s to %s is due\npatchops notice list --all says which are, and which were given", plan, contact)
	}
	var which []string
	for _, n := range due {
		which = append(which, "--window "+n.Window+" --occurrence "+time.Unix(n.Occurrence, 0).UTC().Format(time.RFC3339))
	}
	return rollout.Notice{}, usage("%d notices of %s to %s are due; name one:\n  %s", len(due), plan, contact, strings.Join(which, "\n  "))
}
