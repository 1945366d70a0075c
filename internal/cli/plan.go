package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
)

type planFlags struct {
	client, base    string
	strict, granted bool
}

func (a *app) planCommand() *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use:   "plan [NAME|CLIENT/NAME...]",
		Short: "Compute the rollout of open plans: when, where, at what cost, and why not",
		Long: "Plan computes the rollout of every open plan: its waves on a calendar, what it costs,\n" +
			"whom to tell until when, what will be late, and what has no place, with the reason and\n" +
			"the smallest change that would give it one. All plans are computed together, since they\n" +
			"share windows and hosts; with NAME or --client, only those are shown.\n\n" +
			"Exit status: 0 no error, 3 errors found, or with --strict an asset without a place.",
		Example: "  patchops plan\n  patchops plan openssl --client acme --format html >rollout.html",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.plan(cmd, flags, args) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := cmd.Flags()
	f.StringVar(&flags.client, "client", "", "show the plans of `CLIENT` only")
	f.StringVar(&flags.base, "base", "", "show also what differs from where `REV` and this parted, in effect and schedule")
	f.BoolVar(&flags.strict, "strict", false, "fail (3) when a shown asset has no place")
	f.BoolVar(&flags.granted, "granted", false, "assume the approvals that are still needed: the schedule if merged now")
	f.StringVar(&a.flags.at, "at", "", "plan the commit `REV` instead of the work tree")
	f.StringVar(&a.flags.asOf, "as-of", "", "plan as of `INSTANT`, RFC 3339 (default: now)")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text, json, markdown, html or ics")
	a.completeFormats(cmd, report.PlanFormats())
	return cmd
}

func (a *app) plan(cmd *cobra.Command, flags planFlags, names []string) error {
	if !slices.Contains(report.PlanFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.PlanFormats())
	}
	color, err := a.color()
	if err != nil {
		return err
	}
	p, err := a.planned(cmd, flags)
	if err != nil {
		return err
	}
	shown, err := choose(p.schedule.Plans, flags.client, names, p.open)
	if err != nil {
		return err
	}
	view := report.Plan{
		Commit: p.commit, Input: p.input, Schedule: p.schedule, Shown: shown, Named: len(names) > 0,
		Findings: aboutPlans(p.findings, shown, flags.client == "" && len(names) == 0), Change: p.change, Source: p.source,
	}
	if err := report.WritePlan(a.env.Stdout, a.flags.format, view, report.Options{Color: color}); err != nil {
		return err
	}
	return a.planStatus(view, flags)
}

// planStatus ends the command, with the findings on stderr where the format has no
// place for them.
func (a *app) planStatus(p report.Plan, flags planFlags) error {
	errors := finding.Count(p.Findings).Errors
	if errors > 0 && (a.flags.format == "json" || a.flags.format == "ics") {
		if err := report.WriteFindings(a.env.Stderr, p.Findings, p.Source); err != nil {
			return err
		}
	}
	unplaced := 0
	for i := range p.Shown {
		unplaced += len(p.Shown[i].Unplaced)
	}
	switch {
	case flags.strict && unplaced > 0:
		return statusError{exitFindings, fmt.Errorf("%d without a place", unplaced)}
	case errors > 0:
		return statusError{status: exitFindings}
	}
	return nil
}

// plannedTree is what was computed of a tree.
type plannedTree struct {
	commit   *string
	input    *rollout.Input
	schedule *rollout.Schedule
	built    *planning.Result
	outcome  *pipeline.Outcome
	findings []finding.Finding
	source   func(string) []byte
	change   *report.PlanChange
	open     openPlans
}

// planned reads a tree, judges it and computes its rollouts.
func (a *app) planned(cmd *cobra.Command, flags planFlags) (*plannedTree, error) {
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	engine, repo, in, commit, err := a.judged(cmd, asOf)
	if err != nil {
		return nil, err
	}
	if err := a.base(repo, flags.base, &in); err != nil {
		return nil, err
	}
	a.room(in)
	options := planning.Options{AsOf: asOf, Granted: flags.granted}
	out, planned, err := engine.Plan(in, options)
	if err != nil {
		return nil, err
	}
	p := &plannedTree{
		commit: commit, input: planned.Input, schedule: planned.Schedule, built: planned.Built, outcome: out, findings: out.Findings,
		source: repo.source(in.Tree), open: openPlansOf(out.Corpus),
	}
	if in.Base != nil {
		p.change, err = a.change(engine, repo, in, options, p, flags.base)
	}
	return p, err
}

// choose keeps the plans of a client and of some names, each NAME or CLIENT/NAME;
// what no client or plan is called is a wrong command line.
func choose(all []rollout.PlanSchedule, client string, names []string, known openPlans) ([]rollout.PlanSchedule, error) {
	if client != "" && !slices.Contains(known.clients, client) {
		return nil, unknown("client", client, known.clients)
	}
	for _, name := range names {
		of, plan, found := strings.Cut(name, "/")
		if !found {
			plan = name
		} else if !slices.Contains(known.clients, of) {
			return nil, unknown("client", of, known.clients)
		}
		if !slices.Contains(known.names, plan) {
			if slices.Contains(known.closed, plan) {
				return nil, usage("plan %q is closed: it lies below plans/.../closed/", plan)
			}
			return nil, unknown("plan", plan, known.names)
		}
	}
	out := []rollout.PlanSchedule{}
	for _, p := range all {
		named := len(names) == 0 || slices.Contains(names, p.Plan) || slices.Contains(names, p.Client+"/"+p.Plan)
		if named && (client == "" || p.Client == client) {
			out = append(out, p)
		}
	}
	return out, nil
}

// aboutPlans keeps the findings that a reader of these plans needs: errors, since
// what they hide is not planned, and what rules say of the rollouts shown.
func aboutPlans(found []finding.Finding, shown []rollout.PlanSchedule, all bool) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f finding.Finding) bool {
		if f.WaivedBy != "" {
			return true
		}
		about := slices.ContainsFunc(shown, func(p rollout.PlanSchedule) bool { return f.Document.String() == p.ID })
		switch {
		case strings.HasPrefix(f.ID, "rollout/"):
			return !all && !about
		case f.Severity == finding.Error:
			return !all && !about && f.Document.Kind == "PatchPlan"
		}
		return f.Document.Kind != "PatchPlan" || !about
	})
}

// clientZone is the zone of a client in the first input that has it, else UTC.
func clientZone(inputs ...*rollout.Input) func(client string) *time.Location {
	return func(client string) *time.Location {
		for _, in := range inputs {
			if c := clientOf(in, client); c != nil {
				return c.Zone
			}
		}
		return time.UTC
	}
}
