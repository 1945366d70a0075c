package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// The names of our check runs, which rules of a branch require.
const (
	PolicyCheck   = "patchops / policy"
	ApprovalCheck = "patchops / approval"
)

// What GitHub takes: characters of a comment or a summary, annotations of one
// call, and bytes of an annotation's message, of which a part is enough.
const (
	commentLimit    = 65_535
	mostAnnotations = 50
	annotationText  = 4_000
	titleText       = 250
)

// Presentation is a review as a forge shows it. It holds no instant that moves by
// itself, so equal reviews give equal bytes, and nothing is edited in vain (PF12).
func (r Review) Presentation() change.Presentation {
	return change.Presentation{
		Head:    r.Change.Head,
		Checks:  []change.Check{r.policyCheck(), r.approvalCheck()},
		Comment: r.comment(commentLimit, func(c *ScheduleChange, _ Zones) string { return c.lasting() }),
	}
}

// full is a difference of schedules with its instants, for those who look once.
func full(c *ScheduleChange, zones Zones) string { return c.Markdown(zones) }

// lasting is a difference of schedules in what stays as long as documents do: how
// many hosts move, which lose their place. Instants of placements and totals over
// time move with the clock.
func (c *ScheduleChange) lasting() string {
	s := section{title: "rollouts"}
	for i := range c.Plans {
		if i == diffPlans {
			s.more = "and " + plural(len(c.Plans)-i, "more rollout")
			break
		}
		d := &c.Plans[i]
		e := entry{mark: mark(!d.New, !d.Gone), head: Display(d.Client + "/" + d.Plan)}
		for _, n := range []struct {
			words string
			hosts int
		}{{"added", len(d.Added)}, {"removed", len(d.Removed)}, {"moved", len(d.Moved)}, {"given a place", len(d.Solved)}} {
			if n.hosts > 0 {
				e.detail = append(e.detail, plural(n.hosts, "host")+" "+n.words)
			}
		}
		e.detail = listed(e.detail, "without a place", d.Unplaced, func(u HostUnplaced) string { return u.Asset + ": " + string(u.Code) })
		e.detail = listed(e.detail, "new SLA breach", d.Breaches, func(b rollout.Breach) string { return b.Asset })
		s.entries = append(s.entries, e)
	}
	if len(s.entries) == 0 {
		return markdown(c.title()) + "\n"
	}
	var b strings.Builder
	markdownSection(&b, s)
	return strings.TrimPrefix(b.String(), "\n")
}

