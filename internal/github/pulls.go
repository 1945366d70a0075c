package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/patchops/patchops/internal/change"
)

// pull is what of a pull request counts. Pointers are null where an account or a
// repository is gone.
type pull struct {
	Number      int
	State       string
	Draft       bool
	Title       string
	CreatedAt   time.Time `json:"created_at"`
	User        *struct{ ID int64 }
	Head        side
	Base        side
	Merged      bool
	MergedAt    *time.Time `json:"merged_at"`
	MergeCommit string     `json:"merge_commit_sha"`
	Mergeable   *bool
}

type side struct {
	Ref  string
	SHA  string
	Repo *struct {
		ID       int64
		FullName string `json:"full_name"`
	}
}

// Open lists the open pull requests for the target, oldest first. A repository
// that was renamed meanwhile is followed.
func (c *Client) Open(ctx context.Context) ([]change.Change, error) {
	if _, err := c.find(ctx); err != nil {
		return nil, err
	}
	query := url.Values{"state": {"open"}, "base": {c.options.Target}, "sort": {"created"}, "direction": {"asc"}}
	items, err := c.whole(ctx, list{path: c.in("/pulls"), query: query, identify: byID})
	if err != nil {
		return nil, err
	}
	var out []change.Change
	for _, item := range items {
		var p pull
		if err := json.Unmarshal(item, &p); err != nil {
			return nil, disagree("a pull request that cannot be read")
		}
		found, err := c.change(p)
		if err != nil {
			return nil, err
		}
		if found.Open && found.Target == c.options.Target {
			out = append(out, found)
		}
	}
	return out, nil
}

// Read reads one again, whatever its state and target are by now.
func (c *Client) Read(ctx context.Context, name string) (change.Change, error) {
	p, err := c.pull(ctx, name)
	if err != nil {
		return change.Change{}, err
	}
	return c.change(p)
}

func (c *Client) pull(ctx context.Context, name string) (pull, error) {
	n, err := number(name)
	if err != nil {
		return pull{}, err
	}
	var p pull
	if err := c.get(ctx, c.in("/pulls/%d", n), nil, &p); err != nil {
		return pull{}, err
	}
	if p.Number != n {
		return pull{}, disagree("asked for pull request %d, got %d", n, p.Number)
	}
	return p, nil
}

func (c *Client) change(p pull) (change.Change, error) {
	if p.Base.Repo == nil || p.Base.Repo.ID != c.options.ID {
		return change.Change{}, disagree("pull request %d is of another repository", p.Number)
	}
	if p.Number <= 0 || !commitID(p.Head.SHA) || p.Head.Ref == "" || p.Base.Ref == "" {
		return change.Change{}, disagree("pull request %d has no head or no base", p.Number)
	}
	out := change.Change{
		Name: fmt.Sprintf("#%d", p.Number), Branch: p.Head.Ref, Head: p.Head.SHA, Target: p.Base.Ref, Title: p.Title,
		Open: p.State == "open", Draft: p.Draft, Fork: true, Opened: p.CreatedAt.UTC(), Merged: p.Merged || p.MergedAt != nil,
	}
	if p.Head.Repo != nil {
		out.HeadRepo, out.Fork = p.Head.Repo.ID, p.Head.Repo.ID != c.options.ID
	}
	if p.User != nil {
		out.Author = p.User.ID
	}
	if out.Merged {
		if !commitID(p.MergeCommit) || out.Open {
			return change.Change{}, disagree("pull request %d is merged, and open or without commit", p.Number)
		}
		out.MergeCommit = p.MergeCommit
	}
	return out, nil
}
