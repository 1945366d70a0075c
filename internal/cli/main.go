// Package cli is the command line: flags, streams, exit statuses. It builds the
// edges (files, git, the limited child, the cache) and hands them to the
// pipeline; it decides nothing itself.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"

	"github.com/patchops/patchops/internal/finding"
)

// Env is the process as the commands see it. Everything that differs between a
// terminal, CI and a test is in here.
type Env struct {
	Args    []string // without the program's name
	Dir     string   // the folder that relative paths start from
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(string) string
	Now     func() time.Time
	Color   bool // Stdout is a terminal
	Version Version
	// Secret asks on the terminal for what nobody shall see; nil: Stdin is no terminal.
	Secret func(prompt string) ([]byte, error)
	// Size is that of the terminal that Stdout is, in cells; nil: 80 by 24.
	Size func() (width, height int)
	// Hosts wraps what reaches hosts; nil: it is used as it is.
	Hosts func(executor.Executor) executor.Executor
	Limit func(bytes int64) // sets how much memory the process shall do with; nil: nothing can
}

// Version says which program this is.
type Version struct{ Version, Commit string }

// The exit statuses (docs/guides/exit-statuses.md).
const (
	exitDone      = 0
	exitError     = 1 // our bug, local I/O, bad set-up
	exitUsage     = 2 // wrong command line
	exitFindings  = 3 // people must act
	exitIntegrity = 4 // main, a log or the root of trust is not what it was: stop and look
	exitRetry     = 5 // the same command may succeed later
)

// Main runs one command and returns the exit status.
func Main(ctx context.Context, env Env) int {
	a := &app{env: env}
	root := a.root()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	return a.status(root.ExecuteContext(ctx))
}

func (a *app) status(err error) int {
	var s statusError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &s):
		if s.err != nil {
			a.complain(s.err)
		}
		return s.status
	}
	a.complain(err)
	return statusOf(err)
}

// complain prints an error, and a hint where another root of trust may be the cause.
func (a *app) complain(err error) {
	fmt.Fprintf(a.env.Stderr, "patchops: %s\n", legible(err))
	if errors.Is(err, resultlog.ErrCheckpoint) {
		fmt.Fprintln(a.env.Stderr, "has this machine the same root of trust as the others? compare the digests of patchops trust show")
	}
}

// legible is an error's text, in which the names of strangers' files do nothing to
// a terminal.
func legible(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, l := range lines {
		lines[i] = report.Display(l)
	}
	return strings.Join(lines, "\n")
}

// statusError ends the process with a status; err, if any, goes to stderr.
type statusError struct {
	status int
	err    error
}

func (e statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e statusError) Unwrap() error { return e.err }

// usage is a wrong command line.
func usage(format string, args ...any) error {
	return statusError{exitUsage, fmt.Errorf(format, args...)}
}

// app is one run of the program.
type app struct {
	env   Env
	flags struct {
		repo, at, asOf, format, color string
		quiet                         bool
	}
}

// didYouMean names the command that a mistyped one is near to.
func didYouMean(cmd *cobra.Command, args []string) string {
	if len(args) == 0 || !cmd.HasSubCommands() {
		return ""
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	if near := finding.Nearest(args[0], names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "patchops",
		Short: "GitOps policy-as-code for patch management",
		Long: "patchops keeps patch plans, maintenance windows, client agreements and approval\n" +
			"rules in Git and says what is wrong with them, where, by which rule and how to mend it.",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.repo, "repo", "", "`DIR` of the repository (default: the one around the current folder)")
	f.StringVar(&a.flags.color, "color", "auto", "colour the output: `auto|always|never`; auto: on a terminal without NO_COLOR")
	_ = root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	f.BoolVarP(&a.flags.quiet, "quiet", "q", false, "print results only, not what was written or what comes next")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w\nsee %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(a.initCommand(), a.checkCommand(), a.testCommand(), a.schemaCommand(),
		a.windowsCommand(), a.planCommand(), a.explainCommand(),
		a.trustCommand(), a.statusCommand(), a.approveCommand(), a.consentCommand(), a.mergeCommand(), a.runCommand(), a.logCommand(),
		a.noticeCommand(), a.taskCommand(), a.importCommand(), a.archiveCommand(),
		a.demoCommand(), a.versionCommand())
	root.AddCommand(a.holdCommands()...)
	wrapArgs(root)
	return root
}

// wrapArgs makes a wrong number of arguments, or an unknown command, a wrong
// command line (2) like every other.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				if strings.HasPrefix(err.Error(), "accepts ") {
					err = fmt.Errorf("%d arguments, wanted %s", len(args), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
				}
				return usage("%w%s\nsee %s --help", err, didYouMean(cmd, args), cmd.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		wrapArgs(sub)
	}
}

// color reports whether results are coloured.
func (a *app) color() (bool, error) {
	switch a.flags.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return a.env.Color && a.env.Getenv("NO_COLOR") == "", nil
	}
	return false, usage("--color is %q, wanted auto, always or never", a.flags.color)
}

// asOf is the instant of judgement: --as-of, else now, in whole minutes so that
// two checks in a row judge alike.
func (a *app) asOf() (time.Time, error) {
	if a.flags.asOf == "" {
		return a.env.Now().UTC().Truncate(time.Minute), nil
	}
	t, err := time.Parse(time.RFC3339, a.flags.asOf)
	if err != nil || t.Year() < 1970 || t.Year() >= 2100 {
		return t, usage("--as-of is %q, wanted RFC 3339 between 1970 and 2100, such as 2026-03-12T09:00:00Z", a.flags.asOf)
	}
	return t.UTC(), nil
}

// progress says something on stderr that is not a result.
func (a *app) progress(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintf(a.env.Stderr, format+"\n", args...)
	}
}
