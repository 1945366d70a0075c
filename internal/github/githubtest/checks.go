package githubtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

func (f *Forge) aboutRun(r *run) any {
	out := object{
		"id": r.id, "head_sha": r.head, "node_id": "-", "app": f.spec.fill("integration", object{"id": r.app, "slug": "an-app"}),
		"conclusion": nil, "started_at": instant(f.now()), "completed_at": nil, "check_suite": nil, "pull_requests": []any{},
		"url": "-", "html_url": nil, "details_url": nil, "external_id": nil,
	}
	for _, name := range []string{"name", "status", "conclusion", "external_id"} {
		if value, ok := r.fields[name]; ok {
			out[name] = value
		}
	}
	if out["status"] == "completed" {
		out["completed_at"] = instant(f.now())
	}
	sent, _ := r.fields["output"].(object)
	out["output"] = object{
		"title": sent["title"], "summary": sent["summary"], "text": nil, "annotations_count": len(r.annotations), "annotations_url": "-",
	}
	return f.spec.fill("check-run", out)
}

// latest are the newest runs of a commit by name and app, as filter=latest.
func (f *Forge) latest(head string) []*run {
	newest := map[string]*run{}
	for _, r := range f.runs {
		if r.head == head {
			newest[fmt.Sprint(r.app, r.fields["name"])] = r
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b *run) int { return int(b.id - a.id) })
}

func listRuns(c *call) (int, any, error) {
	items := []any{}
	for _, r := range c.f.latest(c.vars["ref"]) {
		items = append(items, c.f.aboutRun(r))
	}
	return 200, object{"total_count": len(items), "check_runs": c.paged(items)}, nil
}

func getStatus(c *call) (int, any, error) {
	items := []any{}
	seen := map[any]bool{}
	for _, s := range slices.Backward(c.f.statuses) {
		if s["sha"] == c.vars["ref"] && !seen[s["context"]] {
			seen[s["context"]] = true
			items = append(items, c.f.spec.fill("simple-commit-status", object{
				"id": s["id"], "context": s["context"], "state": s["state"], "description": s["description"], "avatar_url": nil, "target_url": nil, "required": nil,
			}))
		}
	}
	return 200, object{
		"state": "pending", "statuses": c.paged(items), "sha": c.vars["ref"], "total_count": len(items), "url": "https://example.invalid/",
		"commit_url": "https://example.invalid/", "repository": c.f.spec.fill("minimal-repository", c.repository(ID)),
	}, nil
}

func makeStatus(c *call) (int, any, error) {
	if text, _ := c.body["description"].(string); len([]rune(text)) > 140 {
		return 0, nil, refuse{422, "description is too long"}
	}
	s := object{"id": c.f.id(), "sha": c.vars["sha"], "context": c.body["context"], "state": c.body["state"], "description": c.body["description"]}
	c.f.statuses = append(c.f.statuses, s)
	return 201, c.f.spec.fill("status", object{
		"id": s["id"], "context": s["context"], "state": s["state"], "description": s["description"], "creator": c.f.user(BotID),
		"avatar_url": nil, "target_url": nil,
	}), nil
}

// take merges what was sent into a run; annotations add up.
func (r *run) take(body object) error {
	if sent, ok := body["output"].(object); ok {
		notes, _ := sent["annotations"].([]any)
		if len(notes) > 50 {
			return refuse{422, "No more than 50 annotations"}
		}
		for _, text := range []string{"title", "summary"} {
			if s, ok := sent[text].(string); !ok || len(s) > 65535 {
				return refuse{422, "output." + text + " is too long or absent"}
			}
		}
		r.annotations = append(r.annotations, notes...)
	}
	maps.Copy(r.fields, body)
	if r.fields["status"] != "completed" {
		delete(r.fields, "conclusion")
	}
	return nil
}

func makeRun(c *call) (int, any, error) {
	if c.f.personal {
		return 0, nil, refuse{403, "You must authenticate via a GitHub App."}
	}
	head, _ := c.body["head_sha"].(string)
	if _, err := c.f.git("cat-file", "-e", head+"^{commit}"); err != nil {
		return 0, nil, refuse{422, "No commit found for SHA: " + head}
	}
	r := &run{id: c.f.id(), app: AppID, fields: object{}, head: head}
	if err := r.take(c.body); err != nil {
		return 0, nil, err
	}
	c.f.runs = append(c.f.runs, r)
	return 201, c.f.aboutRun(r), nil
}

