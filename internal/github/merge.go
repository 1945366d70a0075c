package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/patchops/patchops/internal/change"
)

// mergeTries is how often a merge is asked for that the forge is not ready for.
const mergeTries = 5

// Merge merges at exactly the head that was judged. Everything that was judged of
// the pull request is read again immediately before (R15); whether the tree that
// came of it is the judged one is the caller's to compare (R14).
func (c *Client) Merge(ctx context.Context, of change.Change, r change.MergeRequest) (change.Merged, error) {
	switch {
	case !c.options.Write:
		return change.Merged{}, fmt.Errorf("github: %s is not merged: this client only reads: %w", of.Name, change.ErrDenied)
	case !commitID(r.Head):
		return change.Merged{}, fmt.Errorf("github: a merge of %s without the head that was judged (got %q)", of.Name, r.Head)
	case of.Head != r.Head:
		return change.Merged{}, fmt.Errorf("github: %s was judged at %s, not at %s: %w", of.Name, of.Head, r.Head, change.ErrMoved)
	case r.Method == "":
		r.Method = "merge"
	case !slices.Contains([]string{"merge", "squash", "rebase"}, r.Method):
		return change.Merged{}, fmt.Errorf("github: merge method %q, wanted merge, squash or rebase", r.Method)
	}
	n, err := number(of.Name)
	if err != nil {
		return change.Merged{}, err
	}
	for try := range mergeTries {
		if try > 0 {
			if err := c.trans.sleep(ctx, time.Second<<(try-1)); err != nil {
				return change.Merged{}, err
			}
		}
		merged, err := c.mergeOnce(ctx, n, of, r)
		if !errors.Is(err, change.ErrLater) || try == mergeTries-1 {
			return merged, err
		}
	}
	panic("unreachable")
}

func (c *Client) mergeOnce(ctx context.Context, n int, of change.Change, r change.MergeRequest) (change.Merged, error) {
	p, err := c.pull(ctx, of.Name)
	if err != nil {
		return change.Merged{}, err
	}
	now, err := c.change(p)
	if err != nil {
		return change.Merged{}, err
	}
	if now.Merged && now.Head == r.Head && now.Target == of.Target {
		return change.Merged{Commit: now.MergeCommit}, nil // by us before a crash, or by hand: the tree decides
	}
	if err := unmoved(of, now); err != nil {
		return change.Merged{}, err
	}
	result, _, err := c.api.PullRequests.Merge(ctx, c.owner, c.repo, n, r.Message,
		&github.PullRequestOptions{SHA: r.Head, MergeMethod: r.Method, CommitTitle: r.Title})
	if err != nil {
		return c.mergeFailed(ctx, of, r, plain(http.MethodPut, c.in("/pulls/%d/merge", n), err))
	}
	if !result.GetMerged() || !commitID(result.GetSHA()) {
		return change.Merged{}, disagree("%s: the merge succeeded without a commit", of.Name)
	}
	return change.Merged{Commit: result.GetSHA()}, nil
}

// unmoved compares what was judged with what is now (R15).
func unmoved(was, now change.Change) error {
	for _, c := range []struct{ what, was, now string }{
		{"head", was.Head, now.Head},
		{"target", was.Target, now.Target},
		{"head branch", was.Branch, now.Branch},
		{"head repository", fmt.Sprint(was.HeadRepo), fmt.Sprint(now.HeadRepo)},
	} {
		if c.was != c.now {
			return fmt.Errorf("github: the %s of %s is %s, and %s was judged: %w", c.what, was.Name, printable(c.now), printable(c.was), change.ErrMoved)
		}
	}
	if !now.Open {
		return fmt.Errorf("github: %s is closed: %w", was.Name, change.ErrMoved)
	}
	if now.Draft {
		return fmt.Errorf("github: %s is a draft: %w", was.Name, change.ErrMoved)
	}
	return nil
}

// mergeFailed says what a refusal means. An answer that got lost may have been a
// merge: the pull request tells.
func (c *Client) mergeFailed(ctx context.Context, of change.Change, r change.MergeRequest, failed error) (change.Merged, error) {
	switch {
	case status(failed) == http.StatusConflict:
		return change.Merged{}, as(failed, change.ErrMoved)
	case status(failed) == http.StatusMethodNotAllowed:
	case errors.Is(failed, change.ErrRemote):
	default:
		return change.Merged{}, as(failed, change.ErrDenied)
	}
	p, err := c.pull(ctx, of.Name)
	if err != nil {
		return change.Merged{}, errors.Join(failed, err)
	}
	if p.Merged && p.Head.SHA == r.Head && commitID(p.MergeCommit) {
		return change.Merged{Commit: p.MergeCommit}, nil
	}
	if status(failed) != http.StatusMethodNotAllowed {
		return change.Merged{}, failed
	}
	text := message(failed)
	again := strings.Contains(text, "try again later") || strings.Contains(text, "base branch was modified")
	if again || p.Mergeable == nil {
		return change.Merged{}, as(failed, change.ErrLater) // it still computes whether this can be merged
	}
	return change.Merged{}, as(failed, change.ErrDenied)
}

// as is a refusal of another kind.
func as(err, kind error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		changed := *r
		changed.kind = kind
		return &changed
	}
	return err
}
