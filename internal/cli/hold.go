package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/statement"
)

// holdFlags are those of hold, abort and recall.
type holdFlags struct {
	deedFlags
	wave, reason, propose string
	write                 bool
}

// ofWave is what --wave means where a plan ends.
const ofWave = "With --wave you say which wave gave the reason; the rollout ends as a whole."

// holdCommands are the words that stop a plan. Any active person may say them.
func (a *app) holdCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, word := range []struct{ act, short, long, wave, more string }{
		{
			statement.Hold, "Stop a plan for now", "Hold stops a plan: nothing new starts until somebody resumes it\n(patchops approve resume:CLIENT/PLAN).",
			"With --wave that is about one wave only.", "",
		},
		{statement.Abort, "Stop a plan for good", "Abort ends a plan: what runs comes to its safe point, and nothing new starts.", ofWave, ""},
		{statement.Recall, "Say that what a plan installed must go again", "Recall ends a plan and says that what it installed must be removed again.", ofWave, "\n\n" +
			"Recall then lists the hosts that have it, by the log, and what they had before.\n" +
			"With --propose BRANCH it writes the way back as a change: a plan that installs the\n" +
			"versions before on those hosts, in a commit that you sign, pushed to BRANCH; with\n" +
			"--write into the working tree instead."},
	} {
		var f holdFlags
		cmd := &cobra.Command{
			Use: word.act + " CLIENT/PLAN [--wave W]", Short: word.short,
			Long: word.long + "\n" + word.wave + "\nYou sign it with your SSH key; it takes effect when the controller has recorded it." + word.more,
			Example: "  patchops " + word.act + " acme/openssl-2026-03 --reason 'web shop is slow since the canary'\n" +
				"  patchops " + word.act + " acme/openssl-2026-03 --wave first --reason 'vendor withdrew the patch' --out word.json",
			Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return a.hold(cmd.Context(), f, word.act, args[0]) },
		}
		f.add(cmd)
		flags := cmd.Flags()
		flags.StringVar(&f.wave, "wave", "", "of the wave `NAME`")
		if word.act == statement.Recall {
			flags.StringVar(&f.propose, "propose", "", "propose the way back as a change on the branch `NAME`")
			flags.BoolVar(&f.write, "write", false, "write the way back into the working tree")
		}
		flags.StringVar(&f.reason, "reason", "", "why, in `TEXT`")
		out = append(out, cmd)
	}
	return out
}

func (a *app) hold(ctx context.Context, f holdFlags, act, plan string) error {
	subject := "plan:" + plan
	if err := statement.CheckSubject(subject); err != nil || strings.Count(plan, "/") != 1 {
		return usage("%q, wanted CLIENT/PLAN", plan)
	}
	if f.wave != "" {
		if subject += "/" + f.wave; statement.CheckSubject(subject) != nil {
			return usage("--wave is %q, wanted the name of a wave", f.wave)
		}
	}
	if strings.TrimSpace(f.reason) == "" {
		return usage("%s needs --reason TEXT", act)
	}
	t, err := a.authorised(ctx, f.authorityFlags, subject)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.knows(subject); err != nil {
		return err
	}
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	s := statement.Statement{Act: act, Subject: subject, Reason: f.reason, AsOf: instantOf(t.now)}
	if act != statement.Recall {
		return a.say(ctx, t.authorityEnv, who, s, f.out)
	}
	return a.recall(ctx, t, who, s, f, plan)
}

// recall says it, lists who has what was recalled, and proposes the way back.
func (a *app) recall(ctx context.Context, t *authorisedEnv, who speaker, s statement.Statement, f holdFlags, plan string) error {
	if f.write && f.propose != "" {
		return usage("--write and --propose are two ways: give one")
	}
	if f.propose != "" { // nothing is signed by halves
		if _, err := t.freeBranch(ctx, f.propose); err != nil {
			return err
		}
	}
	var has []recalled
	if t.view != nil {
		state, err := t.logged()
		if err != nil {
			return err
		}
		if run := state.Runs[plan]; run != nil {
			has = whoHasIt(run)
		}
	}
	if err := a.say(ctx, t.authorityEnv, who, s, f.out); err != nil {
		return err
	}
	a.tellRecalled(plan, has)
	if !f.write && f.propose == "" {
		return nil
	}
	if err := t.refetch(ctx); err != nil {
		return err
	}
	return a.goBack(ctx, t, who, f, plan, has)
}