func changeRun(c *call) (int, any, error) {
	id, _ := strconv.ParseInt(c.vars["check_run_id"], 10, 64)
	for _, r := range c.f.runs {
		if r.id != id {
			continue
		}
		if r.app != AppID {
			return 0, nil, refuse{403, "Invalid app_id"}
		}
		r.updates++
		return 200, c.f.aboutRun(r), r.take(c.body)
	}
	return 0, nil, refuse{404, "Not Found"}
}

func (f *Forge) aboutComment(m *comment) any {
	return f.spec.fill("issue-comment", object{
		"id": m.id, "body": m.body, "user": f.user(m.user), "created_at": instant(f.now()), "updated_at": instant(f.now()), "author_association": "NONE",
	})
}

func listComments(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	items := []any{}
	for _, m := range c.f.comments {
		if m.pull == p.number {
			items = append(items, c.f.aboutComment(m))
		}
	}
	return 200, c.paged(items), nil
}

func (c *call) text() (string, error) {
	body, _ := c.body["body"].(string)
	if len([]rune(body)) > 65536 || body == "" {
		return "", refuse{422, "body is too long or empty"}
	}
	return body, nil
}

func makeComment(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	body, err := c.text()
	if err != nil {
		return 0, nil, err
	}
	m := &comment{id: c.f.id(), user: BotID, pull: p.number, body: body}
	c.f.comments = append(c.f.comments, m)
	return 201, c.f.aboutComment(m), nil
}

func changeComment(c *call) (int, any, error) {
	id, _ := strconv.ParseInt(c.vars["comment_id"], 10, 64)
	body, err := c.text()
	if err != nil {
		return 0, nil, err
	}
	for _, m := range c.f.comments {
		if m.id == id {
			m.body = body
			m.edits++
			return 200, c.f.aboutComment(m), nil
		}
	}
	return 0, nil, refuse{404, "Not Found"}
}

func mergePull(c *call) (int, any, error) {
	p, err := c.pull()
	if err != nil {
		return 0, nil, err
	}
	if sha, ok := c.body["sha"].(string); !ok || sha == "" {
		c.f.violate("PUT merge", fmt.Errorf("no sha: any head would be merged"))
	}
	if err := c.f.refusesMerge(p, c.body); err != nil {
		return 0, nil, err
	}
	method, _ := c.body["merge_method"].(string)
	title, _ := c.body["commit_title"].(string)
	message, _ := c.body["commit_message"].(string)
	made, err := c.f.join(p, method, orElse(title, fmt.Sprintf("Merge pull request #%d", p.number))+"\n\n"+message)
	if err != nil {
		return 0, nil, refuse{405, "Pull Request is not mergeable"}
	}
	p.state, p.merged = "closed", made
	return 200, object{"sha": made, "merged": true, "message": "Pull Request successfully merged"}, nil
}

// refusesMerge is what GitHub checks, in its order.
func (f *Forge) refusesMerge(p *pull, body object) error {
	switch {
	case p.state != "open":
		return refuse{405, "Pull Request is not mergeable"}
	case p.draft:
		return refuse{405, "Pull Request is still a draft"}
	case body["sha"] != nil && body["sha"] != f.headOf(p):
		return refuse{409, "Head branch was modified. Review and try the merge again."}
	case f.computing > 0:
		return refuse{405, "Pull Request is not mergeable"}
	}
	for _, r := range f.required {
		if !f.passed(f.headOf(p), r) {
			return refuse{405, fmt.Sprintf("Required status check %q is expected.", r.name)}
		}
	}
	return nil
}

func (f *Forge) passed(head string, r required) bool {
	for _, run := range f.latest(head) {
		if run.fields["name"] == r.name && (r.app == 0 || r.app == run.app) && run.fields["conclusion"] == "success" {
			return true
		}
	}
	for _, s := range slices.Backward(f.statuses) {
		if s["sha"] == head && s["context"] == r.name {
			return s["state"] == "success"
		}
	}
	return false
}
