package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/window"
)

type runFlags struct {
	authorityFlags
	once, dryRun, onlyMerge    bool
	interval                   time.Duration
	only                       string
	allowLocal, secrets, known string
	acceptNew                  bool
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "The controller: merge what is due, carry out rollouts, and record it",
		Long: "Run looks at the repository again and again: it verifies the logs, records what\n" +
			"people said, merges the changes that are approved and due, one after another, and\n" +
			"carries out the rollouts of what was merged: inside its windows, wave by wave, and it\n" +
			"stops by itself when too much fails. All of it is recorded. On a terminal it shows the\n" +
			"waves and hosts that are at it, and why others wait; --format json prints one event a\n" +
			"line. Several may run for one repository: one leads, the others stand by. On SIGTERM\n" +
			"nothing new starts, and what is at hosts is waited for to its end or its safe point.\n\n" +
			"Hosts are reached by their profiles. Secrets and pinned host keys come from secrets.yaml\n" +
			"and known_hosts in this repository's configuration folder, notices go where notify.json\n" +
			"there says. Hosts of type local, folders below --allow-local, are for trying it out.\n\n" +
			"Exit status: 0 done, or told to stop, 1 local error, 2 wrong command line, 3 people must\n" +
			"act: main is blocked, or a rollout failed, is held or paused (with --once), 4 main, a log\n" +
			"or the root of trust does not hold, 5 try again later (with --once; without, it does so\n" +
			"itself).",
		Example: "  patchops run --once\n  patchops run --once --dry-run\n  patchops run --interval 30s --state /var/lib/patchops\n" +
			"  patchops run --allow-local /srv/lite-hosts",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context(), flags) },
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&flags.once, "once", false, "do all that can be done now, wait for the hosts that are at it, then end")
	f.BoolVar(&flags.dryRun, "dry-run", false, "say what would be merged, what would start now and next, and why not; do nothing")
	f.DurationVar(&flags.interval, "interval", time.Minute, "`TIME` between two ticks, such as 30s")
	f.BoolVar(&flags.onlyMerge, "only-merge", false, "merge and record, and carry out no rollout: for a machine that reaches no hosts")
	f.StringVar(&flags.allowLocal, "allow-local", "", "let hosts of type local be the folders CLIENT/ASSET below `DIR`")
	f.BoolVar(&flags.acceptNew, "accept-new-host-keys", false, "pin the key of a host that is seen for the first time, and record it")
	f.StringVar(&flags.secrets, "secrets", "", "`FILE` that says which secret is for which host (default: secrets.yaml in the configuration folder)")
	f.StringVar(&flags.known, "known-hosts", "", "`FILE` of pinned host keys (default: known_hosts in the configuration folder)")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json, one event a line")
	a.completeFormats(cmd, []string{"text", "json"})
	return cmd
}

func (a *app) run(ctx context.Context, flags runFlags) error {
	switch {
	case flags.interval < time.Second || flags.interval > 24*time.Hour:
		return usage("--interval is %s, wanted 1s to 24h", flags.interval)
	case flags.offline:
		return usage("--offline: nothing can be merged or recorded without the remote")
	}
	if err := a.runFormat(); err != nil {
		return err
	}
	color, err := a.color()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	unread := make(chan os.Signal, 1) // whoever reads what is printed may end first: that stops no rollout
	signal.Notify(unread, syscall.SIGPIPE)
	defer signal.Stop(unread)
	w := a.newWatcher(color)
	c, done, err := a.controller(ctx, flags, w)
	if err != nil {
		return err
	}
	switch {
	case flags.dryRun:
		r, err := c.Tick(ctx)
		if err = errors.Join(a.told(r, err), done()); err == nil && !flags.onlyMerge {
			err = a.wouldStart(ctx, flags)
		}
		return errors.Join(err, blocked(r))
	case flags.once:
		return a.runOnce(ctx, c, done, w)
	}
	what := "merging, carrying out rollouts and recording"
	if flags.onlyMerge {
		what = "merging and recording"
	}
	a.progress("patchops: %s every %s; stop with SIGTERM or Ctrl-C", what, flags.interval)
	err = c.Run(ctx, flags.interval, w.ticked)
	w.live.End()
	return errors.Join(err, w.summary(), done())
}

