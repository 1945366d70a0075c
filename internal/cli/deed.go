package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/statement"
)

// deedFlags are those of every command by which a person says something, signed.
type deedFlags struct {
	authorityFlags
	key, out string
}

func (f *deedFlags) add(cmd *cobra.Command) {
	f.authorityFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "sign with the SSH key `FILE`, private, or public with its private half in ssh-agent")
	flags.StringVar(&f.out, "out", "", "write the signed statement to `FILE` instead of pushing it")
}

// talkFlags are what was said with a contact of a client: who, how and what.
type talkFlags struct{ contact, by, text string }

// check wants all of them; example is how a command names a contact.
func (f talkFlags) check(command, example string) error {
	if f.contact == "" || f.by == "" || strings.TrimSpace(f.text) == "" {
		return usage("%s needs who, how and what: --contact %s --by phone|email|portal --text TEXT", command, example)
	}
	if !slices.Contains([]string{"phone", "email", "portal"}, f.by) {
		return usage("--by is %q, wanted phone, email or portal", f.by)
	}
	return nil
}

// authorisedLogs finds the authorised tip and folds the logs, which only a root of trust
// vouches for.
func (a *app) authorisedLogs(ctx context.Context, f authorityFlags) (*authorisedEnv, *progress.State, error) {
	t, err := a.authorised(ctx, f, "")
	if err != nil {
		return nil, nil, err
	}
	state, err := t.logged()
	if err != nil {
		t.close()
		return nil, nil, err
	}
	return t, state, nil
}

// sign is say by whoever has the key.
func (a *app) sign(ctx context.Context, t *authorisedEnv, f deedFlags, s statement.Statement) error {
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	return a.say(ctx, t.authorityEnv, who, s, f.out)
}
