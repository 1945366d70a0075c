package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/cache"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/window"
)

type statusFlags struct {
	authorityFlags
	noCache bool
}

func (a *app) statusCommand() *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [CHANGE|CLIENT/PLAN]",
		Short: "How a change or a rollout stands, and what would unblock it",
		Long: "Status judges a change, a branch or a pull request such as '#41', as it would land\n" +
			"now: who must agree and who did, whose word does not count and why, what the\n" +
			"change would allow, what it does to schedules, what is found, and what would\n" +
			"unblock it. With CLIENT/PLAN it says how the changes of that plan stand, and how\n" +
			"its rollout does: waves, hosts, what it waits for and what would unblock it, by the\n" +
			"log, while the controller is at it. Without an argument it lists the rollouts. It\n" +
			"records nothing.\n\n" +
			"Exit status: 0 approved and can merge, or merged, or rolled out, 1 could not judge,\n" +
			"2 wrong command line, 3 people must act, or a rollout failed, 4 main, a log or the\n" +
			"root of trust does not hold, 5 try again.",
		Example: "  patchops status reorder-waves\n  patchops status acme/openssl --format json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listRuns(cmd.Context(), flags)
			}
			return a.showStatus(cmd.Context(), flags, args[0])
		},
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&flags.noCache, "no-cache", false, "judge everything afresh; neither read nor write the cache")
	f.StringVar(&a.flags.asOf, "as-of", "", "judge as of `INSTANT`, RFC 3339 (default: now)")
	f.StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text, json or markdown")
	a.completeFormats(cmd, report.ReviewFormats())
	return cmd
}

func (a *app) showStatus(ctx context.Context, flags statusFlags, name string) error {
	if !slices.Contains(report.ReviewFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.ReviewFormats())
	}
	s, err := a.newStatus(ctx, flags)
	if err != nil {
		return err
	}
	defer s.close()
	r, err := s.review(ctx, name)
	if errors.Is(err, controller.ErrNoChange) {
		if bad, ok := s.bad(name); ok {
			return statusError{exitFindings, fmt.Errorf("branch %q cannot be read, so it was not fetched: %w", name, bad.Reason)}
		}
		return s.plan(ctx, name)
	}
	if err != nil {
		return err
	}
	if err := report.WriteReview(a.env.Stdout, a.flags.format, s.shown(r), report.Options{Color: s.color}); err != nil {
		return err
	}
	return verdict(r)
}

// bad says why a branch of the remote was not fetched.
func (s *statusRun) bad(name string) (git.Bad, bool) {
	if s.env.clone == nil {
		return git.Bad{}, false
	}
	bad, ok := s.env.clone.Bad()[name]
	return bad, ok
}

// verdict is the exit status of a review.
func verdict(r *review.Review) error {
	if !r.Mergeable && !slices.Contains(r.Why, review.Merged) {
		return statusError{status: exitFindings}
	}
	return nil
}

// statusRun is one look at the repository, by the root of trust or without one.
type statusRun struct {
	app    *app
	env    *authorityEnv
	engine *pipeline.Engine
	now    time.Time
	color  bool

	cache  string // file; "" for none
	digest [sha256.Size]byte
	kept   pipeline.Kept

	view   *controller.View // nil without a root
	source review.Source
	ref    func(branch string) string // commit of a branch, "" for none; without a root
	tip    string                     // the authorised tip
}

