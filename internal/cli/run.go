package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	once, dryRun bool
	interval     time.Duration
	only         string
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "The controller: merge what is due, and record it",
		Long: "Run looks at the repository again and again: it verifies the logs, records what\n" +
			"people said, merges the changes that are approved and due, one after another, and\n" +
			"records every decision. It carries out no rollout yet: it merges and records.\n" +
			"Several may run for one repository: one leads, the others stand by.\n\n" +
			"Exit status: 0 done, or told to stop, 1 local error, 2 wrong command line, 3 main\n" +
			"is blocked: people must act, 4 main, a log or the root of trust does not hold,\n" +
			"5 try again later (with --once; without, it does so itself).",
		Example: "  patchops run --once\n  patchops run --interval 30s --state /var/lib/patchops",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context(), flags) },
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&flags.once, "once", false, "one tick, then end")
	f.BoolVar(&flags.dryRun, "dry-run", false, "with --once: judge, say what would be done first, and do nothing")
	f.DurationVar(&flags.interval, "interval", time.Minute, "`TIME` between two ticks, such as 30s")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json, one object a tick")
	a.completeFormats(cmd, []string{"text", "json"})
	return cmd
}

func (a *app) run(ctx context.Context, flags runFlags) error {
	switch {
	case flags.interval < time.Second || flags.interval > 24*time.Hour:
		return usage("--interval is %s, wanted 1s to 24h", flags.interval)
	case flags.dryRun && !flags.once:
		return usage("--dry-run says what one tick would do: give --once too")
	case flags.offline:
		return usage("--offline: nothing can be merged or recorded without the remote")
	}
	if err := a.runFormat(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	c, done, err := a.controller(ctx, flags)
	if err != nil {
		return err
	}
	if flags.once {
		r, err := c.Tick(ctx)
		if ctx.Err() != nil {
			err = nil // told to stop, and stopped between two effects
		}
		err = errors.Join(a.told(r, err), done())
		if err == nil && r.Blocked != nil {
			return statusError{status: exitFindings}
		}
		return err
	}
	a.progress("patchops: merging and recording every %s; rollouts are not carried out yet; stop with SIGTERM or Ctrl-C", flags.interval)
	last := ""
	err = c.Run(ctx, flags.interval, func(r *controller.Report, err error) {
		if controller.Later(err) {
			a.progress("patchops: %s: again in a while", legible(err))
			return
		}
		if err != nil {
			return
		}
		now := tickText(r)
		if a.flags.format == "json" || len(r.Done) > 0 || now != last {
			_ = a.told(r, nil)
		}
		last = now
	})
	return errors.Join(err, done())
}

func (a *app) runFormat() error {
	if a.flags.format != "text" && a.flags.format != "json" {
		return usage("--format is %q, wanted text or json", a.flags.format)
	}
	return nil
}

// controller builds the controller on the user's clone.
func (a *app) controller(ctx context.Context, flags runFlags) (*controller.Controller, func() error, error) {
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
	began := a.env.Now() // with the monotonic reading that main gives it
	return controller.Open(ctx, controller.Real{
		Root: *e.trust, Signed: e.signed, Clone: e.clone, Forge: forge, Engine: engine, Child: e.child, Prefix: e.repo.prefix,
		State: e.state, Signer: signer, Only: flags.only, DryRun: flags.dryRun,
		Clock:   controller.Clock{Now: a.env.Now, Monotonic: func() time.Duration { return a.env.Now().Sub(began) }},
		Version: a.env.Version.Version, Tzdata: window.Version, Policy: policy,
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
	return signer, nil
}
