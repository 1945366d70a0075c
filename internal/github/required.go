package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/change"
)

// ownChecks are the names of our check runs.
var ownChecks = []string{"patchops / policy", "patchops / approval"}

// wanted is a check that a branch's protection or a ruleset requires; App 0 is
// any app.
type wanted struct {
	name string
	app  int64
}

// Required are the checks that protection and rulesets of the target require, as
// they stand at the head. One that nobody reported is missing, and one by another
// app than the rule names does not count (R16).
func (c *Client) Required(ctx context.Context, of change.Change) ([]change.Required, error) {
	if !commitID(of.Head) {
		return nil, disagree("%s has no head", of.Name)
	}
	rules, err := c.rules(ctx, of.Target)
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	runs, err := c.runs(ctx, of.Head)
	if err != nil {
		return nil, err
	}
	statuses, err := c.statuses(ctx, of.Head)
	if err != nil {
		return nil, err
	}
	var out []change.Required
	for _, w := range rules {
		if c.isOurs(w) {
			continue
		}
		out = append(out, change.Required{Name: w.name, App: w.app, State: w.state(runs, statuses)})
	}
	return out, nil
}

func (c *Client) isOurs(w wanted) bool {
	return slices.Contains(ownChecks, w.name) && (w.app == 0 || c.ourApp() == 0 || w.app == c.ourApp())
}

// rules are those of the branch's protection and of all rulesets, sorted, once
// each.
func (c *Client) rules(ctx context.Context, branch string) ([]wanted, error) {
	found := map[wanted]bool{}
	if err := c.protection(ctx, branch, found); err != nil {
		return nil, err
	}
	path := c.in("/rules/branches/%s", url.PathEscape(branch))
	items, err := c.whole(ctx, list{path: path, identify: func(item json.RawMessage) (string, error) { return string(item), nil }})
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		var rule struct {
			Type       string
			Parameters struct {
				Checks []struct {
					Context string
					App     int64 `json:"integration_id"`
				} `json:"required_status_checks"`
			}
		}
		if err := json.Unmarshal(item, &rule); err != nil {
			return nil, disagree("a rule of %s that cannot be read", printable(branch))
		}
		for _, check := range rule.Parameters.Checks {
			if rule.Type == "required_status_checks" {
				found[wanted{check.Context, max(check.App, 0)}] = true
			}
		}
	}
	var out []wanted
	for w := range found {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b wanted) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}
		return int(min(max(a.app-b.app, -1), 1))
	})
	return out, nil
}

// protection reads the branch itself, which needs no rights of an administrator.
func (c *Client) protection(ctx context.Context, branch string, found map[wanted]bool) error {
	var b struct {
		Name       string
		Protected  *bool
		Protection *struct {
			Enabled bool
			Checks  *struct {
				Contexts []string
				Checks   []struct {
					Context string
					App     *int64 `json:"app_id"`
				}
			} `json:"required_status_checks"`
		}
	}
	if err := c.get(ctx, c.in("/branches/%s", url.PathEscape(branch)), nil, &b); err != nil {
		return err
	}
	if b.Name != branch || b.Protected == nil || b.Protection == nil {
		return disagree("the protection of branch %s is not shown", printable(branch))
	}
	if b.Protection.Checks == nil {
		return nil
	}
	named := map[string]bool{}
	for _, check := range b.Protection.Checks.Checks {
		w := wanted{name: check.Context}
		if check.App != nil {
			w.app = max(*check.App, 0) // -1 is any app
		}
		found[w], named[w.name] = true, true
	}
	for _, name := range b.Protection.Checks.Contexts {
		if !named[name] {
			found[wanted{name: name}] = true
		}
	}
	return nil
}

// state of a wanted check: the worst of those that match.
func (w wanted) state(runs []checkRun, statuses []commitStatus) string {
	order := []string{"missing", "passed", "pending", "failed"}
	worst := 0
	for _, run := range runs {
		if run.Name == w.name && (w.app == 0 || run.App.ID == w.app) {
			worst = max(worst, slices.Index(order, run.state()))
		}
	}
	for _, s := range statuses {
		if s.Context == w.name && w.app == 0 { // a status does not say its app
			worst = max(worst, slices.Index(order, s.state()))
		}
	}
	return order[worst]
}

type checkRun struct {
	ID         int64
	Name       string
	Head       string `json:"head_sha"`
	Status     string
	Conclusion string
	External   string `json:"external_id"`
	App        struct{ ID int64 }
}

func (r checkRun) state() string {
	switch {
	case r.Status != "completed":
		return "pending"
	case slices.Contains([]string{"success", "neutral", "skipped"}, r.Conclusion):
		return "passed"
	}
	return "failed"
}

type commitStatus struct{ Context, State, Description string }

func (s commitStatus) state() string {
	switch s.State {
	case "success":
		return "passed"
	case "pending":
		return "pending"
	}
	return "failed"
}

// runs are the newest check runs of a commit, of all apps.
func (c *Client) runs(ctx context.Context, head string) ([]checkRun, error) {
	items, err := c.whole(ctx, list{
		path: c.in("/commits/%s/check-runs", head), query: url.Values{"filter": {"latest"}},
		unwrap: counted("check_runs"), identify: byID,
	})
	if err != nil {
		return nil, err
	}
	var out []checkRun
	for _, item := range items {
		var run checkRun
		if err := json.Unmarshal(item, &run); err != nil || run.Head != head {
			return nil, disagree("a check run that cannot be read, or of another commit than %s", head)
		}
		out = append(out, run)
	}
	return out, nil
}

func (c *Client) statuses(ctx context.Context, head string) ([]commitStatus, error) {
	items, err := c.whole(ctx, list{path: c.in("/commits/%s/status", head), unwrap: counted("statuses"), identify: byID})
	if err != nil {
		return nil, err
	}
	var out []commitStatus
	for _, item := range items {
		var s commitStatus
		if err := json.Unmarshal(item, &s); err != nil {
			return nil, disagree("a status that cannot be read")
		}
		out = append(out, s)
	}
	return out, nil
}

// counted unwraps {total_count, name: [...]}.
func counted(name string) func(json.RawMessage) ([]json.RawMessage, int, error) {
	return func(page json.RawMessage) ([]json.RawMessage, int, error) {
		var v map[string]json.RawMessage
		var total int
		var items []json.RawMessage
		err := errors.Join(json.Unmarshal(page, &v), json.Unmarshal(v["total_count"], &total), json.Unmarshal(v[name], &items))
		return items, total, err
	}
}
