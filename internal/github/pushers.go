package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/change"
)

// nothing is the id of no commit, before a branch was made.
const nothing = "0000000000000000000000000000000000000000"

// Pushers are the accounts that stand behind a pull request at a head, wherever
// that moved since: its opener, who pushed to its branch, and whose accounts the forge sees in its commits. known
// is false where the record of pushes cannot be read or has a gap between the
// head and the making of the branch.
func (c *Client) Pushers(ctx context.Context, of change.Change) (accounts []int64, known bool, err error) {
	p, err := c.pull(ctx, of.Name)
	if err != nil {
		return nil, false, err
	}
	if !commitID(of.Head) {
		return nil, false, disagree("%s has no head", of.Name)
	}
	p.Head.SHA = of.Head
	found := map[int64]bool{}
	if p.User != nil {
		found[p.User.ID] = true
	}
	commits, err := c.committers(ctx, p, found)
	if err != nil && !refused(err) {
		return nil, false, err
	}
	known, err = c.pushes(ctx, p, commits, found)
	if err != nil {
		return nil, false, err
	}
	delete(found, 0)
	for account := range found {
		accounts = append(accounts, account)
	}
	slices.Sort(accounts)
	return accounts, known && p.User != nil && len(commits) > 0, nil
}

// refused is an answer that will not get better by asking again: not ours to read,
// no common history, more than the forge computes. It is about this pull request
// and must not hold up the others.
func refused(err error) bool {
	return errors.Is(err, change.ErrDenied) || status(err) >= http.StatusInternalServerError
}

// committers adds the accounts of authors, committers and co-authors, and
// returns the commits. The forge counts them; one that it holds back is an error.
func (c *Client) committers(ctx context.Context, p pull, found map[int64]bool) (map[string]bool, error) {
	base := url.PathEscape(p.Base.Ref)
	if p.Merged {
		base = p.Base.SHA // the branch holds them by now
	}
	path := c.in("/compare/%s...%s", base, p.Head.SHA)
	items, err := c.whole(ctx, list{path: path, unwrap: unwrapCommits, identify: bySHA})
	if err != nil {
		return nil, err
	}
	commits := map[string]bool{}
	for _, item := range items {
		var one commit
		if err := json.Unmarshal(item, &one); err != nil {
			return nil, disagree("a commit that cannot be read")
		}
		commits[one.SHA] = true
		one.accounts(found)
	}
	return commits, nil
}

type account struct {
	ID    int64
	Login string
}

type commit struct {
	SHA       string
	Author    *account
	Committer *account
	Commit    struct {
		Message      string
		Verification *struct{ Verified bool }
	}
}

// accounts adds whose work it is. The forge's own account, where it signed, is
// nobody; where it did not, anybody may have written that name.
func (one commit) accounts(found map[int64]bool) {
	if one.Author != nil {
		found[one.Author.ID] = true
	}
	verified := one.Commit.Verification != nil && one.Commit.Verification.Verified
	if one.Committer != nil && (one.Committer.Login != "web-flow" || !verified) {
		found[one.Committer.ID] = true
	}
	for line := range strings.SplitSeq(one.Commit.Message, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(name), "co-authored-by") {
			found[noreply(value)] = true
		}
	}
}

// noreply is the account in an address such as 583231+octocat@users.noreply.github.com,
// or 0. Other addresses are matched with people's by who reads the commits.
func noreply(value string) int64 {
	_, address, _ := strings.Cut(value, "<")
	address, _, _ = strings.Cut(address, ">")
	local, host, _ := strings.Cut(address, "@")
	digits, _, ok := strings.Cut(local, "+")
	id, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || id < 0 || !strings.HasPrefix(strings.ToLower(host), "users.noreply.") {
		return 0
	}
	return id
}

func unwrapCommits(page json.RawMessage) ([]json.RawMessage, int, error) {
	var v struct {
		Total   *int `json:"total_commits"`
		Commits []json.RawMessage
	}
	err := json.Unmarshal(page, &v)
	if err != nil || v.Total == nil || v.Commits == nil {
		return nil, 0, errors.Join(err, errors.New("no commits"))
	}
	return v.Commits, *v.Total, nil
}

func bySHA(item json.RawMessage) (string, error) {
	var v struct{ SHA string }
	err := json.Unmarshal(item, &v)
	if err == nil && !commitID(v.SHA) {
		err = errors.New("no id")
	}
	return v.SHA, err
}

// event is one movement of a branch.
type event struct {
	Before, After string
	Ref           string
	At            time.Time `json:"timestamp"`
	Kind          string    `json:"activity_type"`
	Actor         *account
}

// pushes walks the branch's record back from the head. It holds if each event
// follows on the one before it, up to the making of the branch, or to an unforced push
// before the opening that already found none of these commits. Who ever pushed one
// of these commits to a branch of this name is one of them too: it may have been
// deleted and made again.
func (c *Client) pushes(ctx context.Context, p pull, commits map[string]bool, found map[int64]bool) (bool, error) {
	if p.Head.Repo == nil || !repositoryName.MatchString(p.Head.Repo.FullName) {
		return false, nil
	}
	ref := "refs/heads/" + p.Head.Ref
	items, err := c.whole(ctx, list{
		path: "repos/" + p.Head.Repo.FullName + "/activity", query: url.Values{"ref": {ref}}, cursor: true, identify: byID,
	})
	if refused(err) {
		return false, nil // a fork's, say: unknown, which denies where the rules say so
	}
	if err != nil {
		return false, err
	}
	events := make([]event, len(items))
	for i, item := range items {
		e := &events[i]
		if err := json.Unmarshal(item, e); err != nil || e.Ref != ref && e.Ref != p.Head.Ref {
			return false, disagree("a push that cannot be read, or of another branch")
		}
		if e.Actor != nil && commits[e.After] {
			found[e.Actor.ID] = true
		}
	}
	return walk(events, p, commits, found), nil
}

func walk(events []event, p pull, commits map[string]bool, found map[int64]bool) bool {
	at, reached := p.Head.SHA, false
	for _, e := range events {
		if reached = reached || e.After == at; !reached {
			continue // after this head: a deletion, or a push since it was read
		}
		if e.After != at || e.Actor == nil || e.Actor.ID <= 0 {
			return false
		}
		found[e.Actor.ID] = true
		at = e.Before
		if at == nothing || e.At.Before(p.CreatedAt) && !commits[at] && e.Kind != "force_push" {
			return true
		}
	}
	return false
}
