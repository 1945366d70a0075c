package github

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/go-github/v60/github"

	"github.com/patchops/patchops/internal/change"
)

const (
	batch           = 50     // annotations of one request, the forge's limit
	mostAnnotations = 1000   // of one check; the summary says how many there are
	mostText        = 65_535 // bytes of a summary, a comment or a message
	mostTitle       = 255
)

// Show makes or renews the check runs of a head, and the one comment. What is
// already shown so is not sent again.
func (c *Client) Show(ctx context.Context, name string, p change.Presentation) error {
	if !c.options.Write {
		return fmt.Errorf("github: %s is not shown: this client only reads: %w", name, change.ErrDenied)
	}
	n, err := number(name)
	if err != nil {
		return err
	}
	if len(p.Checks) > 0 {
		if !commitID(p.Head) {
			return fmt.Errorf("github: checks for head %q, wanted a full commit id", p.Head)
		}
		if err := c.checks(ctx, p); err != nil {
			return err
		}
	}
	if p.Comment == "" {
		return nil
	}
	return c.comment(ctx, n, p.Comment)
}

// checks shows them as check runs, which only apps may make; with a person's token
// as commit statuses, without texts and lines: those are in the comment.
func (c *Client) checks(ctx context.Context, p change.Presentation) error {
	if !c.personal {
		runs, err := c.runs(ctx, p.Head)
		if err != nil {
			return err
		}
		for _, check := range p.Checks {
			err := c.check(ctx, p.Head, check, c.ours(runs, check.Name))
			if c.app == nil && status(err) == http.StatusForbidden {
				c.personal = true
				break
			}
			if err != nil {
				return err
			}
		}
	}
	if !c.personal {
		return nil
	}
	old, err := c.statuses(ctx, p.Head)
	if err != nil {
		return err
	}
	for _, check := range p.Checks {
		if err := c.status(ctx, p.Head, check, old); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) status(ctx context.Context, head string, check change.Check, old []commitStatus) error {
	const most = 140 // characters of a description
	s := commitStatus{Context: check.Name, State: "pending", Description: cutTo(check.Title, most, " ...")}
	if check.Status == "completed" {
		s.State = "failure"
		if check.Conclusion == "success" || check.Conclusion == "neutral" {
			s.State = "success"
		}
	}
	if slices.Contains(old, s) {
		return nil
	}
	body := map[string]string{"context": s.Context, "state": s.State, "description": s.Description}
	return c.send(ctx, http.MethodPost, c.in("/statuses/%s", head), body, nil)
}

// ourApp is the app whose check runs are ours, 0 if not known.
func (c *Client) ourApp() int64 {
	if c.options.App != 0 {
		return c.options.App
	}
	return c.options.AppAuth
}

// ours is our newest run of a name, or nil. Without a known app only one that
// says already what we would say is recognised, and nothing is updated.
func (c *Client) ours(runs []checkRun, name string) *checkRun {
	var newest *checkRun
	for i, run := range runs {
		if run.Name == name && (c.ourApp() == 0 || run.App.ID == c.ourApp()) && (newest == nil || run.ID > newest.ID) {
			newest = &runs[i]
		}
	}
	return newest
}

// mark is the external id of a run that is complete: digests of all that it shows
// and of its annotations.
func mark(check change.Check) (all, annotations string) {
	notes, _ := json.Marshal(check.Annotations)
	whole, _ := json.Marshal(check)
	a, b := sha256.Sum256(whole), sha256.Sum256(notes)
	annotations = fmt.Sprintf(":%x", b[:16])
	return fmt.Sprintf("patchops:%x", a[:16]) + annotations, annotations
}

func (c *Client) check(ctx context.Context, head string, check change.Check, old *checkRun) error {
	check = bounded(check)
	all, annotations := mark(check)
	if old != nil && old.External == all {
		return nil
	}
	if old != nil && c.ourApp() != 0 && strings.HasPrefix(old.External, "patchops:") && strings.HasSuffix(old.External, annotations) {
		return c.update(ctx, old.ID, check, nil, all)
	}
	return c.create(ctx, head, check, all)
}

// create makes a run with all annotations. It is in progress, and has no mark,
// until the last of them is there: a crash in between leaves no false success.
func (c *Client) create(ctx context.Context, head string, check change.Check, mark string) error {
	batches := slices.Collect(slices.Chunk(check.Annotations, batch))
	first := check
	if len(batches) > 1 {
		first.Status, first.Conclusion = "in_progress", ""
	}
	options := github.CreateCheckRunOptions{Name: check.Name, HeadSHA: head, Status: &first.Status, Output: output(check, nil)}
	if first.Conclusion != "" {
		options.Conclusion = &first.Conclusion
	}
	if len(batches) > 0 {
		options.Output = output(check, batches[0])
	}
	if len(batches) <= 1 {
		options.ExternalID = &mark
	}
	run, _, err := c.api.Checks.CreateCheckRun(ctx, c.owner, c.repo, options)
	if err != nil {
		return plain("POST", c.in("/check-runs"), err)
	}
	for i := 1; i < len(batches); i++ {
		if i == len(batches)-1 {
			return c.update(ctx, run.GetID(), check, batches[i], mark)
		}
		if err := c.update(ctx, run.GetID(), first, batches[i], ""); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) update(ctx context.Context, id int64, check change.Check, notes []change.Annotation, mark string) error {
	options := github.UpdateCheckRunOptions{Name: check.Name, Status: &check.Status, Output: output(check, notes)}
	if check.Conclusion != "" {
		options.Conclusion = &check.Conclusion
	}
	if mark != "" {
		options.ExternalID = &mark
	}
	_, _, err := c.api.Checks.UpdateCheckRun(ctx, c.owner, c.repo, id, options)
	return plain("PATCH", c.in("/check-runs/%d", id), err)
}

func output(check change.Check, notes []change.Annotation) *github.CheckRunOutput {
	out := &github.CheckRunOutput{Title: &check.Title, Summary: &check.Summary}
	for _, n := range notes {
		a := &github.CheckRunAnnotation{
			Path: &n.Path, StartLine: &n.Line, EndLine: &n.Line, AnnotationLevel: &n.Level, Message: &n.Message,
		}
		if n.Title != "" {
			a.Title = &n.Title
		}
		if n.Column > 0 {
			a.StartColumn, a.EndColumn = &n.Column, &n.Column
		}
		out.Annotations = append(out.Annotations, a)
	}
	return out
}

// bounded is a check within the forge's limits.
func bounded(check change.Check) change.Check {
	if check.Status != "completed" {
		check.Conclusion = ""
	}
	check.Title = cutTo(check.Title, mostTitle, " ...")
	if check.Title == "" {
		check.Title = check.Name
	}
	notes := check.Annotations
	if len(notes) > mostAnnotations {
		check.Summary += fmt.Sprintf("\n\n%d of %d findings are shown at their lines.\n", mostAnnotations, len(notes))
		notes = notes[:mostAnnotations]
	}
	check.Summary = cutMarkdown(check.Summary, "the rest is cut; `patchops status` shows all of it")
	check.Annotations = make([]change.Annotation, len(notes))
	for i, n := range notes {
		n.Line, n.Column = max(n.Line, 1), max(n.Column, 0)
		n.Message = cutTo(n.Message, mostText/2, " ...")
		if n.Message == "" {
			n.Message = "-"
		}
		n.Title = cutTo(n.Title, mostTitle, " ...")
		if !slices.Contains([]string{"failure", "warning", "notice"}, n.Level) {
			n.Level = "failure"
		}
		check.Annotations[i] = n
	}
	return check
}

// cutTo shortens text to at most that many bytes, the ending included.
func cutTo(text string, most int, ending string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= most {
		return text
	}
	at := most - len(ending)
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return text[:at] + ending
}

// cutMarkdown shortens to mostText bytes at a line's end, ends an open block of
// code and says that it did.
func cutMarkdown(text, why string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= mostText {
		return text
	}
	const fence = "\n```"
	ending := "\n\n*" + why + "*\n"
	text = cutTo(text, mostText-len(ending)-len(fence), "")
	if at := strings.LastIndexByte(text, '\n'); at > 0 {
		text = text[:at]
	}
	if strings.Count("\n"+text, fence)%2 == 1 {
		text += fence
	}
	return text + ending
}

// marker is the first line of our comment, invisible when shown.
const marker = "<!-- patchops: one comment, edited in place -->"

// comment makes or edits the one comment: ours by account, with the marker.
func (c *Client) comment(ctx context.Context, n int, text string) error {
	us, err := c.account(ctx)
	if err != nil {
		return err
	}
	body := cutMarkdown(marker+"\n"+text, "the rest is cut; `patchops status` shows all of it")
	items, err := c.whole(ctx, list{path: c.in("/issues/%d/comments", n), identify: byID})
	if err != nil {
		return err
	}
	for _, item := range items {
		var old struct {
			ID   int64
			Body string
			User *account
		}
		if err := json.Unmarshal(item, &old); err != nil {
			return disagree("a comment that cannot be read")
		}
		if old.User == nil || old.User.ID != us || !strings.HasPrefix(old.Body, marker) {
			continue
		}
		if same(old.Body, body) {
			return nil
		}
		_, _, err := c.api.Issues.EditComment(ctx, c.owner, c.repo, old.ID, &github.IssueComment{Body: &body})
		return plain("PATCH", c.in("/issues/comments/%d", old.ID), err)
	}
	made, _, err := c.api.Issues.CreateComment(ctx, c.owner, c.repo, n, &github.IssueComment{Body: &body})
	if err != nil {
		return plain("POST", c.in("/issues/%d/comments", n), err)
	}
	if got := made.GetUser().GetID(); got != us {
		return errors.Join(fmt.Errorf("github: our comment is by account %d, wanted %d of the root: the next one would be a second", got, us), change.ErrDenied)
	}
	return nil
}

// same compares as the forge stores: line ends and blanks at the end may differ.
func same(a, b string) bool {
	clean := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return clean(a) == clean(b)
}
