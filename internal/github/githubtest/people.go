package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request to open. Fork is the id of another repository that its
// head lies in: then Commit, an object of the bare repository, is its head.
type Pull struct {
	Branch, Title, Base string // Base "": main
	Author              int64
	Draft               bool
	Fork                int64
	Commit              string
}

// Open opens one and returns its number. Its head ref follows the branch.
func (f *Forge) Open(p Pull) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.sync(p.Author); err != nil {
		return 0, err
	}
	made := &pull{
		number: len(f.pulls) + 1, branch: p.Branch, author: p.Author, title: orElse(p.Title, p.Branch), base: orElse(p.Base, "main"),
		state: "open", draft: p.Draft, fork: p.Fork, created: f.now(),
	}
	ref := fmt.Sprintf("refs/pull/%d/head", made.number)
	var err error
	if p.Fork != 0 {
		_, err = f.git("update-ref", ref, p.Commit)
	} else {
		_, err = f.git("symbolic-ref", ref, "refs/heads/"+p.Branch)
	}
	f.pulls = append(f.pulls, made)
	if err == nil && f.headOf(made) == "" {
		err = fmt.Errorf("no branch %q", p.Branch)
	}
	return made.number, err
}

// Pushed says who moved the branches that moved since the last request.
func (f *Forge) Pushed(account int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sync(account)
}

// Review leaves one at the present head: state APPROVED, CHANGES_REQUESTED or
// COMMENTED. It returns the review's id.
func (f *Forge) Review(n int, account int64, state string) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return 0, err
	}
	return f.review(p, account, state, f.headOf(p), f.now()), nil
}

// Invent a review of any commit and time: nobody ever left it.
func (f *Forge) Invent(n int, account int64, state, commit string, at time.Time) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return 0, err
	}
	return f.review(p, account, state, commit, at), nil
}

func (f *Forge) review(p *pull, account int64, state, commit string, at time.Time) int64 {
	r := &review{id: f.id(), user: account, state: state, commit: commit, submitted: at, body: "I looked at it."}
	p.reviews = append(p.reviews, r)
	return r.id
}

// Edit changes the text of a review, or with a state what it says (DISMISSED).
func (f *Forge) Edit(n int, id int64, state, body string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return err
	}
	for _, r := range p.reviews {
		if r.id == id {
			r.state, r.body = orElse(state, r.state), orElse(body, r.body)
			return nil
		}
	}
	return fmt.Errorf("no review %d", id)
}

// Set changes a pull request: close, reopen, draft, ready, or "base NAME".
func (f *Forge) Set(n int, what, value string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return err
	}
	switch what {
	case "close":
		p.state, p.head = "closed", f.headOf(p)
	case "reopen":
		p.state, p.head = "open", ""
	case "draft", "ready":
		p.draft = what == "draft"
	case "base":
		p.base, p.changed, p.edits = value, append(p.changed, f.now()), append(p.edits, f.id())
	case "fork":
		p.fork, p.head = 9999, f.headOf(p)
	default:
		return fmt.Errorf("%q: wanted close, reopen, draft, ready, base or fork", what)
	}
	return nil
}

// Join merges by hand, in the browser.
func (f *Forge) Join(n int, method string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return "", err
	}
	made, err := f.join(p, method, fmt.Sprintf("Merge pull request #%d", n))
	if err == nil {
		p.state, p.merged = "closed", made
	}
	return made, err
}

// Require a check before merges; app 0 is any. By a ruleset or by the branch's
// protection.
func (f *Forge) Require(name string, app int64, ruleset bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.required = append(f.required, required{name, app, ruleset})
}

// Report is a check run by some app. An empty status removes it, as on a re-run.
func (f *Forge) Report(head, name string, app int64, status, conclusion string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs = slices.DeleteFunc(f.runs, func(r *run) bool { return r.head == head && r.fields["name"] == name && r.app == app })
	if status == "" {
		return
	}
	fields := object{"name": name, "status": status}
	if conclusion != "" {
		fields["conclusion"] = conclusion
	}
	f.runs = append(f.runs, &run{id: f.id(), app: app, fields: fields, head: head})
}

// Status is a commit status.
func (f *Forge) Status(head, context, state string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.statuses = append(f.statuses, object{"id": f.id(), "sha": head, "context": context, "state": state})
}

// Say leaves a comment.
func (f *Forge) Say(n int, account int64, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.comments = append(f.comments, &comment{id: f.id(), user: account, pull: n, body: body})
}

// Computing makes the next answers not know yet whether a merge is possible.
func (f *Forge) Computing(answers int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.computing = answers
}

// Comment is one as people see it.
type Comment struct {
	Account int64
	Body    string
	Edits   int
}

// Comments of a pull request, the oldest first.
func (f *Forge) Comments(n int) []Comment {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Comment
	for _, m := range f.comments {
		if m.pull == n {
			out = append(out, Comment{m.user, m.body, m.edits})
		}
	}
	return out
}

// Check is a check run as people see it.
type Check struct {
	App                      int64
	Name, Status, Conclusion string
	Title, Summary           string
	Annotations, Updates     int
	Notes                    []any
}

// Checks are the newest check runs at a pull request's head, by name.
func (f *Forge) Checks(n int) []Check {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return nil
	}
	var out []Check
	for _, r := range f.latest(f.headOf(p)) {
		text := func(from object, name string) string { s, _ := from[name].(string); return s }
		shown, _ := r.fields["output"].(object)
		out = append(out, Check{
			App: r.app, Name: text(r.fields, "name"), Status: text(r.fields, "status"), Conclusion: text(r.fields, "conclusion"),
			Title: text(shown, "title"), Summary: text(shown, "summary"), Annotations: len(r.annotations), Updates: r.updates, Notes: r.annotations,
		})
	}
	slices.SortFunc(out, func(a, b Check) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Head is the present head of a pull request, State its state: open, closed or
// merged, and the commit of the merge.
func (f *Forge) Head(n int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return ""
	}
	return f.headOf(p)
}

// State is that of a pull request, and the commit of its merge.
func (f *Forge) State(n int) (state, commit string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	switch {
	case err != nil:
		return "", ""
	case p.merged != "":
		return "merged", p.merged
	}
	return p.state, ""
}

// Dismiss the k-th review of a pull request, from 1.
func (f *Forge) Dismiss(n, k int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.pull(n)
	if err != nil {
		return err
	}
	if k < 1 || k > len(p.reviews) {
		return fmt.Errorf("no review %d of %d", k, len(p.reviews))
	}
	p.reviews[k-1].state = "DISMISSED"
	return nil
}