// runOnce does all that can be done now.
func (a *app) runOnce(ctx context.Context, c *controller.Controller, done func() error, w *watcher) error {
	r, err := c.Once(ctx)
	if w.live == nil && w.state != nil {
		w.wait(w.waits, w.at, true)
	}
	if ctx.Err() != nil {
		err = nil // told to stop, and stopped between two effects
	}
	w.live.End()
	err = errors.Join(a.told(r, err), w.summary(), done())
	if err == nil {
		err = blocked(r)
	}
	if err == nil {
		err = stands(w.last())
	}
	return err
}

// blocked is the exit status where main holds what nobody authorised.
func blocked(r *controller.Report) error {
	if r != nil && r.Blocked != nil {
		return statusError{status: exitFindings}
	}
	return nil
}

func (a *app) runFormat() error {
	if a.flags.format != "text" && a.flags.format != "json" {
		return usage("--format is %q, wanted text or json", a.flags.format)
	}
	return nil
}

// controller builds the controller on the user's clone.
func (a *app) controller(ctx context.Context, flags runFlags, w *watcher) (*controller.Controller, func() error, error) {
	e, err := a.authority(ctx, flags.authorityFlags, false)
	if err != nil {
		return nil, nil, err
	}
	defer e.close()
	signer, err := e.logSigner()
	if err != nil {
		return nil, nil, err
	}
	forge, err := a.forge(ctx, e, !flags.dryRun)
	if err != nil {
		return nil, nil, err
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		return nil, nil, err
	}
	policy, err := pipeline.BuiltinDigest()
	if err != nil {
		return nil, nil, err
	}
	rollouts, err := a.rollouts(e, flags, w)
	if err != nil {
		return nil, nil, err
	}
	added, err := endorsements(e)
	if err != nil {
		return nil, nil, err
	}
	began := a.env.Now() // with the monotonic reading that main gives it
	return controller.Open(ctx, controller.Real{
		Root: *e.trust, Signed: e.signed, Clone: e.clone, Forge: forge, Engine: engine, Child: e.child, Prefix: e.repo.prefix,
		State: e.state, Signer: signer, Added: added, Only: flags.only, DryRun: flags.dryRun,
		Clock:   controller.Clock{Now: a.env.Now, Monotonic: func() time.Duration { return a.env.Now().Sub(began) }},
		Version: a.env.Version.Version, Tzdata: window.Version, Policy: policy,
		Rollouts: rollouts,
	})
}

// logSigner is the key that signs checkpoints. Only a controller's machine has it,
// and it must be one of the root's.
func (e *authorityEnv) logSigner() (note.Signer, error) {
	file := filepath.Join(e.folder, "log.key")
	b, err := readOwn(file, 0o077)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the key that signs the log is not on this machine: %s\n"+
			"merge where patchops trust init was run, or bring the file from there; if it is lost: patchops trust rotate --new-log-key", file)
	}
	if err != nil {
		return nil, fmt.Errorf("the key that signs the log: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("the key that signs the log, %s: %w", file, err)
	}
	keys, err := e.trust.Verifiers()
	if err != nil {
		return nil, err
	}
	if _, err := keys.Verifier(signer.Name(), signer.KeyHash()); err != nil {
		return nil, fmt.Errorf("the key that signs the log, %s, is none of the root's: %w", file, err)
	}
	if _, revoked := keys.Good("", note.Signature{Name: signer.Name(), Hash: signer.KeyHash()}); revoked {
		return nil, fmt.Errorf("the key that signs the log, %s, is revoked: no record that it signs counts\n"+
			"merge where patchops trust revoke --new-log-key was run and its root is pinned, or bring log.key from there", file)
	}
	return signer, nil
}