// policyCheck shows the findings at their lines.
func (r Review) policyCheck() change.Check {
	c := r.counts()
	out := change.Check{
		Name: PolicyCheck, Status: "completed", Conclusion: "success",
		Title: shorten(fmt.Sprintf("%s, %s, %s", plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note")), titleText),
	}
	if c.Errors > 0 {
		out.Conclusion = "failure"
	}
	if c == (finding.Counts{}) {
		out.Title = "no findings"
	}
	shown := worst(r.Outcome.Findings, mostAnnotations)
	var m cut
	m.add(fmt.Sprintf("%s, %s.\n", plural(r.Outcome.Documents, "document"), plural(r.Outcome.Rules, "rule")))
	m.add(fmt.Sprintf("%s.\n", markdown(r.ruledBy())))
	if left := len(r.Outcome.Findings) - len(shown); left > 0 {
		m.add(fmt.Sprintf("\nThe worst %d of %s are annotated. `patchops status` shows all.\n", len(shown), plural(len(r.Outcome.Findings), "finding")))
	}
	m.findings(r.Outcome.Findings)
	out.Summary = m.text(commentLimit)
	for _, f := range shown {
		if f.File != "" {
			out.Annotations = append(out.Annotations, annotation(f))
		}
	}
	return out
}

func annotation(f finding.Finding) change.Annotation {
	level := map[string]string{"error": "failure", "warning": "warning"}[class(f)]
	if level == "" {
		level = "notice"
	}
	message := Display(f.Message)
	if f.Hint != "" {
		message += "\nhint: " + indented(f.Hint)
	}
	if f.WaivedBy != "" {
		message += "\nwaived by " + Display(f.WaivedBy)
	}
	return change.Annotation{
		Path: legible(f.File), Line: max(1, f.Line), Column: f.Column, Level: level,
		Title: shorten(Display(f.ID), titleText), Message: shorten(message, annotationText),
	}
}

// approvalCheck shows the verdict and what would unblock it. While people are to
// act it stays in progress: pending is no failure.
func (r Review) approvalCheck() change.Check {
	out := change.Check{Name: ApprovalCheck, Title: shorten(Display(r.headline()), titleText)}
	switch r.Verdict.State {
	case approval.Approved:
		out.Status, out.Conclusion = "completed", "success"
	case approval.Pending:
		out.Status = "in_progress"
	default:
		out.Status, out.Conclusion = "completed", "failure"
	}
	if len(r.Verdict.Unblock) > 0 {
		out.Title = shorten(Display(string(r.Verdict.State)+": "+r.Verdict.Unblock[0]), titleText)
	}
	var m cut
	r.verdict(&m)
	out.Summary = m.text(commentLimit)
	return out
}

// comment is the one comment on a change: how it stands, what it would allow, and
// what it does to the calendar.
func (r Review) comment(limit int, schedule func(*ScheduleChange, Zones) string) string {
	var m cut
	m.add(fmt.Sprintf("### patchops: %s\n\n", markdown(r.headline())))
	r.verdict(&m)
	if r.Proposed != nil {
		m.add("\n#### Effect\n\n")
		m.block(EffectMarkdown(r.Proposed))
	}
	if r.landsOther() {
		m.add("\n#### Effect beside what was merged meanwhile\n\n")
		m.block(EffectMarkdown(r.Landing))
	}
	if s, zones := r.schedule(); s != nil {
		m.add("\n#### Schedule, if merged now\n\n")
		m.block(schedule(s, zones))
	}
	if len(r.Outcome.Findings) > 0 {
		c := r.counts()
		m.add(fmt.Sprintf("\n#### Findings: %s, %s, %s, %d waived\n", plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note"), c.Waived))
		m.findings(r.Outcome.Findings)
	}
	return m.text(limit)
}

// verdict is the verdict tree and the lists beside it.
func (r Review) verdict(m *cut) {
	m.add("Head `" + change.Short(r.Change.Head) + "`, " + markdown(r.ruledBy()) + ".\n")
	lists := r.lists()
	if len(r.Why) > 0 {
		m.list(lists[0])
		lists = lists[1:]
	}
	m.add("\n**approvals**\n\n")
	m.node(r.Verdict.Tree, 0)
	for _, l := range lists {
		m.list(l)
	}
}

// cut is Markdown in lines that are whole each, so that it can end after any.
type cut struct{ lines []string }

func (m *cut) add(text string) { m.lines = append(m.lines, text) }

// block adds lines of a text that is Markdown already.
func (m *cut) block(text string) {
	for line := range strings.SplitAfterSeq(text, "\n") {
		if line != "" {
			m.add(line)
		}
	}
}

func (m *cut) list(l list) {
	m.add(fmt.Sprintf("\n**%s**\n\n", markdown(l.title)))
	for _, line := range l.lines {
		m.add("- " + markdown(line) + "\n")
	}
}

func (m *cut) node(n approval.Node, depth int) {
	if depth > deepest {
		return
	}
	m.add(fmt.Sprintf("%s- **%s** %s\n", strings.Repeat("  ", depth), n.State, markdown(nodeWords(n))))
	for _, c := range n.Children {
		if c.State != approval.Skipped {
			m.node(c, depth+1)
		}
	}
	for _, line := range skipped(n.Children) {
		m.add(fmt.Sprintf("%s- %s\n", strings.Repeat("  ", depth+1), markdown(line)))
	}
}

// findings lists what was found, the worst first.
func (m *cut) findings(list []finding.Finding) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b finding.Finding) int { return rank(a) - rank(b) })
	m.add("\n")
	for _, f := range sorted {
		m.add(fmt.Sprintf("- %s %s %s: %s\n", class(f), code(f.ID), markdown(place(f.Position)), markdown(shorten(Display(f.Message), 500))))
	}
}

// text is all lines that fit into a number of bytes, which are never fewer than
// the characters that forges count; then how much was left out.
func (m *cut) text(limit int) string {
	total := 0
	for _, l := range m.lines {
		total += len(l)
	}
	if total <= limit {
		return strings.Join(m.lines, "")
	}
	var b strings.Builder
	room := limit - 200 // for what is said of the rest
	for i, l := range m.lines {
		if room -= len(l); room < 0 {
			fmt.Fprintf(&b, "\n%d of %d lines are left out here. `patchops status` shows all.\n", len(m.lines)-i, len(m.lines))
			break
		}
		b.WriteString(l)
	}
	return b.String()
}
