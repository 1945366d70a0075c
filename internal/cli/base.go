package cli

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/review"
)

// mergeBase is the full id of the only merge base of REV and what is judged, as a
// pull request has it.
func (a *app) mergeBase(r *git.Repository, rev string) (string, error) {
	head := a.flags.at
	if head == "" {
		head = "HEAD"
	}
	ours, err := r.Resolve(head)
	if err != nil {
		return "", usage("%w", err)
	}
	theirs, err := r.Resolve(rev)
	if err != nil {
		return "", usage("%w", err)
	}
	return r.MergeBase(ours, theirs)
}

// base reads the tree to compare with, the one of the merge base; none or several
// is a finding about the tree that is judged.
func (a *app) base(repo repository, rev string, in *pipeline.Input) error {
	if rev == "" {
		return nil
	}
	r, err := git.Open(repo.top)
	if err != nil {
		return err
	}
	base, err := a.mergeBase(r, rev)
	if _, ok := errors.AsType[*git.BaseError](err); ok {
		in.Tree.Findings = append(in.Tree.Findings, finding.Finding{
			ID: "git/ambiguous-base", Severity: finding.Error, Message: err.Error(),
			Hint: "merge or rebase onto " + rev, Position: finding.Position{File: "patchops.yaml", Line: 1, Column: 1},
		})
		return nil
	}
	if err != nil {
		return err
	}
	in.Base, _, err = repo.tree(base)
	return err
}

// MemoryLimit is how many bytes of memory the process shall do with when it judges
// so many bytes: enough that the collector does not run all the time, since what
// is read takes many times its size, and no more than a small CI machine has.
func MemoryLimit(read int64) int64 { return min(3<<30, max(480<<20, 48*read)) }

// room makes room for the trees that are to be judged.
func (a *app) room(in pipeline.Input) {
	read := in.Tree.Size()
	if in.Base != nil {
		read += in.Base.Size()
	}
	if a.env.Limit != nil {
		a.env.Limit(MemoryLimit(read))
	}
}

// showsChange reports whether the format shows what a change does. That is of the
// whole change, so with PATH there is none.
func (a *app) showsChange(paths []string) bool {
	return len(paths) == 0 && (a.flags.format == "text" || a.flags.format == "json")
}

// shownSchedule is what a change does to the rollouts of the clients that it can
// affect: no schedule as a whole, so without a digest.
func shownSchedule(s *pipeline.Schedules) (*report.ScheduleChange, report.Zones) {
	if s == nil {
		return nil, nil
	}
	if s.Before == nil {
		return report.ScheduleDiff(nil, nil), nil
	}
	d := report.ScheduleDiff(s.Before.Schedule, s.After.Schedule)
	d.Before.Digest, d.After.Digest = "", ""
	return d, clientZone(s.After.Input, s.Before.Input)
}

// judgeChange adds what the rules of the change gate say of the change as a whole,
// before anybody was asked, and gives its effect; nil without a base.
func (a *app) judgeChange(engine *pipeline.Engine, repo repository, rev string, in pipeline.Input, out *pipeline.Outcome) (*effect.Effect, error) {
	d, err := a.difference(repo, rev, in, out)
	if d == nil || err != nil {
		return nil, err
	}
	allowed := d.effect(out)
	if _, problem := review.Measure(out, d.entries(d.before), d.entries(d.after), d.read); problem != nil {
		out.Findings = append(out.Findings, *problem)
	}
	p := pipeline.Proposed{Change: "HEAD", Effect: allowed}
	r, err := git.Open(repo.top)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	if p.Base, err = a.mergeBase(r, rev); err != nil {
		return nil, err
	}
	if a.flags.at != "" {
		if p.Head, err = r.Resolve(a.flags.at); err != nil {
			return nil, err
		}
		p.Change = a.flags.at
	}
	found, err := engine.JudgeChange(out, p)
	if err != nil {
		return nil, err
	}
	out.Findings = finding.Sort(append(out.Findings, found...))
	return allowed, nil
}

// difference is what the judged tree and the merge base with REV hold; nil without
// a base.
func (a *app) difference(repo repository, rev string, in pipeline.Input, out *pipeline.Outcome) (*difference, error) {
	if in.Base == nil || out.Before == nil {
		return nil, nil
	}
	r, err := git.Open(repo.top)
	if err != nil {
		return nil, err
	}
	base, err := a.mergeBase(r, rev)
	if err != nil {
		return nil, err
	}
	d := &difference{}
	if d.before, d.readBefore, err = committed(r, base, repo.prefix, in.Base); err != nil {
		return nil, err
	}
	if a.flags.at != "" {
		head, err := r.Resolve(a.flags.at)
		if err != nil {
			return nil, usage("%w", err)
		}
		d.after, d.readAfter, err = committed(r, head, repo.prefix, in.Tree)
		return d, err
	}
	d.after, err = present(r, repo, d.before, in.Tree, out.Corpus)
	d.readAfter = func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(repo.dir, filepath.FromSlash(name)))
	}
	return d, err
}

// difference is the files of two trees and their bytes.
type difference struct {
	before, after         []effect.File
	readBefore, readAfter func(name string) ([]byte, error)
}

// effect is what the later tree would allow that the earlier does not, and the
// other way round: E(tree(M), tree(H)).
func (d *difference) effect(out *pipeline.Outcome) *effect.Effect {
	return effect.Between(effect.Read(out.Before, d.before), effect.Read(out.Corpus, d.after))
}

func (d *difference) read(head bool, e change.Entry) ([]byte, error) {
	switch {
	case e.Mode == "120000":
		return []byte(e.Blob), nil
	case head:
		return d.readAfter(e.Path)
	}
	return d.readBefore(e.Path)
}

// entries are files by path, told apart by their objects, or by the sums of their
// bytes where those of the work tree are in none.
func (d *difference) entries(files []effect.File) []change.Entry {
	loose := slices.ContainsFunc(d.after, func(f effect.File) bool { return f.Blob == "" })
	out := make([]change.Entry, 0, len(files))
	for _, f := range files {
		id := f.Blob
		if loose {
			sum := f.Sum()
			id = hex.EncodeToString(sum[:])
		}
		out = append(out, change.Entry{Path: f.Path, Mode: f.Mode, Blob: id})
	}
	slices.SortFunc(out, func(a, b change.Entry) int { return strings.Compare(a.Path, b.Path) })
	return out
}
