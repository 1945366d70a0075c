package controller

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/trust"
)

// twoPeople is a judge that wants the approvals of two people for exactly what
// would land, and judges trees by their bytes.
type twoPeople struct {
	outcome *pipeline.Outcome // of every review; without one nothing is shown
	world   trees
	book    *approval.Book
	// refuse are changes that may not land, and why: a freeze that begins.
	refuse map[string]string
	// broken are changes that cannot be judged.
	broken map[string]bool
	// unread are changes of which a document, of an older head alone, is not evaluated.
	unread map[string]bool
	// authors of heads; without, all is ada's. Each review takes that long.
	authors map[string]string
	// histories are how long it takes to find out whose work a head is.
	histories map[string]time.Duration
	takes     time.Duration
	pass      func(time.Duration)
	// judgements counts reviews.
	judgements int
}

func (j *twoPeople) Book(commit string) (*approval.Book, *spec.Config, error) {
	b := *j.book
	b.Commit = commit
	return &b, spec.ParseConfig(nil), nil
}

// anyEffect is of a statement that is on whatever its head holds.
const anyEffect = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// trees are what a judge reads: of the world, or of real Git.
type trees interface {
	entries(commit string) []change.Entry
	base(a, b string) string
	bytes(blob string) []byte
}

func (w *world) entries(commit string) []change.Entry {
	var out []change.Entry
	files := w.files(commit)
	for _, p := range slices.Sorted(maps.Keys(files)) {
		out = append(out, change.Entry{Path: p, Mode: files[p].mode, Blob: files[p].blob})
	}
	return out
}

func (w *world) bytes(blob string) []byte { return w.objects[blob].([]byte) }

func (j *twoPeople) entries(commit string) []change.Entry { return j.world.entries(commit) }

func between(before, after []change.Entry) *effect.Effect {
	old, all := map[string]change.Entry{}, map[string]bool{}
	for _, e := range before {
		old[e.Path], all[e.Path] = e, true
	}
	now := map[string]change.Entry{}
	for _, e := range after {
		now[e.Path], all[e.Path] = e, true
	}
	state := func(e change.Entry) effect.FileState {
		if e.Blob == "" {
			return effect.FileState{}
		}
		return effect.FileState{Mode: e.Mode, Digest: sha256.Sum256([]byte(e.Blob))}
	}
	out := &effect.Effect{}
	for _, p := range slices.Sorted(maps.Keys(all)) {
		if old[p] != now[p] {
			out.Files = append(out.Files, effect.FileChange{Path: p, Before: state(old[p]), After: state(now[p])})
		}
	}
	return out
}

func (j *twoPeople) base(a, b string) string { return j.world.base(a, b) }

func (w *world) base(a, b string) string {
	for id := b; id != ""; {
		if w.ancestor(id, a) {
			return id
		}
		info := w.info(id)
		if len(info.Parents) == 0 {
			return ""
		}
		id = info.Parents[0]
	}
	return ""
}

func (j *twoPeople) Review(_ context.Context, in review.Input) (*review.Review, error) {
	j.judgements++
	if j.takes > 0 {
		j.pass(j.takes)
	}
	if j.broken[in.Change.Name] {
		return nil, errors.New("it cannot be judged")
	}
	r := &review.Review{Change: in.Change, Authorised: in.Authorised, Base: j.base(in.Authorised, in.Change.Head), Due: true, Outcome: j.outcome, Unread: j.unread[in.Change.Name]}
	a, m, h := j.entries(in.Authorised), j.entries(r.Base), j.entries(in.Change.Head)
	r.Proposed = between(m, h)
	if in.Landed != "" {
		r.Entries = j.entries(in.Landed)
	} else {
		r.Entries, r.Conflicts = change.Merge(m, a, h)
	}
	if len(r.Conflicts) > 0 {
		r.Why, r.Verdict.State = append(r.Why, "conflict"), approval.Error
		return r, nil
	}
	r.Landing = between(a, r.Entries)
	for _, s := range r.Landing.SubEffects() {
		r.Clients = append(r.Clients, s.Client)
	}
	r.Verdict = j.verdict(in, r)
	if r.Verdict.State != approval.Approved {
		r.Why = append(r.Why, fmt.Sprintf("the approvals are %s", r.Verdict.State))
	}
	if in.Landed == "" {
		r.Why = append(r.Why, in.Held...)
		if why := j.refuse[in.Change.Name]; why != "" {
			r.Why = append(r.Why, why)
		}
		for _, c := range in.Required {
			if c.State != "passed" {
				r.Why = append(r.Why, "missing: "+c.Name)
			}
		}
		if !in.Change.Open {
			r.Why = append(r.Why, "it is closed")
		}
	}
	r.Mergeable = len(r.Why) == 0
	return r, nil
}

func (j *twoPeople) verdict(in review.Input, r *review.Review) approval.Verdict {
	landing := r.Landing.Digest().String()
	last := map[string]approval.Act{}
	for _, a := range in.Acts {
		if a.Spent || a.Broken != "" || a.RevokedBefore || a.Target != in.Target {
			continue
		}
		for name, p := range j.book.People {
			if slices.Contains(p.Keys, a.Key) || a.Account != 0 && p.Account == a.Account {
				last[name] = a
			}
		}
	}
	v := approval.Verdict{State: approval.Pending, Tree: approval.Node{Title: "2 of approvers", Want: 2}}
	for _, name := range slices.Sorted(maps.Keys(last)) {
		a := last[name]
		switch {
		case in.Now.After(a.AsOf.Add(approval.LongestValid)):
			v.Ignored = append(v.Ignored, approval.Ignored{Person: name, Why: "expired", Evidence: a.Evidence})
		case a.Verdict == "rejected":
			v.State = approval.Rejected
			return v
		case a.Verdict != "approved" || slices.Contains(in.Contributors.People, name):
		case a.Effect == landing || a.Effect == anyEffect && a.Head == in.Change.Head,
			a.Effect == "" && a.Head == in.Change.Head && r.Proposed.Digest().String() == landing: // a review
			v.Used = append(v.Used, a.Evidence)
			v.Tree.By = append(v.Tree.By, name)
		}
	}
	slices.Sort(v.Used)
	if v.Tree.Have = len(v.Used); v.Tree.Have >= 2 {
		v.State = approval.Approved
	}
	return v
}

func (j *twoPeople) Contributors(_ *approval.Book, _ map[string]int64, base, head string, _ *Hosted) (change.Contributors, error) {
	if d := j.histories[head]; d > 0 && base != "" && j.pass != nil {
		j.pass(d)
		delete(j.histories, head) // it is remembered
	}
	author := "ada"
	if name := j.authors[head]; name != "" {
		author = name
	}
	return change.Contributors{Author: author, People: []string{author}}, nil
}

func (j *twoPeople) Landing(r *review.Review) ([]git.File, string, error) {
	return difference("", j.entries(r.Authorised), r.Entries), j.manifest(r.Entries), nil
}

func (j *twoPeople) Manifest(commit string) (string, error) {
	return j.manifest(j.entries(commit)), nil
}

func (j *twoPeople) manifest(entries []change.Entry) string {
	var lines []trust.Line
	for _, e := range entries {
		lines = append(lines, trust.Line{Path: e.Path, Mode: e.Mode, Sum: sha256.Sum256(j.world.bytes(e.Blob))})
	}
	return trust.Manifest(lines)
}

func (j *twoPeople) Unread(r *review.Review) bool {
	return r.Landing != nil && len(r.Landing.Documents) == 0 && !slices.ContainsFunc(r.Landing.Files, func(f effect.FileChange) bool { return f.Path != "README.md" })
}
