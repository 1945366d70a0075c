package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/statement"
)

type taskFlags struct {
	deedFlags
	text string
}

func (a *app) taskCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "task", Short: "Installations by hand: what is to be done, and what was",
		Long: "Hosts whose profile is manual are patched by technicians. When such a host's turn\n" +
			"comes, in its window and wave, it becomes a task; a technician says when it is done,\n" +
			"or that it failed, and signs that.",
		Example: "  patchops task list\n  patchops task done acme/plc-07 --text 'firmware 4.2, by USB'",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var f authorityFlags
	list := &cobra.Command{
		Use: "list", Short: "List what technicians are to do now",
		Long: "List shows the hosts whose turn it is, until when, what is to be installed there and the\n" +
			"instructions of their profile.",
		Example: "  patchops task list\n  patchops task list --format json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.listTasks(cmd.Context(), f) },
	}
	f.add(list)
	list.Flags().StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(list, report.RunsFormats())
	cmd.AddCommand(list,
		a.taskWord(statement.Done, "Say that a task is done", "  patchops task done acme/plc-07\n  patchops task done acme/plc-07 --text 'firmware 4.2, by USB'"),
		a.taskWord(statement.Fail, "Say that a task failed", "  patchops task fail acme/plc-07 --text 'does not boot, put back 4.1'\n"+
			"  patchops task fail acme/plc-07 --text 'nobody at the door' --out word.json"))
	return cmd
}

// taskWord is done or fail.
func (a *app) taskWord(act, short, example string) *cobra.Command {
	var f taskFlags
	cmd := &cobra.Command{
		Use: act + " CLIENT/ASSET", Short: short,
		Long: short + ". You sign that with your SSH key, and it counts when the\n" +
			"controller has recorded it. It is about the task that is open now: a second attempt\n" +
			"needs a second word.",
		Example: example,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.taskSaid(cmd.Context(), f, act, args[0]) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.text, "text", "", "what was done, or how it failed, in `TEXT`")
	return cmd
}

// tasks are the open claims of hosts that people patch, by when they must be done.
func tasks(state *progress.State, docs *progress.Documents) []report.Task {
	var out []report.Task
	for _, name := range slices.Sorted(maps.Keys(state.Runs)) {
		run, plan := state.Runs[name], docs.Plans[name]
		if plan == nil {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(run.Claims)) {
			c := run.Claims[key]
			job := plan.Jobs[c.Asset]
			if job == nil || job.Target.Type != "manual" {
				continue
			}
			out = append(out, report.Task{
				Plan: name, Client: run.Client, Wave: c.Wave, Asset: c.Asset, Key: key, Segment: string(c.Segment), Attempt: c.Attempt,
				Since: c.At, Until: c.At + c.Worst, Packages: job.Packages, Patches: job.Patches, Instructions: job.Target.Instructions,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b report.Task) int { return int(a.Until - b.Until) })
	return out
}

// openTasks looks which there are.
func (a *app) openTasks(ctx context.Context, f authorityFlags) (*authorisedEnv, []report.Task, error) {
	t, state, err := a.authorisedLogs(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	docs, err := t.view.Documents(ctx, state)
	if err != nil {
		t.close()
		return nil, nil, err
	}
	return t, tasks(state, docs), nil
}

func (a *app) listTasks(ctx context.Context, f authorityFlags) error {
	if !slices.Contains(report.RunsFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.RunsFormats())
	}
	t, all, err := a.openTasks(ctx, f)
	if err != nil {
		return err
	}
	defer t.close()
	return report.WriteTasks(a.env.Stdout, a.flags.format, all, t.zones(), t.now.Unix())
}

func (a *app) taskSaid(ctx context.Context, f taskFlags, act, name string) error {
	client, asset, ok := strings.Cut(name, "/")
	if !ok || asset == "" || strings.Contains(asset, "/") {
		return usage("%q, wanted CLIENT/ASSET", name)
	}
	if act == statement.Fail && strings.TrimSpace(f.text) == "" {
		return usage("task fail needs --text TEXT: how did it fail?")
	}
	t, all, err := a.openTasks(ctx, f.authorityFlags)
	if err != nil {
		return err
	}
	defer t.close()
	i := slices.IndexFunc(all, func(k report.Task) bool { return k.Client == client && k.Asset == asset })
	if i < 0 {
		return noTask(name, all)
	}
	subject := fmt.Sprintf("task:%s/%s/%s", all[i].Plan, asset, strings.TrimPrefix(all[i].Key, "sha256:"))
	return a.sign(ctx, t, f.deedFlags, statement.Statement{Act: act, Subject: subject, Text: f.text, AsOf: instantOf(t.now)})
}

func noTask(name string, all []report.Task) error {
	var names []string
	for _, k := range all {
		names = append(names, k.Client+"/"+k.Asset)
	}
	hint := "there are no open tasks"
	if near := finding.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	} else if len(names) > 0 {
		hint = "open tasks: " + strings.Join(names, ", ")
	}
	return usage("there is no open task for %s; %s", name, hint)
}
