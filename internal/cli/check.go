package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/cache"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/window"
)

type checkFlags struct {
	base    string
	noCache bool
}

func (a *app) checkCommand() *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Judge documents, references and policies",
		Long: "Check judges every document of the repository: its syntax, its schema, what it\n" +
			"refers to, and the built-in and own policies. Each mistake is shown with its\n" +
			"place, its rule and how to mend it. With PATH, only what lies there is shown.\n\n" +
			"Exit status: 0 no error, 1 could not check, 2 wrong command line, 3 errors found.",
		Example: "  patchops check\n  patchops check --base origin/main --format github",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.check(cmd, flags, args) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.base, "base", "", "show only what differs from `REV`, what that can affect, would allow, and does to schedules")
	f.BoolVar(&flags.noCache, "no-cache", false, "judge everything afresh; neither read nor write the cache")
	f.StringVar(&a.flags.at, "at", "", "judge the commit `REV` instead of the work tree")
	f.StringVar(&a.flags.asOf, "as-of", "", "judge as of `INSTANT`, RFC 3339 (default: now)")
	f.StringVar(&a.flags.format, "format", "text", "print findings as `FORMAT`: text, json, sarif, junit, github or tap")
	a.completeFormats(cmd, report.Formats())
	return cmd
}

func (a *app) completeFormats(cmd *cobra.Command, formats []string) {
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) check(cmd *cobra.Command, flags checkFlags, args []string) error {
	asOf, err := a.asOf()
	if err != nil {
		return err
	}
	color, err := a.color()
	if err != nil {
		return err
	}
	if !slices.Contains(report.Formats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.Formats())
	}
	repo, err := a.repository()
	if err != nil {
		return err
	}
	paths, err := a.inside(repo, args)
	if err != nil {
		return err
	}
	in := pipeline.Input{AsOf: asOf, Child: a.child(cmd.Context())}
	var commit *string
	if in.Tree, commit, err = repo.tree(a.flags.at); err != nil {
		return err
	}
	if err = a.base(repo, flags.base, &in); err != nil {
		return err
	}
	a.room(in)
	in.Compare = in.Base != nil
	engine, err := pipeline.NewEngine()
	if err != nil {
		return err
	}
	out, err := a.judge(engine, repo, flags, in)
	if err != nil {
		return err
	}
	allowed, err := a.judgeChange(engine, repo, flags.base, in, out)
	if err != nil {
		return err
	}
	schedule, zones := shownSchedule(out.Schedules)
	if !a.showsChange(paths) {
		allowed, schedule, zones = nil, nil, nil
	}
	var rules []report.RuleInfo
	if a.flags.format == "sarif" {
		rules = metadata(engine)
	}
	found := slices.DeleteFunc(out.Findings, func(f finding.Finding) bool { return !under(f.File, paths) && !unjudged(f) })
	err = report.Write(a.env.Stdout, a.flags.format, report.Check{
		Commit: commit, AsOf: asOf.Format("2006-01-02T15:04:05Z07:00"), Tzdata: window.Version,
		Documents: out.Documents, Rules: out.Rules, Findings: repo.placed(a.flags.format, in.Tree, found),
		Version: a.env.Version.Version, Metadata: rules, Source: repo.source(in.Tree), Effect: allowed, Schedule: schedule, Zones: zones,
	}, report.Options{Color: color})
	if err == nil && finding.Count(found).Errors > 0 {
		return statusError{status: exitFindings}
	}
	return err
}

// unjudged reports whether a finding says that something kept documents anywhere
// from being judged, own rules and constraints that do not compile or a tree that
// was cut: with it, no PATH is clean.
func unjudged(f finding.Finding) bool {
	own := strings.HasPrefix(f.File, "policies/") || strings.HasPrefix(f.File, "schemas/")
	return f.Severity == finding.Error && (own || f.ID == "git/limit" || f.ID == "policy/no-rules")
}

// judge runs the pipeline, with what earlier runs kept unless told otherwise.
func (a *app) judge(engine *pipeline.Engine, repo repository, flags checkFlags, in pipeline.Input) (*pipeline.Outcome, error) {
	file := a.cacheFile(repo)
	if flags.noCache || file == "" {
		return engine.Check(in)
	}
	digest, err := a.engineDigest(in.Tree)
	if err != nil {
		return nil, err
	}
	in.Kept = cache.Load(file, digest)
	out, err := engine.Check(in)
	if err == nil {
		if err := cache.Save(file, digest, out.Kept); err != nil {
			a.progress("patchops: %v (the check itself is not affected)", err)
		}
	}
	return out, err
}

// metadata is what SARIF shows of the built-in rules.
func metadata(e *pipeline.Engine) []report.RuleInfo {
	var out []report.RuleInfo
	for _, r := range e.Rules().Rules() {
		out = append(out, report.RuleInfo{
			ID: r.ID, Title: r.Title, Description: r.Description, Severity: r.Severity, Controls: r.Controls,
			HelpURI: fmt.Sprintf("https://github.com/patchops/patchops/blob/main/docs/findings/%s.md", r.ID),
		})
	}
	return out
}
