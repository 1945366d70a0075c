package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/window"
)

// listedDays is how far ahead windows are listed when --to does not say.
const listedDays = 35

type windowsFlags struct{ client, window, asset, from, to, openAt string }

func (a *app) windowsCommand() *cobra.Command {
	var flags windowsFlags
	cmd := &cobra.Command{
		Use:   "windows",
		Short: "List when windows open and freezes forbid work, as instants",
		Long: "Windows lists the occurrences of maintenance windows, freezes and blackouts as instants,\n" +
			"in the client's zone and in UTC, with a note where a change of clocks had a part in it.\n" +
			"With --asset, also when that asset is open, with what forbids work taken away; with\n" +
			"--open-at, whether it is open at an instant, and why.",
		Example: "  patchops windows --client acme --from 2026-03-01 --to 2026-03-31\n  patchops windows --asset acme/web-01 --open-at 2026-03-14T22:30:00Z",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.windows(cmd, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.client, "client", "", "list those of `CLIENT` only")
	f.StringVar(&flags.window, "window", "", "list the window of that `NAME` only")
	f.StringVar(&flags.asset, "asset", "", "list when `CLIENT/NAME` is open (or NAME with --client)")
	f.StringVar(&flags.from, "from", "", "list what ends after `INSTANT`, RFC 3339 or a date in UTC (default: --as-of)")
	f.StringVar(&flags.to, "to", "", fmt.Sprintf("list what starts before `INSTANT`, RFC 3339 or the end of a date in UTC (default: %d days after --from)", listedDays))
	f.StringVar(&flags.openAt, "open-at", "", "say whether it is open at `INSTANT`, and why")
	f.StringVar(&a.flags.at, "at", "", "read the commit `REV` instead of the work tree")
	f.StringVar(&a.flags.asOf, "as-of", "", "as of `INSTANT`, RFC 3339 (default: now)")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text, json or ics")
	a.completeFormats(cmd, report.WindowFormats())
	return cmd
}

// asked is what a windows command asks for, with its names resolved.
type asked struct {
	clients       []string // sorted
	window        string
	asset         string // of the only client; "" for none
	from, to, now int64
}

func (a *app) windows(cmd *cobra.Command, flags windowsFlags) error {
	if !slices.Contains(report.WindowFormats(), a.flags.format) || flags.openAt != "" && a.flags.format == "ics" {
		return usage("--format is %q, wanted one of %v (of --open-at text or json)", a.flags.format, report.WindowFormats())
	}
	color, err := a.color()
	if err != nil {
		return err
	}
	asOf, err := a.asOf()
	if err != nil {
		return err
	}
	q := asked{window: flags.window, now: asOf.Unix()}
	at := int64(0)
	if flags.openAt != "" {
		t, err := window.ParseInstant(flags.openAt)
		if err != nil {
			return usage("--open-at: %w", err)
		}
		at = t.Unix()
	}
	if err := q.times(flags, at); err != nil {
		return err
	}
	calendar, err := a.calendar(cmd, &q, flags)
	if err != nil {
		return err
	}
	if at != 0 {
		answer, err := calendar.openAt(q, at)
		if err != nil {
			return err
		}
		err = report.WriteOpenAt(a.env.Stdout, a.flags.format, answer)
		return calendar.status(a, err)
	}
	err = report.WriteWindows(a.env.Stdout, a.flags.format, calendar.list(q), report.Options{Color: color})
	return calendar.status(a, err)
}

// times reads --from and --to; of --open-at they are around it.
func (q *asked) times(flags windowsFlags, at int64) error {
	q.from = q.now
	if flags.from != "" {
		t, err := window.Instant(flags.from, "", string(window.From))
		if err != nil {
			return usage("--from: %w", err)
		}
		q.from = t.Unix()
	}
	q.to = q.from + listedDays*24*60*60
	if flags.to != "" {
		t, err := window.Instant(flags.to, "", string(window.Until))
		if err != nil {
			return usage("--to: %w", err)
		}
		q.to = t.Unix()
	}
	if at != 0 {
		if flags.from != "" || flags.to != "" {
			return usage("--open-at asks for one instant, leave out --from and --to")
		}
		q.from, q.to = at, at+1
	}
	if q.to <= q.from {
		return usage("--to is %s, wanted later than --from %s", stampUTC(q.to), stampUTC(q.from))
	}
	if days := (q.to - q.from) / (24 * 60 * 60); days > maxListedDays {
		return usage("--from and --to are %d days apart, wanted at most %d", days, maxListedDays)
	}
	return nil
}

// maxListedDays is five years: a list that nobody reads further.
const maxListedDays = 1830

func stampUTC(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

// status ends the command: with 3 where errors kept windows from being read.
func (c *calendar) status(a *app, err error) error {
	if err != nil || len(c.findings) == 0 {
		return err
	}
	if err := report.WriteFindings(a.env.Stderr, c.findings, c.source); err != nil {
		return err
	}
	return statusError{exitFindings, fmt.Errorf("what has errors is not listed")}
}

// aboutWindows keeps the errors that can hide a window.
func aboutWindows(found []finding.Finding) []finding.Finding {
	kinds := []string{"", "Client", "ClientAgreement", "MaintenanceWindow", "Freeze", "HolidayCalendar", "AssetList", "VendorSupport"}
	return slices.DeleteFunc(slices.Clone(found), func(f finding.Finding) bool {
		return f.Severity != finding.Error || f.WaivedBy != "" || !slices.Contains(kinds, f.Document.Kind) || !hides(f.ID)
	})
}

// hides reports whether a finding keeps a document from being read at all.
func hides(id string) bool {
	category, _, _ := strings.Cut(id, "/")
	return slices.Contains([]string{"yaml", "cue", "schema", "document", "bulk", "git"}, category)
}

// judged reads and judges the tree, with what earlier runs kept.
func (a *app) judged(cmd *cobra.Command, asOf time.Time) (*pipeline.Engine, repository, pipeline.Input, *string, error) {
	repo, err := a.repository()
	if err != nil {
		return nil, repo, pipeline.Input{}, nil, err
	}
	in := pipeline.Input{AsOf: asOf, Child: a.child(cmd.Context())}
	var commit *string
	if in.Tree, commit, err = repo.tree(a.flags.at); err != nil {
		return nil, repo, in, nil, err
	}
	engine, err := pipeline.NewEngine()
	return engine, repo, in, commit, err
}
