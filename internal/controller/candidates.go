package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/statement"
)

// candidates are the changes, at the heads that people approved, that a commit of
// main may be the merge of: first those whose head it contains.
func (c *Controller) candidates(ctx context.Context, v *View, commit string) ([]change.Change, error) {
	var inside, others []change.Change
	for _, w := range v.approvedHeads(ctx, c.Forge) {
		if _, err := v.store.Info(w.Head); err != nil {
			continue // its commits are gone, and so is what was approved
		}
		in, err := v.store.IsAncestor(w.Head, commit)
		if err != nil {
			return nil, err
		}
		before, err := v.store.IsAncestor(w.Head, v.State.Tip)
		switch {
		case err != nil:
			return nil, err
		case before:
		case in:
			inside = append(inside, w)
		default:
			others = append(others, w)
		}
	}
	all := slices.Concat(inside, others)
	return all[:min(len(all), mostCandidates)], nil
}

// sameWork reports whether the heads that the counted approvals name hold nobody's
// work but that of whom was taken for the contributors of the judged one. Else
// somebody could approve the work of others under a change's name, put their own
// there, and count for it.
func (v *View) sameWork(ctx context.Context, j *judgement) (bool, error) {
	here, err := v.contributors(ctx, j.Change)
	if err != nil {
		return false, err
	}
	for _, a := range j.acts {
		if a.Head == j.Change.Head || a.Head == "" || !slices.Contains(j.Verdict.Used, a.Evidence) {
			continue
		}
		if _, err := v.store.Info(a.Head); err != nil {
			return false, nil
		}
		other := j.Change
		other.Head = a.Head
		there, err := v.contributors(ctx, other)
		if err != nil {
			return false, err
		}
		if len(there.Unknown) > len(here.Unknown) || slices.ContainsFunc(there.People, func(p string) bool { return !slices.Contains(here.People, p) }) {
			return false, nil
		}
	}
	return true, nil
}

// approvedHeads are the changes and heads that approvals name which no merge used
// yet, each once, the newest approval first.
func (v *View) approvedHeads(ctx context.Context, forge Forge) []change.Change {
	var out []change.Change
	add := func(name, head string) {
		if name == "" || name == mainChange || head == "" || strings.Contains(name, ":") ||
			slices.ContainsFunc(out, func(c change.Change) bool { return c.Name == name && c.Head == head }) {
			return
		}
		ch := change.Change{Name: name, Head: head, Branch: name, Target: v.Root.Target, Title: name}
		if known, err := v.read(ctx, forge, name); err == nil {
			known.Head = head
			ch = known
		} else if !errors.Is(err, ErrNoChange) {
			return
		}
		ch.Open, ch.Merged, ch.Draft = true, false, false
		out = append(out, ch)
	}
	for _, c := range v.chains {
		for _, s := range slices.Backward(c.said) {
			if s.what.Act == statement.Approve && v.State.Seen[s.evidence].Kind == "" && v.broken[c.person] == "" && v.speaker(s.key.Fingerprint(), 0) != "" {
				add(strings.TrimPrefix(s.what.Subject, changeSubject), s.what.Head)
			}
		}
	}
	for _, a := range slices.Backward(v.State.Acts) {
		if _, spent := v.State.Spent[a.Record.Evidence]; !spent && a.Record.Kind == "approval" {
			add(a.Record.Change, a.Record.Head)
		}
	}
	for _, commit := range v.path {
		if name := pullRequest(commit.Message); name != "" {
			if ch, err := v.read(ctx, forge, name); err == nil {
				add(ch.Name, ch.Head)
			}
		}
	}
	return out
}

// reading is what a forge says of a change that approvals or commits of main name.
type reading struct {
	change change.Change
	err    error
}

// read asks for it once in a look: there may be many of them, for each commit of main.
func (v *View) read(ctx context.Context, forge Forge, name string) (change.Change, error) {
	known, ok := v.named[name]
	if !ok {
		known.change, known.err = forge.Read(ctx, name)
		v.named[name] = known
	}
	return known.change, known.err
}

// unanswered is the error of a forge that could not say what main was merged from, for
// as long as it may: nothing is called unauthorised before that is known.
func (v *View) unanswered() error {
	if age := v.now.Sub(v.path[len(v.path)-1].Time); age > patience || age < -patience {
		return nil // or whoever pushed says so
	}
	for _, name := range slices.Sorted(maps.Keys(v.named)) {
		if err := v.named[name].err; errors.Is(err, ErrRemote) {
			return fmt.Errorf("what %s was merged from: %s: %w", v.Root.Target, name, err)
		}
	}
	return nil
}

// pullRequest is the pull request that a merge's message names, as GitHub writes
// it: a hint where to look, nothing more.
func pullRequest(message string) string {
	subject, _, _ := strings.Cut(message, "\n")
	rest, found := strings.CutPrefix(subject, "Merge pull request #")
	if !found {
		i := strings.LastIndex(subject, "(#")
		if i < 0 {
			return ""
		}
		rest = subject[i+2:]
	}
	n := 0
	for n < len(rest) && n < 12 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return ""
	}
	return "#" + rest[:n]
}
