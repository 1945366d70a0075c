package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/window"
)

type approveFlags struct {
	deedFlags
	effect, reason, expires, deliver string
	reject, withdraw                 bool
}

func (a *app) approveCommand() *cobra.Command {
	var f approveFlags
	cmd := &cobra.Command{
		Use:   "approve TARGET",
		Short: "Sign that you approve, reject or withdraw",
		Long: "Approve shows what a change would allow and what is found in it, asks, and signs\n" +
			"that with your SSH key: exactly this effect and these findings. The statement goes\n" +
			"to your chain, the branch patchops/approvals/YOU. TARGET is a change (a branch, or\n" +
			"'#41'), main (what came to be there without approval), gate:CLIENT/PLAN/WAVE,\n" +
			"resume:CLIENT/PLAN/WAVE, or override:CLIENT/PLAN.\n\n" +
			"Without a terminal, --effect says which effect you saw; if the branch has another\n" +
			"one by now, nothing is signed (exit 5).",
		Example: "  patchops approve openssl-2026-03\n  patchops approve openssl-2026-03 --reject --reason 'the freeze is not over'",
		Args: func(cmd *cobra.Command, args []string) error {
			if f.deliver != "" {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.deliver != "" {
				return a.deliver(cmd.Context(), f.authorityFlags, f.deliver)
			}
			return a.approve(cmd.Context(), f, args[0])
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.effect, "effect", "", "do not ask: the effect has this `DIGEST`, as shown before")
	flags.BoolVar(&f.reject, "reject", false, "say that it must not be merged")
	flags.BoolVar(&f.withdraw, "withdraw", false, "take back what you said about it")
	flags.StringVar(&f.reason, "reason", "", "why, in `TEXT`")
	flags.StringVar(&f.expires, "expires", "", "stop to count after a `DURATION` such as P2D, if that is earlier than the rule says")
	flags.StringVar(&f.deliver, "deliver", "", "push the statement in `FILE`, whoever signed it, to its person's chain")
	return cmd
}

// digestForm is how the digest of an effect is written.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// act is what the flags say.
func (f approveFlags) act() string {
	switch {
	case f.reject:
		return statement.Reject
	case f.withdraw:
		return statement.Withdraw
	}
	return statement.Approve
}

func (a *app) approve(ctx context.Context, f approveFlags, target string) error {
	if f.effect != "" && !digestForm.MatchString(f.effect) {
		return usage("--effect is %q, wanted sha256: and 64 digits, as patchops approve %s shows it", f.effect, target)
	}
	if f.reject && f.withdraw {
		return usage("--reject and --withdraw say two things: give one")
	}
	subject, err := subjectOf(target)
	if err != nil {
		return err
	}
	t, err := a.authorised(ctx, f.authorityFlags, subject)
	if err != nil {
		return err
	}
	defer t.close()
	s := statement.Statement{Act: f.act(), Subject: subject, Reason: f.reason, AsOf: instantOf(t.now)}
	if strings.HasPrefix(subject, "resume:") { // it lifts nothing that came after it
		s.AsOf = t.now.Truncate(time.Second).Format(time.RFC3339)
	}
	if err := t.knows(subject); err != nil {
		return err
	}
	if isChange(subject) && s.Act != statement.Withdraw {
		if err := a.see(ctx, t, &s, f.effect); err != nil {
			return err
		}
	} else if f.effect != "" {
		return usage("--effect is of a change that you approve or reject; %s %s has none", s.Act, subject)
	}
	if err := expiry(&s, f.expires); err != nil {
		return err
	}
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	if of, resumes := strings.CutPrefix(subject, "resume:"); resumes && s.Act == statement.Approve {
		if why := controller.MayApprove(t.book, who.person, of); why != "" {
			return people("nothing was signed: %s", why)
		}
	}
	if err := a.heeded(ctx, t, s, who.person); err != nil {
		return err
	}
	if s.Act == statement.Approve && slices.Contains(t.contributors(s).People, who.person) {
		a.progress("patchops: you contributed to this change: where a rule excludes contributors, your approval does not count")
	}
	return a.say(ctx, t.authorityEnv, who, s, f.out)
}

// subjectOf is what a TARGET is called in statements.
func subjectOf(target string) (string, error) {
	subject := target
	if target != "main" && !strings.Contains(target, ":") {
		subject = "change:" + target
	}
	for _, not := range []string{"change:main", "plan:", "key:"} {
		if strings.HasPrefix(subject, not) && subject != "change:"+target {
			return "", usage("TARGET is %q, wanted a branch, '#41', main, gate:..., resume:... or override:...", target)
		}
	}
	why := controller.Unspeakable(target)
	if why != "" && subject == "change:"+target && target != "" && !strings.HasPrefix(target, "patchops/") {
		return "", usage("TARGET is %q: %s", target, why)
	}
	if err := statement.CheckSubject(subject); err != nil {
		return "", usage("TARGET is %q, wanted a branch, '#41', main, gate:CLIENT/PLAN/WAVE, resume:CLIENT/PLAN/WAVE or override:CLIENT/PLAN", target)
	}
	return subject, nil
}

func isChange(subject string) bool { return subject == "main" || strings.HasPrefix(subject, "change:") }

// instantOf is an instant as statements write it; of a change it is the minute whose
// findings are accepted.
func instantOf(t time.Time) string { return t.UTC().Truncate(time.Minute).Format(time.RFC3339) }

// expiry turns --expires into an instant. An override always has one.
func expiry(s *statement.Statement, flag string) error {
	override := strings.HasPrefix(s.Subject, "override:") && s.Act == statement.Approve
	if override && strings.TrimSpace(s.Reason) == "" {
		return usage("an override needs --reason TEXT")
	}
	if flag == "" && override {
		flag = "PT4H"
	}
	if flag == "" {
		return nil
	}
	d, err := window.ParseDuration(flag)
	if err != nil {
		return usage("--expires: %w", err)
	}
	from, err := statement.Instant(s.AsOf)
	if err != nil {
		return err
	}
	if override && d > statement.Override {
		return usage("--expires is %s, wanted at most PT4H for an override", flag)
	}
	s.Expires = from.Add(d).Format(time.RFC3339)
	return nil
}

// see shows the effect and the findings of a change, and puts them into a statement
// if the person agrees that this is what they mean.
func (a *app) see(ctx context.Context, t *authorisedEnv, s *statement.Statement, given string) error {
	c, err := t.change(ctx, s.Subject)
	if err != nil {
		return err
	}
	in := review.Input{
		Engine: t.engine, Child: t.child, Source: t.source, Repository: t.id, Target: t.target, Change: c, Authorised: t.tip, Now: t.now,
	}
	if s.Subject == "main" {
		in.Landed = c.Head
	}
	p, err := review.Propose(in)
	s.Head = c.Head
	if errors.Is(err, review.ErrNothing) && s.Act == statement.Reject && given == "" {
		a.progress("patchops: %v", err)
		return nil
	}
	if errors.Is(err, review.ErrNothing) {
		return people("%w", err)
	}
	if err != nil {
		return err
	}
	s.Base, s.Effect = p.Base, p.Digest
	if s.Act != statement.Reject {
		s.Accepts = p.Accepts
	}
	if given == "" {
		a.show(t, c, p)
	}
	return a.agreed("--effect", given, p.Digest, s.Act+" "+c.Name)
}

// show prints what is agreed to.
func (a *app) show(t *authorisedEnv, c change.Change, p *review.Proposal) {
	out := a.env.Stdout
	fmt.Fprintf(out, "%s at %s, from %s, for %s\n\n", report.Display(c.Name), change.Short(p.Head), change.Short(p.Base), t.target)
	fmt.Fprint(out, report.EffectText(p.Effect))
	if p.Review.Outcome != nil && len(p.Review.Outcome.Findings) > 0 {
		fmt.Fprintf(out, "\nfindings that go with it: %d\n", len(p.Review.Outcome.Findings))
		_ = report.WriteFindings(out, p.Review.Outcome.Findings, func(file string) []byte {
			b, _ := p.Review.Tree.Source(file)
			return b
		})
	}
}

// contributors are whose work a change is, as far as its commits say.
func (t *authorisedEnv) contributors(s statement.Statement) change.Contributors {
	if s.Base == "" || s.Head == "" {
		return change.Contributors{}
	}
	commits, err := controller.Commits(t.git, s.Base, s.Head)
	if err != nil {
		return change.Contributors{}
	}
	return change.Signed(commits, review.People(t.book))
}
