package github

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/change"
)

// evidence is what of a review counts, and all of what its digest is over: the
// forge's whole answer holds pictures, roles and texts that change without the
// review. Fields in the order of canonical JSON.
type evidence struct {
	Account    int64  `json:"account"`
	Commit     string `json:"commit"`
	ID         int64  `json:"id"`
	Repository int64  `json:"repository"`
	State      string `json:"state"`
	Submitted  string `json:"submitted"`
}

// Reviews are all reviews, oldest first. Which counts is decided elsewhere; one
// that is not submitted yet is left out. The account of a deleted user is 0.
func (c *Client) Reviews(ctx context.Context, name string) ([]change.Review, error) {
	n, err := number(name)
	if err != nil {
		return nil, err
	}
	items, err := c.whole(ctx, list{path: c.in("/pulls/%d/reviews", n), identify: byID})
	if err != nil {
		return nil, err
	}
	var out []change.Review
	approved := false
	for _, item := range items {
		review, submitted, err := c.review(item)
		if err != nil {
			return nil, err
		}
		if submitted {
			out = append(out, review)
			approved = approved || review.State == "APPROVED"
		}
	}
	slices.SortStableFunc(out, func(a, b change.Review) int {
		if order := a.Submitted.Compare(b.Submitted); order != 0 {
			return order
		}
		return cmp.Compare(a.ID, b.ID)
	})
	if !approved {
		return out, nil
	}
	return out, c.retargeted(ctx, n, out)
}

// retargeted marks the reviews that were submitted before the pull request was last
// given another branch to merge into: people looked at another difference. Where the
// forge does not show when that was, it may have been after all of them.
func (c *Client) retargeted(ctx context.Context, n int, reviews []change.Review) error {
	items, err := c.whole(ctx, list{path: c.in("/issues/%d/events", n), identify: byID})
	unknown := err != nil && refused(err)
	if err != nil && !unknown {
		return err
	}
	var last time.Time
	for _, item := range items {
		var e struct {
			Event   string
			Created *time.Time `json:"created_at"`
		}
		if err := json.Unmarshal(item, &e); err != nil || e.Event == "" || e.Created == nil {
			return disagree("an event that cannot be read")
		}
		if (e.Event == "base_ref_changed" || e.Event == "automatic_base_change_succeeded") && e.Created.After(last) {
			last = *e.Created
		}
	}
	for i := range reviews {
		reviews[i].Retargeted = unknown || !reviews[i].Submitted.After(last)
	}
	return nil
}

func (c *Client) review(item json.RawMessage) (change.Review, bool, error) {
	var r struct {
		ID   int64
		User *struct {
			ID    int64
			Login string
		}
		State     string
		Commit    string     `json:"commit_id"`
		Submitted *time.Time `json:"submitted_at"`
	}
	if err := json.Unmarshal(item, &r); err != nil || r.ID <= 0 {
		return change.Review{}, false, disagree("a review that cannot be read")
	}
	state := strings.ToUpper(r.State)
	if state == "PENDING" {
		return change.Review{}, false, nil
	}
	if r.Submitted == nil || !slices.Contains([]string{"APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED"}, state) {
		return change.Review{}, false, disagree("review %d has the state %q and no known meaning", r.ID, printable(r.State))
	}
	out := change.Review{ID: r.ID, Commit: r.Commit, State: state, Submitted: r.Submitted.UTC()}
	if r.User != nil {
		out.Account, out.Login = r.User.ID, r.User.Login
	}
	if !commitID(out.Commit) {
		out.Commit = ""
	}
	raw, err := json.Marshal(evidence{out.Account, out.Commit, out.ID, c.options.ID, state, out.Submitted.Format(time.RFC3339)})
	out.Raw = raw
	return out, true, err
}
