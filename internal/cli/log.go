package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

func (a *app) logCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Read, verify and prove the result log",
		Long: "The result log is what happened: who approved what, what was decided and merged.\n" +
			"Every command reads what was fetched last (git fetch), another FOLDER, or a BUNDLE\n" +
			"that git or `log export` made. None needs the network; each verifies all it reads.",
		Example: "  patchops log verify\n  patchops log show --client acme",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.logShowCommand(), a.logVerifyCommand(), a.logProveCommand(), a.logExportCommand())
	return cmd
}

// logFlags are those of every log command.
type logFlags struct {
	root, client, since, state, remote, out string

	after      time.Time // of since, if it is a time
	checkpoint []byte    // of since, if it is a file
	documents  bool      // export them, too
	effects    bool      // compare all that rests on documents with them
	only       *record   // of the argument CLIENT/YEAR/SEQ
	source     string    // of the argument FOLDER or BUNDLE
}

func (f *logFlags) add(a *app, cmd *cobra.Command, formats bool) {
	flags := cmd.Flags()
	flags.StringVar(&f.root, "root", "", "the root of trust `FILE` (default: this machine's, else the bundle's own)")
	flags.StringVar(&f.client, "client", "", "only the logs of this `CLIENT`; _org is what belongs to none")
	flags.StringVar(&f.state, "state", "", "this machine's state `DIR` (default: in the state folder)")
	flags.StringVar(&f.remote, "remote", "origin", "the `NAME` of the remote that the logs were fetched from")
	if formats {
		flags.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
		a.completeFormats(cmd, []string{"text", "json"})
	}
}

// record is one record by its name, CLIENT/YEAR/SEQ.
type record struct {
	client, period string
	seq            int64
}

// beyond says that a log of some size has no such record.
func (r record) beyond(size int64) error {
	return fmt.Errorf("no record %s/%s/%d: the log holds %d, counted from 0", r.client, r.period, r.seq, size)
}

func (r record) of(n resultlog.Name) bool {
	return strings.TrimPrefix(n.Branch(""), "/") == r.client+"/"+r.period
}

var recordForm = regexp.MustCompile(`^([^/]+)/([0-9]{4}(?:-[0-9]+)?)/([0-9]{1,15})$`)

// parse reads the arguments: a record where one may be named, and where to read.
func (f *logFlags) parse(a *app, args []string, wantRecord bool) error {
	if a.flags.format != "" && a.flags.format != "text" && a.flags.format != "json" {
		return usage("--format is %q, wanted text or json", a.flags.format)
	}
	if len(args) > 0 {
		if m := recordForm.FindStringSubmatch(args[0]); m != nil && (wantRecord || !exists(a.absolute(args[0]))) {
			seq, err := strconv.ParseInt(m[3], 10, 64)
			if err != nil {
				return usage("%w", err)
			}
			f.only, args = &record{m[1], m[2], seq}, args[1:]
			f.client = m[1]
		}
	}
	if wantRecord && f.only == nil {
		return usage("wanted a record, CLIENT/YEAR/SEQ, such as acme/2026/412")
	}
	if len(args) > 1 {
		return usage("%q: wanted one folder or bundle", args)
	}
	if len(args) == 1 {
		f.source = a.absolute(args[0])
		if !exists(f.source) {
			return usage("%q does not exist; wanted a folder or a bundle, or a record as CLIENT/YEAR/SEQ", args[0])
		}
	}
	return f.parseSince(a)
}

func (f *logFlags) parseSince(a *app) error {
	if f.since == "" {
		return nil
	}
	var err error
	if f.after, err = time.Parse(time.RFC3339, f.since); err == nil {
		return nil
	}
	if f.after, err = time.Parse(time.DateOnly, f.since); err == nil {
		return nil
	}
	if f.checkpoint, err = readSmall(a.absolute(f.since)); err != nil {
		return usage("--since is %q, wanted a time such as 2026-03-12T09:00:00Z, or the file of a signed checkpoint", f.since)
	}
	return nil
}

// logErr gives an error of reading logs its exit status.
func logErr(err error) error {
	var s statusError
	if err == nil || errors.As(err, &s) {
		return err
	}
	if errors.Is(err, git.ErrCorrupt) || errors.Is(err, git.ErrMissing) {
		return statusError{exitIntegrity, err}
	}
	return statusError{statusOf(err), err}
}

