package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func containsQuery(line, query string) bool { return strings.Contains(line, query) }

// about is a pull request as an answer shows it.
func (c *call) about(p *pull, schema string) object {
	f := c.f
	head := f.headOf(p)
	full := func(id int64) object { return f.spec.fill("repository", c.repository(id)) }
	out := object{
		"id": 900 + p.number, "number": p.number, "state": p.state, "draft": p.draft, "title": p.title, "user": f.user(p.author),
		"created_at": instant(p.created), "updated_at": instant(p.created), "body": nil,
		"head": object{"ref": p.branch, "sha": head, "label": "-", "repo": full(p.fork), "user": f.user(p.author)},
		"base": object{"ref": p.base, "sha": f.baseOf(p), "label": "-", "repo": full(ID), "user": f.user(p.author)},
	}
	if p.state == "closed" {
		out["closed_at"] = instant(f.now())
	}
	if p.merged != "" {
		out["merged_at"], out["merge_commit_sha"] = instant(f.now()), p.merged
	}
	if schema == "pull-request" {
		out["merged"] = p.merged != ""
		out["mergeable"] = any(f.mergeable(p))
		if f.computing > 0 {
			f.computing--
			out["mergeable"] = nil
		}
		out["commits"] = f.count(f.baseOf(p), head)
	}
	return f.spec.fill(schema, out)
}

func (f *Forge) headOf(p *pull) string {
	if p.head != "" {
		return p.head
	}
	if p.fork != 0 {
		return f.ref(fmt.Sprintf("refs/pull/%d/head", p.number))
	}
	return f.ref("refs/heads/" + p.branch)
}

func (f *Forge) baseOf(p *pull) string {
	if p.before != "" {
		return p.before
	}
	return f.ref("refs/heads/" + p.base)
}

func listPulls(c *call) (int, any, error) {
	q := c.URL.Query()
	items := []any{}
	for _, p := range c.f.pulls {
		if (q.Get("state") == "all" || p.state == orElse(q.Get("state"), "open")) && (q.Get("base") == "" || p.base == q.Get("base")) {
			items = append(items, c.about(p, "pull-request-simple"))
		}
	}
	if q.Get("direction") != "asc" {
		slices.Reverse(items)
	}
	return 200, c.paged(items), nil
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (c *call) pull() (*pull, error) {
	text := c.vars["pull_number"] + c.vars["issue_number"]
	n, _ := strconv.Atoi(text)
	p, err := c.f.pull(n)
	if err != nil {
		return nil, refuse{404, "Not Found"}
	}
	return p, nil
}

func getPull(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	return 200, c.about(p, "pull-request"), nil
}

func listReviews(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	items := []any{}
	for _, r := range p.reviews {
		items = append(items, c.f.spec.fill("pull-request-review", object{
			"id": r.id, "user": c.f.user(r.user), "state": r.state, "commit_id": r.commit, "submitted_at": instant(r.submitted), "body": r.body,
		}))
	}
	return 200, c.paged(items), nil
}

// listEvents are the changes of a pull request's base, and its making as GitHub has
// it there too: a word about somebody.
func listEvents(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	about := func(id int64, what string, at time.Time) any {
		return c.f.spec.fill("added-to-project-issue-event", object{
			"id": id, "event": what, "actor": c.f.user(p.author), "created_at": instant(at), "performed_via_github_app": nil,
		})
	}
	items := []any{about(int64(1000+p.number), "mentioned", p.created)}
	for i, at := range p.changed {
		items = append(items, about(p.edits[i], "base_ref_changed", at))
	}
	return 200, c.paged(items), nil
}

// listActivity pages by cursor, the newest first.
func listActivity(c *call) (int, any, error) {
	if c.vars["owner"] == "somebody" {
		return 0, nil, refuse{404, "Not Found"}
	}
	q := c.URL.Query()
	var items []any
	for _, e := range slices.Backward(c.f.events) {
		if q.Get("ref") == "" || e.ref == q.Get("ref") {
			items = append(items, object{
				"id": e.id, "node_id": "-", "before": e.before, "after": e.after, "ref": e.ref, "timestamp": instant(e.at),
				"activity_type": e.kind, "actor": c.f.user(e.actor),
			})
		}
	}
	from, _ := strconv.Atoi(strings.TrimPrefix(q.Get("after"), "cursor-"))
	size, _ := strconv.Atoi(orElse(q.Get("per_page"), "30"))
	to := min(from+size, len(items))
	if to < len(items) {
		q.Set("after", fmt.Sprintf("cursor-%d", to))
		c.header.Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, c.f.server.URL, c.URL.EscapedPath(), q.Encode()))
	}
	return 200, append([]any{}, items[min(from, to):to]...), nil
}