func (a *app) newStatus(ctx context.Context, flags statusFlags) (*statusRun, error) {
	s := &statusRun{app: a, kept: pipeline.Kept{}}
	var err error
	if s.color, err = a.color(); err != nil {
		return nil, err
	}
	if s.env, err = a.statusEnv(ctx, flags); err != nil {
		return nil, err
	}
	if s.now, err = a.instant(); err == nil {
		s.engine, err = pipeline.NewEngine()
	}
	if err == nil {
		err = s.look(ctx)
	}
	if err == nil {
		err = s.warm(flags)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// instant is --as-of, else now: approvals are judged to the second.
func (a *app) instant() (time.Time, error) {
	if a.flags.asOf == "" {
		return a.env.Now().UTC().Truncate(time.Second), nil
	}
	return a.asOf()
}

func (s *statusRun) close() {
	if s.view != nil {
		s.view.Close()
	}
	s.env.close()
}

// look finds the authorised tip: by the logs and the root, or without a root by
// taking the target branch for it.
func (s *statusRun) look(ctx context.Context) error {
	s.source = controller.NewSource(s.env.git, s.env.repo.prefix)
	if s.env.trust == nil {
		return s.lookUnrooted(ctx)
	}
	forge, err := s.app.forge(ctx, s.env, false)
	if err != nil {
		return err
	}
	view, err := controller.Look(ctx, controller.LookOptions{
		Root: *s.env.trust, Clone: s.env.clone, Forge: forge, Engine: s.engine, Child: s.env.child, Now: s.now,
		Prefix: s.env.repo.prefix, State: s.env.state, Kept: s.kept,
	})
	if err != nil {
		return err
	}
	s.view, s.tip = view, view.State.Tip
	return nil
}

// review judges a change; one that is not there is controller.ErrNoChange.
func (s *statusRun) review(ctx context.Context, name string) (*review.Review, error) {
	r, err := s.judge(ctx, name)
	if err != nil || s.cache == "" || r.Kept == nil {
		return r, err
	}
	if err := cache.Save(s.cache, s.digest, r.Kept); err != nil {
		s.app.progress("patchops: %v (the status itself is not affected)", err)
	}
	return r, nil
}

func (s *statusRun) judge(ctx context.Context, name string) (*review.Review, error) {
	if s.view != nil {
		return s.view.Review(ctx, name)
	}
	in, err := s.input(name)
	if err != nil {
		return nil, err
	}
	return review.Judge(in)
}

// warm takes over what earlier checks kept, by the rules of the authorised tip:
// nothing is decided by a status.
func (s *statusRun) warm(flags statusFlags) error {
	tree, err := s.env.git.Tree(s.tip, s.env.repo.prefix)
	if err != nil {
		return err
	}
	var read int64
	for _, e := range tree.Entries() {
		if ext := path.Ext(e.Path); ext == ".yaml" || ext == ".yml" || ext == ".cue" || document.IsBulk(e.Path) {
			read += e.Size
		}
	}
	if s.app.env.Limit != nil {
		s.app.env.Limit(MemoryLimit(2 * read))
	}
	if s.cache = s.app.cacheFile(s.env.repo); flags.noCache || s.cache == "" {
		s.cache = ""
		return nil
	}
	rules, err := pipeline.ReadTree(ownOnly{tree})
	if err != nil {
		return err
	}
	if s.digest, err = s.app.engineDigest(rules); err == nil {
		maps.Copy(s.kept, cache.Load(s.cache, s.digest))
	}
	return err
}

// ownOnly is a tree without all but own rules and constraints.
type ownOnly struct{ *git.Tree }

// ReadDir implements fs.ReadDirFS.
func (t ownOnly) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := t.Tree.ReadDir(name)
	if name != "." {
		return list, err
	}
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.Name() != "policies" && e.Name() != "schemas" }), err
}

// shown is a review ready to be printed.
func (s *statusRun) shown(r *review.Review) report.Review {
	out := report.Review{
		Review: r, AsOf: s.now.Format(time.RFC3339), Tzdata: window.Version, NoRoot: s.env.trust == nil,
		Source: s.env.repo.source(r.Tree),
	}
	if p := r.Outcome.Schedules; p != nil && p.Before != nil && p.After != nil {
		out.Zones = clientZone(p.After.Input, p.Before.Input)
	}
	return out
}

