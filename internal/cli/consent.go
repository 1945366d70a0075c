package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/statement"
)

type consentFlags struct {
	deedFlags
	talkFlags
	effect, expires string
}

func (a *app) consentCommand() *cobra.Command {
	var f consentFlags
	cmd := &cobra.Command{
		Use:   "consent CHANGE|gate:CLIENT/PLAN/WAVE|override:CLIENT/PLAN",
		Short: "Take down a client contact's word, signed by you",
		Long: "Consent records what a client's contact said of a change or a gate, on the phone,\n" +
			"by e-mail or in a portal. You sign that they said it: whoever worked on the change\n" +
			"cannot. It is shown as taken by you.",
		Example: "  patchops consent openssl-2026-03 --contact acme/ops --by phone --text 'fine, after 22:00'\n" +
			"  patchops consent gate:acme/openssl-2026-03/canary --contact acme/ops --by email --text 'go ahead'",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.consent(cmd.Context(), f, args[0]) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.contact, "contact", "", "who said it: a Contact, as `CLIENT/NAME`")
	flags.StringVar(&f.by, "by", "", "how: `phone|email|portal`")
	flags.StringVar(&f.text, "text", "", "their words, `TEXT`")
	flags.StringVar(&f.effect, "effect", "", "do not ask: the effect that they heard of has this `DIGEST`")
	flags.StringVar(&f.expires, "expires", "", "stop to count after a `DURATION` such as P2D")
	return cmd
}

func (a *app) consent(ctx context.Context, f consentFlags, target string) error {
	subject, err := subjectOf(target)
	if err != nil || subject == "main" || !isChange(subject) && !strings.HasPrefix(subject, "gate:") && !strings.HasPrefix(subject, "override:") {
		return usage("consent is to a change, a gate:CLIENT/PLAN/WAVE or an override:CLIENT/PLAN, not to %q", target)
	}
	if err := f.check("consent", "CLIENT/NAME"); err != nil {
		return err
	}
	t, err := a.authorised(ctx, f.authorityFlags, subject)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.hasContact(f.contact, subject); err != nil {
		return err
	}
	if err := t.knows(subject); err != nil {
		return err
	}
	s := statement.Statement{Act: statement.Consent, Subject: subject, Contact: f.contact, By: f.by, Text: f.text, AsOf: instantOf(t.now)}
	if isChange(subject) {
		if err := a.see(ctx, t, &s, f.effect); err != nil {
			return err
		}
	}
	if err := expiry(&s, f.expires); err != nil {
		return err
	}
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	if slices.Contains(t.contributors(s).People, who.person) {
		return people("%s worked on %s: somebody else takes down what a client says of it", who.person, target)
	}
	if err := a.heeded(ctx, t, s, who.person); err != nil {
		return err
	}
	return a.say(ctx, t.authorityEnv, who, s, f.out)
}

// hasContact wants that the contact is one of the authorised tip, and of the client
// whose gate it is.
func (t *authorisedEnv) hasContact(contact, subject string) error {
	c, ok := t.book.Contact[contact]
	if !ok {
		return usage("--contact is %q, wanted CLIENT/NAME of a Contact at the authorised tip", contact)
	}
	if kind, plan, _ := strings.Cut(subject, ":"); (kind == "gate" || kind == "override") && !strings.HasPrefix(plan, c.Client+"/") {
		return usage("--contact %s is not of the client of %s", contact, subject)
	}
	return nil
}