func compare(c *call) (int, any, error) {
	base, head, ok := strings.Cut(c.vars["basehead"], "...")
	if !ok {
		return 0, nil, refuse{404, "Not Found"}
	}
	if tip := c.f.ref("refs/heads/" + base); tip != "" {
		base = tip
	}
	commits, err := c.f.commits(base + ".." + head)
	if err != nil {
		return 0, nil, refuse{404, "Not Found"}
	}
	items := []any{}
	for _, one := range commits {
		items = append(items, c.f.about(one))
	}
	total := len(items)
	one, err := c.f.commits("-1 " + base)
	if err != nil || len(one) == 0 {
		return 0, nil, refuse{404, "Not Found"}
	}
	at := c.f.about(one[0])
	return 200, c.f.spec.fill("commit-comparison", object{
		"total_commits": total, "ahead_by": total, "status": "ahead", "commits": c.paged(items), "base_commit": at, "merge_base_commit": at,
	}), nil
}

func (f *Forge) about(one commit) any {
	var author, committer any
	if id := f.emails[one.authorEmail]; id != 0 {
		author = f.user(id)
	}
	if id := f.emails[one.committerEmail]; id != 0 {
		committer = f.user(id)
	}
	return f.spec.fill("commit", object{
		"sha": one.id, "author": author, "committer": committer, "parents": []any{},
		"commit": object{
			"message": one.message, "author": object{"email": one.authorEmail}, "committer": object{"email": one.committerEmail},
			"verification": object{"verified": f.ours[one.id], "reason": "unsigned", "payload": nil, "signature": nil, "verified_at": nil},
		},
	})
}

func getBranch(c *call) (int, any, error) {
	name := c.vars["branch"]
	tip := c.f.ref("refs/heads/" + name)
	if tip == "" {
		return 0, nil, refuse{404, "Branch not found"}
	}
	one, err := c.f.commits("-1 " + tip)
	if err != nil {
		return 0, nil, err
	}
	checks, contexts := []any{}, []any{}
	for _, r := range c.f.required {
		if !r.rule {
			var app any
			if r.app != 0 {
				app = r.app
			}
			checks, contexts = append(checks, object{"context": r.name, "app_id": app}), append(contexts, r.name)
		}
	}
	protection := object{"enabled": len(checks) > 0}
	if len(checks) > 0 {
		protection["required_status_checks"] = object{"enforcement_level": "non_admins", "contexts": contexts, "checks": checks}
	}
	return 200, c.f.spec.fill("branch-with-protection", object{
		"name": name, "commit": c.f.about(one[0]), "protected": len(checks) > 0, "protection": protection,
		"protection_url": "https://example.invalid/", "_links": object{"html": "-", "self": "https://example.invalid/"},
	}), nil
}

func listRules(c *call) (int, any, error) {
	items := []any{object{"type": "non_fast_forward", "ruleset_source_type": "Repository", "ruleset_source": c.f.name(), "ruleset_id": 1}}
	for i, r := range c.f.required {
		if r.rule {
			items = append(items, object{
				"type": "required_status_checks", "ruleset_source_type": "Repository", "ruleset_source": c.f.name(), "ruleset_id": 2 + i,
				"parameters": object{
					"strict_required_status_checks_policy": false,
					"required_status_checks":               []any{object{"context": r.name, "integration_id": r.app}},
				},
			})
		}
	}
	return 200, c.paged(items), nil
}

// Later is the header by which a server asks to wait.
func Later(seconds int) http.Header { return http.Header{"Retry-After": {strconv.Itoa(seconds)}} }
