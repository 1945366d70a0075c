package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/statement"
)

// holdCommands are the words that stop a plan. Any active person may say them.
func (a *app) holdCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, word := range []struct{ act, short, long string }{
		{statement.Hold, "Stop a plan for now", "Hold stops a plan: nothing new starts until somebody resumes it."},
		{statement.Abort, "Stop a plan for good", "Abort ends a plan: what runs comes to its safe point, and nothing new starts."},
		{statement.Recall, "Say that what a plan installed must go again", "Recall ends a plan and says that what it installed must be removed again."},
	} {
		var f approveFlags
		cmd := &cobra.Command{
			Use: word.act + " CLIENT/PLAN", Short: word.short,
			Long: word.long + " You sign that with your SSH key; it\n" +
				"takes effect when the controller has recorded it.",
			Example: "  patchops " + word.act + " acme/openssl-2026-03 --reason 'web shop is slow since the canary'\n" +
				"  patchops " + word.act + " acme/openssl-2026-03 --reason 'vendor withdrew the patch' --out word.json",
			Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return a.hold(cmd.Context(), f, word.act, args[0]) },
		}
		f.add(cmd)
		flags := cmd.Flags()
		flags.StringVar(&f.reason, "reason", "", "why, in `TEXT`")
		flags.StringVar(&f.key, "key", "", "sign with the SSH key `FILE`")
		flags.StringVar(&f.out, "out", "", "write the signed statement to `FILE` instead of pushing it")
		out = append(out, cmd)
	}
	return out
}

func (a *app) hold(ctx context.Context, f approveFlags, act, plan string) error {
	subject := "plan:" + plan
	if err := statement.CheckSubject(subject); err != nil {
		return usage("%q, wanted CLIENT/PLAN", plan)
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
	return a.say(ctx, t.authorityEnv, who, statement.Statement{Act: act, Subject: subject, Reason: f.reason, AsOf: instantOf(t.now)}, f.out)
}
