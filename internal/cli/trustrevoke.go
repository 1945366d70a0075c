package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/statement"
)

type revokeFlags struct {
	deedFlags
	reason, since  string
	good           []string
	others, newLog bool
}

func (a *app) trustRevokeCommand() *cobra.Command {
	var f revokeFlags
	cmd := &cobra.Command{
		Use:   "revoke KEY",
		Short: "Sign that a person's key, or a log key, is lost or stolen",
		Long: "Revoke says that a key of a Person counts no more: what it signed and the log\n" +
			"recorded before stays valid, what comes later does not count. Any active Person\n" +
			"may say so: it stands in the log who did. KEY is a public key, its file, or its\n" +
			"fingerprint. An owner's is replaced by trust rotate.\n\n" +
			"With --compromised-since what it signed since then is in doubt, too: rollouts that such\n" +
			"an approval let begin are held, until somebody resumes them.\n\n" +
			"A log key (as trust show prints it, or the eight hex digits in it) is revoked by the\n" +
			"owners: it makes the next root of trust, as trust rotate does, which says how many\n" +
			"records of each log are good. When enough owners signed it and the controller's\n" +
			"machine pinned it, the controller takes the logs back to that and goes on with\n" +
			"another key. Nothing is removed: what is set aside stays in the branch's history.",
		Example: "  patchops trust revoke ben.pub --reason 'laptop stolen'\n  patchops trust revoke SHA256:… --reason 'left the company'\n" +
			"  patchops trust revoke 51c969fe --reason 'host broken into' --good acme/2026=41 --others-good --new-log-key",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.trustRevoke(cmd, f, args) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.reason, "reason", "", "why, in `TEXT`")
	flags.StringVar(&f.since, "compromised-since", "", "it was in wrong hands since `INSTANT`, RFC 3339")
	flags.StringArrayVar(&f.good, "good", nil, "of a log key: how many records of a log are good, `CLIENT/YEAR=SIZE` or the file of a signed checkpoint")
	flags.BoolVar(&f.others, "others-good", false, "of a log key: all that it signed in the logs that --good does not name is good")
	flags.BoolVar(&f.newLog, "new-log-key", false, "of a log key: draw the next one, on the controller's machine")
	return cmd
}

func (a *app) trustRevoke(cmd *cobra.Command, f revokeFlags, args []string) error {
	if strings.TrimSpace(f.reason) == "" {
		return usage("a revocation needs --reason TEXT")
	}
	if looksLikeLogKey(args[0]) {
		return a.trustRevokeLog(cmd, f, args)
	}
	if len(f.good) > 0 || f.others || f.newLog || len(args) > 1 {
		return usage("one KEY of a person at a time, and --good, --others-good and --new-log-key are of log keys: %q is none", args[0])
	}
	text := args[0]
	fingerprint := text
	if key, err := a.publicKey(text); err == nil {
		fingerprint = key.Fingerprint()
	}
	subject := "key:" + fingerprint
	if err := statement.CheckSubject(subject); err != nil {
		return usage("KEY is %q, wanted a public key, its file, or a fingerprint such as SHA256:...", text)
	}
	t, err := a.authorised(cmd.Context(), f.authorityFlags, subject)
	if err != nil {
		return err
	}
	defer t.close()
	if owner, problem := t.book.Speaker(fingerprint, 0); owner == "" {
		return usage("%s", problem)
	}
	s := statement.Statement{Act: statement.Revoke, Subject: subject, Reason: f.reason, AsOf: instantOf(t.now)}
	if f.since != "" {
		at, err := time.Parse(time.RFC3339, f.since)
		if err != nil || at.After(t.now) {
			return usage("--compromised-since is %q, wanted an instant that has passed, such as 2026-03-12T09:00:00Z", f.since)
		}
		s.Expires = instantOf(at)
	}
	return a.sign(cmd.Context(), t, f.deedFlags, s)
}