// plan says how the changes stand that touch a plan.
func (s *statusRun) plan(ctx context.Context, name string) error {
	client, planName, ok := strings.Cut(name, "/")
	open, err := s.open(ctx)
	if err != nil {
		return err
	}
	if !ok || planName == "" || strings.Contains(planName, "/") {
		return s.noChange(name, open)
	}
	out := report.PlanReviews{Client: client, Plan: planName, RulesCommit: s.tip, NoRoot: s.env.trust == nil}
	if out.File, err = s.planFile(client, planName); err != nil {
		return err
	}
	for _, c := range open {
		r, err := s.review(ctx, c)
		if err != nil {
			return fmt.Errorf("change %s: %w", c, err)
		}
		if touches(r, client, planName) {
			out.Reviews = append(out.Reviews, s.shown(r))
		}
	}
	if out.Runs, err = s.runs(ctx, name); err != nil {
		return err
	}
	if out.File == "" && len(out.Reviews) == 0 && (out.Runs == nil || out.Runs.State.Runs[name] == nil) {
		return s.noChange(name, open)
	}
	if err := report.WritePlanReviews(s.app.env.Stdout, s.app.flags.format, out, report.Options{Color: s.color}); err != nil {
		return err
	}
	for _, r := range out.Reviews {
		if err := verdict(r.Review); err != nil {
			return err
		}
	}
	return stands(out.Runs)
}

func (s *statusRun) noChange(name string, open []string) error {
	hint := "there are no open changes; " + s.env.absent(name)
	if len(open) > 0 {
		hint = "open changes: " + strings.Join(open, ", ") + "; " + s.env.absent(name)
	}
	plans := s.planNames(name)
	near := finding.Nearest(name, append(slices.Clone(open), plans...))
	if i := slices.IndexFunc(plans, func(p string) bool { return strings.HasPrefix(name, p+"/") }); i >= 0 {
		near = plans[i] // a wave of it
	}
	switch {
	case near == "" || strings.Contains(hint, "git push"):
	case slices.Contains(open, near):
		hint = "open changes: " + strings.Join(open, ", ") + "; did you mean " + near + "?"
	default:
		hint = "did you mean " + near + "?"
	}
	if name == "main" || name == s.env.target {
		hint = "it is what changes are for; with a root of trust, patchops status main says whether all of it is authorised"
	}
	if s.view == nil && strings.HasPrefix(name, "#") {
		hint = "without a root of trust this machine does not know where pull requests are: see patchops trust --help"
	}
	return usage("no change and no CLIENT/PLAN is named %q\n%s", name, hint)
}

// planNames are the open plans of the authorised tip, as CLIENT/PLAN: those of clients, and
// templates as plans of the client that a name begins with.
func (s *statusRun) planNames(name string) []string {
	tip, err := s.source.Commit(s.tip)
	if err != nil {
		return nil
	}
	out, err := s.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: s.now, Child: s.env.child}, "PatchPlan")
	if err != nil {
		return nil
	}
	asked, _, _ := strings.Cut(name, "/")
	var names []string
	for _, e := range out.Corpus.Entries() {
		if e.ID.Kind == "PatchPlan" && !e.Closed {
			names = append(names, cmp.Or(e.ID.Client, asked)+"/"+e.ID.Name)
		}
	}
	return names
}

// planFile is where the authorised tip has a plan, "" nowhere.
func (s *statusRun) planFile(client, name string) (string, error) {
	tip, err := s.source.Commit(s.tip)
	if err != nil {
		return "", err
	}
	out, err := s.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: s.now, Child: s.env.child}, "PatchPlan")
	if err != nil {
		return "", err
	}
	for _, scope := range []string{client, ""} {
		e := out.Corpus.Entry(finding.Identity{Kind: "PatchPlan", Client: scope, Name: name})
		if e != nil && !e.Closed && (scope != "" || client == corpus.Global || hasClient(tip, client)) {
			return e.File, nil
		}
	}
	return "", nil
}

// hasClient reports whether a tree has a folder of a client.
func hasClient(s review.State, client string) bool {
	return slices.ContainsFunc(s.Files, fileUnder("clients/"+client+"/"))
}

// touches reports whether a change says something else of a plan at a client.
func touches(r *review.Review, client, name string) bool {
	e := r.Landing
	if e == nil {
		e = r.Proposed
	}
	if e == nil {
		return false
	}
	for _, d := range e.Documents {
		if d.Kind == "PatchPlan" && d.Name == name && (d.Client == client || d.Client == "") {
			return true
		}
	}
	for _, g := range e.Grants {
		if g.Client == client && g.Plan.Name == name {
			return true
		}
	}
	return false
}
