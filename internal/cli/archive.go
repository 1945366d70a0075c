package cli

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/spec"
)

type archiveFlags struct {
	authorityFlags
	write       bool
	branch, key string
}

func (a *app) archiveCommand() *cobra.Command {
	var f archiveFlags
	cmd := &cobra.Command{
		Use: "archive [PLAN...]", Short: "Propose moving finished plans to closed/",
		Long: "Archive finds the plans that are over, by the log: their rollouts ended, or their\n" +
			"deadline passed and nothing of them goes on. It proposes moving them to closed/, where\n" +
			"plans allow nothing any more: one commit that you sign, pushed to a branch, which\n" +
			"others approve like any change. With --write the files are moved in the working tree\n" +
			"instead. PLAN is CLIENT/PLAN, or PLAN of one for several clients.",
		Example: "  patchops archive\n  patchops archive acme/openssl-2026-03 --write",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.archive(cmd.Context(), f, args) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.write, "write", false, "move the files in the working tree, and commit nothing")
	flags.StringVar(&f.branch, "branch", "", "propose it as the branch `NAME` (default: archive- and the day)")
	flags.StringVar(&f.key, "key", "", "sign with the SSH key `FILE`")
	return cmd
}

// overPlan is a plan that may be moved, and why.
type overPlan struct {
	name     string // CLIENT/PLAN, or PLAN
	from, to string // slash paths below the repository's folder
	why      string
}

func (a *app) archive(ctx context.Context, f archiveFlags, names []string) error {
	t, state, err := a.authorisedLogs(ctx, f.authorityFlags)
	if err != nil {
		return err
	}
	defer t.close()
	over, open, err := t.over(ctx, state)
	if err != nil {
		return err
	}
	if over, err = chosenPlans(over, open, names); err != nil {
		return err
	}
	if len(over) == 0 {
		fmt.Fprintln(a.env.Stdout, "no plan is over")
		return nil
	}
	for _, p := range over {
		fmt.Fprintf(a.env.Stdout, "%s: %s; %s -> %s\n", p.name, p.why, p.from, p.to)
	}
	if f.write {
		return t.repo.move(over)
	}
	return a.proposeArchive(ctx, t, f, over)
}

// over are the plans that are over, and why the others are not.
func (t *authorisedEnv) over(ctx context.Context, state *progress.State) (over []overPlan, open map[string]string, err error) {
	tip, err := t.source.Commit(t.tip)
	if err != nil {
		return nil, nil, err
	}
	read, err := t.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: t.now, Child: t.child}, "PatchPlan", "Client")
	if err != nil {
		return nil, nil, err
	}
	docs, err := t.view.Documents(ctx, state)
	if err != nil {
		return nil, nil, err
	}
	open = map[string]string{}
	perFile := map[string]int{}
	for _, e := range read.Corpus.Entries() {
		perFile[e.File]++
	}
	for _, e := range read.Corpus.Entries() {
		if e.ID.Kind != "PatchPlan" || e.Closed || e.Broken {
			continue
		}
		name := strings.TrimPrefix(e.ID.Client+"/"+e.ID.Name, "/")
		why, is := isOver(e, read.Corpus.Zone(e.ID.Client), state, docs, t.now.Unix())
		if is && perFile[e.File] > 1 {
			why, is = "its file holds other documents: move it by hand", false
		}
		if !is {
			open[name] = why
			continue
		}
		over = append(over, overPlan{name: name, from: e.File, to: path.Join(path.Dir(e.File), "closed", path.Base(e.File)), why: why})
	}
	slices.SortFunc(over, func(a, b overPlan) int { return strings.Compare(a.name, b.name) })
	return over, open, nil
}

// isOver says whether nothing will come of a plan any more, and why or why not.
func isOver(e *corpus.Entry, zone string, state *progress.State, docs *progress.Documents, now int64) (string, bool) {
	mine := func(client, plan string) bool {
		return plan == e.ID.Name && (e.ID.Client == "" || e.ID.Client == client)
	}
	var outcomes []string
	for name, run := range state.Runs {
		if !mine(run.Client, run.Plan) {
			continue
		}
		if run.Outcome == "" {
			return "its rollout at " + run.Client + " goes on: patchops status " + name, false
		}
		outcomes = append(outcomes, run.Client+" "+run.Outcome)
	}
	slices.Sort(outcomes)
	deadline := spec.ReadPlan(e.Document(), zone).Deadline
	if deadline > 0 && deadline <= now {
		return strings.Trim("its deadline passed on "+time.Unix(deadline, 0).UTC().Format(time.DateOnly)+"; "+strings.Join(outcomes, ", "), "; "), true
	}
	for _, p := range docs.Plans {
		if run := state.Runs[p.Client+"/"+p.Name]; mine(p.Client, p.Name) && len(p.Jobs) > 0 && run == nil {
			return "it has work at " + p.Client, false
		}
	}
	if len(outcomes) == 0 {
		return "no rollout of it ended, and its deadline is to come", false
	}
	return "its rollout ended: " + strings.Join(outcomes, ", "), true
}

// chosenPlans are those that were named; one that is not over is refused.
func chosenPlans(over []overPlan, open map[string]string, names []string) ([]overPlan, error) {
	if len(names) == 0 {
		return over, nil
	}
	var out []overPlan
	var known []string
	for _, p := range over {
		known = append(known, p.name)
	}
	for _, name := range names {
		i := slices.Index(known, name)
		if why := open[name]; i < 0 && why != "" {
			return nil, people("%s is not over: %s", name, why)
		}
		if i < 0 {
			hint := ""
			if near := finding.Nearest(name, append(known, keys(open)...)); near != "" {
				hint = "; did you mean " + near + "?"
			}
			return nil, usage("no open plan is named %q%s", name, hint)
		}
		out = append(out, over[i])
	}
	return out, nil
}

// move moves files in the working tree.
func (r repository) move(over []overPlan) error {
	for _, p := range over {
		from, to := filepath.Join(r.dir, filepath.FromSlash(p.from)), filepath.Join(r.dir, filepath.FromSlash(p.to))
		if exists(to) {
			return usage("%s is there already", p.to)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) proposeArchive(ctx context.Context, t *authorisedEnv, f archiveFlags, over []overPlan) error {
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	tree, err := t.git.Tree(t.tip, t.repo.prefix)
	if err != nil {
		return err
	}
	var files []git.File
	var message strings.Builder
	message.WriteString("Close plans that are over\n\n")
	for _, p := range over {
		b, err := tree.ReadFile(p.from)
		if err != nil {
			return err
		}
		files = append(files, git.File{Path: p.from}, git.File{Path: p.to, Mode: "100644", Bytes: b})
		message.WriteString(p.name + ": " + p.why + "\n")
	}
	branch := f.branch
	if branch == "" {
		branch = branchOf(t, "archive")
	}
	return a.propose(ctx, t, who, branch, files, message.String())
}