func (a *app) logShowCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "show [CLIENT/YEAR/SEQ] [FOLDER|BUNDLE]",
		Short: "Show what happened, one line a record, or one record whole",
		Long: "Show prints the records, oldest first in each log. With --since only what is newer\n" +
			"than a time or a checkpoint. A log that does not hold ends it with status 4.",
		Example: "  patchops log show --client acme --since 2026-03-01\n  patchops log show acme/2026/412 evidence.bundle",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parse(a, args, false); err != nil {
				return err
			}
			return logErr(a.logShow(cmd.Context(), &f))
		},
	}
	f.add(a, cmd, true)
	cmd.Flags().StringVar(&f.since, "since", "", "only what is newer than `TIME|CHECKPOINT`: an instant, a day, or the file of a signed checkpoint")
	return cmd
}

func (a *app) logVerifyCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "verify [FOLDER|BUNDLE|PROOF]",
		Short: "Verify every record, signature and commit of the logs; offline",
		Long: "Verify checks all of each log: signed checkpoints, every record under them, the\n" +
			"history of its branch, and that no merge lacks its decision, no decision its\n" +
			"approvals, no approval its signature. It names the first record that does not hold\n" +
			"and ends with status 4. It also checks the file of a proof that `log prove` made.\n\n" +
			"Where the documents are at hand, as in a clone, the effects of merges, the grants and\n" +
			"hosts of rollouts and the windows of claims are computed anew from them, and compared:\n" +
			"of the first commits that the logs name, 64 and more until they hold 100,000 files,\n" +
			"with --effects of all. It says how many that were, and how many not.",
		Example: "  patchops log verify\n  patchops log verify evidence.bundle --root root.json --since last-year.checkpoint",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parse(a, args, false); err != nil {
				return err
			}
			return logErr(a.logVerify(cmd.Context(), &f))
		},
	}
	f.add(a, cmd, true)
	cmd.Flags().StringVar(&f.since, "since", "", "the logs must extend this `CHECKPOINT`, the file of a signed one")
	cmd.Flags().BoolVar(&f.effects, "effects", false, "compare every record that rests on documents with them; they must be here")
	return cmd
}

func (a *app) logProveCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "prove CLIENT/YEAR/SEQ [FOLDER|BUNDLE]",
		Short: "Prove one record by a small file that needs no log",
		Long: "Prove writes the record, its way to the root of the log's tree, and the signed\n" +
			"checkpoint: about 2 KB that anybody with the log's key can check.",
		Example: "  patchops log prove acme/2026/412 --out merge.proof\n  patchops log verify merge.proof --root root.json",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parse(a, args, true); err != nil {
				return err
			}
			return logErr(a.logProve(cmd.Context(), &f))
		},
	}
	f.add(a, cmd, false)
	cmd.Flags().StringVar(&f.out, "out", "", "write the proof to `FILE` (default: standard output)")
	return cmd
}

func (a *app) logExportCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "export --out FILE [FOLDER|BUNDLE]",
		Short: "Write the logs of one client, or all, as one evidence file",
		Long: "Export verifies the logs and writes them as a git bundle, with the root of trust\n" +
			"inside. With --client it names no other client. Whoever gets it runs\n" +
			"`patchops log verify FILE`, or reads it with plain git. With --documents the commits\n" +
			"that the logs name are in it, too, with their history: verify then computes anew what\n" +
			"follows from them, as in a clone.",
		Example: "  patchops log export --client acme --out acme.bundle\n  patchops log export --since 2026-01-01 --out audit.bundle",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parse(a, args, false); err != nil {
				return err
			}
			if f.out == "" {
				return usage("wanted --out FILE, where to write the bundle")
			}
			if f.documents && f.client != "" {
				return usage("--documents with --client: a commit holds the documents of all clients")
			}
			return logErr(a.logExport(cmd.Context(), &f))
		},
	}
	f.add(a, cmd, false)
	cmd.Flags().StringVar(&f.out, "out", "", "write the bundle to `FILE`")
	cmd.Flags().BoolVar(&f.documents, "documents", false, "with the documents of all clients at the commits that the logs name")
	cmd.Flags().StringVar(&f.since, "since", "", "leave out logs that end before `TIME|CHECKPOINT`; with a checkpoint, what it signed must be there")
	return cmd
}

// noLogs says that there is nothing to read.
func noLogs(f *logFlags, where string) error {
	if f.client != "" {
		return statusError{exitError, fmt.Errorf("no log of client %q in %s", f.client, where)}
	}
	return statusError{exitError, fmt.Errorf("no log in %s: its branches were not fetched (git fetch), or nothing was recorded yet (patchops run does that)", where)}
}
