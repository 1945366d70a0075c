package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/change"
)

// plain is plain Git as a forge: a change is a branch whose head is not in the
// target yet, statements are the reviews, and a push is the merge.
type plain struct {
	store  Store
	target string
	own    string // prefix of the logs
}

// Plain is the forge of a repository that only holds branches. Logs are what lies
// below the prefix of logs.
func Plain(s Store, target, logs string) Forge { return &plain{s, target, logs} }

// Open implements Forge.
func (p *plain) Open(ctx context.Context) ([]change.Change, error) {
	branches, err := p.store.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	var out []change.Change
	for _, name := range slices.Sorted(maps.Keys(branches)) {
		if !p.proposes(name) {
			continue
		}
		// A commit that we do not read is that change's trouble: whoever judges it is
		// told.
		if c, err := p.change(branches, name); c.Open || err != nil {
			c.Open = true
			out = append(out, c)
		}
	}
	return out, nil
}

// proposes reports whether a branch may be a change at all. "main" means what the
// target holds, whatever that is called; what is no UTF-8 no record can name.
func (p *plain) proposes(branch string) bool {
	return utf8.ValidString(branch) && branch != p.target && branch != mainChange && branch != "HEAD" && !strings.HasPrefix(branch, ownPrefix) && !strings.HasPrefix(branch, p.own+"/")
}

func (p *plain) change(branches map[string]string, name string) (change.Change, error) {
	head := branches[name]
	c := change.Change{Name: name, Branch: name, Head: head, Target: p.target, Title: name}
	info, err := p.store.Info(head)
	if err != nil {
		return c, fmt.Errorf("branch %q: %w", name, err)
	}
	c.Opened = info.Time
	if subject, _, _ := strings.Cut(info.Message, "\n"); subject != "" {
		c.Title = subject
	}
	landed, err := p.store.IsAncestor(head, branches[p.target])
	c.Open, c.Merged = !landed, landed
	return c, err
}

// Read implements Forge.
func (p *plain) Read(ctx context.Context, name string) (change.Change, error) {
	branches, err := p.store.Branches(ctx, "")
	if err != nil {
		return change.Change{}, err
	}
	if branches[name] == "" || !p.proposes(name) {
		return change.Change{}, fmt.Errorf("%w: %q, wanted a branch other than %s and patchops/*", ErrNoChange, name, p.target)
	}
	return p.change(branches, name)
}

// Reviews implements Forge: there are statements instead.
func (p *plain) Reviews(context.Context, string) ([]change.Review, error) { return nil, nil }

// Pushers implements Forge: the signatures of commits say who contributed.
func (p *plain) Pushers(context.Context, change.Change) ([]int64, bool, error) { return nil, true, nil }

// Required implements Forge.
func (p *plain) Required(context.Context, change.Change) ([]change.Required, error) { return nil, nil }

// Show implements Forge.
func (p *plain) Show(context.Context, string, change.Presentation) error { return nil }

// Merge implements Forge.
func (p *plain) Merge(context.Context, change.Change, change.MergeRequest) (change.Merged, error) {
	return change.Merged{}, ErrPush
}

// Refspecs implements Forge.
func (p *plain) Refspecs() []string { return nil }
