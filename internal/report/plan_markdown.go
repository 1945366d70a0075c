package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// Room that is kept for what was left out, and for closing tags.
const markdownReserve = 400

// writeMarkdown prints for a comment on a pull request: the sum, what is wrong, then
// each plan folded, those with trouble first, as far as limit bytes reach.
func (v *planView) writeMarkdown(out io.Writer, limit int) error {
	var b bytes.Buffer
	v.markdownHead(&b)
	room := limit - markdownReserve
	for _, part := range v.markdownParts() {
		if b.Len()+len(part.text) <= room {
			b.WriteString(part.text)
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", part.otherwise)
	}
	order := make([]*rollout.PlanSchedule, len(v.Shown))
	for i := range v.Shown {
		order[i] = &v.Shown[i]
	}
	slices.SortStableFunc(order, func(a, b *rollout.PlanSchedule) int { return compareInts(int64(trouble(b) - trouble(a))) })
	left := 0
	for _, p := range order {
		if part := v.markdownPlan(p, len(order) <= 2 || trouble(p) > 0); left == 0 && b.Len()+len(part) <= room {
			b.WriteString(part)
		} else {
			left++
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%d of %s left out here, those with trouble come first. `patchops plan` shows all.\n", left, plural(len(order), "plan"))
	}
	_, err := out.Write(b.Bytes())
	return err
}

func (v *planView) markdownHead(b *bytes.Buffer) {
	fmt.Fprintf(b, "### Rollout\n\n**%s**\n\n", markdown(v.headline()))
	fmt.Fprintf(b, "<sub>as of %s, %s, schedule `%s`</sub>\n", utc(v.Schedule.AsOf), markdown(v.source()), Display(v.Schedule.Digest))
	if v.Input.Granted {
		b.WriteString("\nAs if what still needs approval were approved.\n")
	}
}

// part is a piece of Markdown, and what stands there where it does not fit.
type part struct{ text, otherwise string }

// markdownParts are what stands before the plans.
func (v *planView) markdownParts() []part {
	var out []part
	if v.Change != nil {
		out = append(out, part{"\n" + strings.TrimRight(v.Change.Markdown, "\n") + "\n", "What it changes does not fit here: `patchops plan --base` shows it."})
	}
	if len(v.Findings) > 0 {
		out = append(out, part{v.markdownFindings(), "The findings do not fit here: `patchops check` shows them."})
	}
	return out
}

func (v *planView) markdownFindings() string {
	var b strings.Builder
	c := finding.Count(v.Findings)
	fmt.Fprintf(&b, "\n<details%s><summary>%s, %s, %s</summary>\n\n", open(c.Errors > 0), plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note"))
	b.WriteString(header("place", "", "finding", "says"))
	for _, f := range worst(v.Findings, 30) {
		says := markdown(f.Message)
		if f.Hint != "" {
			says += "<br>" + markdown(f.Hint)
		}
		b.WriteString(rowOf(code(place(f.Position)), class(f), code(f.ID), says))
	}
	if more := len(v.Findings) - 30; more > 0 {
		fmt.Fprintf(&b, "\n%d more: `patchops check`\n", more)
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

func open(yes bool) string {
	if yes {
		return " open"
	}
	return ""
}

func (v *planView) markdownPlan(p *rollout.PlanSchedule, unfold bool) string {
	var b strings.Builder
	sum, zone := total([]rollout.PlanSchedule{*p}), v.zone(p.Client)
	title := []string{fmt.Sprintf("%d placed", sum.placed)}
	if sum.unplaced > 0 {
		title = append(title, fmt.Sprintf("<b>%d without a place</b>", sum.unplaced))
	}
	if n := late(p); n > 0 {
		title = append(title, fmt.Sprintf("<b>%d late</b>", n))
	}
	if m := sum.money(); m != "" {
		title = append(title, markdown(m))
	}
	fmt.Fprintf(&b, "\n<details%s><summary><b>%s %s</b>: %s</summary>\n\n", open(unfold), markdown(p.Client), markdown(p.Plan), strings.Join(title, ", "))
	b.WriteString(header("wave", "when ("+markdown(zone.String())+")", "UTC", "window", "hosts"))
	all := slots(p)
	for _, w := range p.Waves {
		shown := false
		for _, s := range all {
			if s.wave == w.Name {
				b.WriteString(rowOf(markdownWave(w, shown), localSpan(s.start, s.end, zone), localSpan(s.start, s.end, zoneOr(nil)), code(s.window), hostCodes(s.assets())))
				shown = true
			}
		}
		if !shown {
			b.WriteString(rowOf(markdownWave(w, false), "", "", "", ""))
		}
	}
	v.markdownUnplaced(&b, p)
	v.markdownRest(&b, p)
	b.WriteString("\n</details>\n")
	return b.String()
}

func markdownWave(w rollout.WaveSchedule, again bool) string {
	if again {
		return ""
	}
	text := fmt.Sprintf("%s<br>%d of %d", markdown(w.Name), w.Placed, w.Assets)
	if w.Stragglers > 0 {
		text += "<br>" + plural(w.Stragglers, "straggler")
	}
	return text
}

func hostCodes(names []string) string {
	shown, more := few(names, fewNames, code)
	text := strings.Join(shown, " ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (v *planView) markdownUnplaced(b *strings.Builder, p *rollout.PlanSchedule) {
	if len(p.Unplaced) == 0 {
		return
	}
	b.WriteString("\n" + header("no place for", "why", "what would give it one"))
	for _, g := range unplacedGroups(p) {
		b.WriteString(rowOf(hostCodes(g.assets), code(string(g.first.Code))+"<br>"+markdown(g.sentence), markdown(wayOut(p, g.first, v.zone(p.Client)))))
	}
}

func (v *planView) markdownRest(b *strings.Builder, p *rollout.PlanSchedule) {
	zone := v.zone(p.Client)
	var lines []string
	for _, x := range p.Breaches {
		if x.PlacedEnd != 0 {
			lines = append(lines, fmt.Sprintf("%s is late: due %s, ends %s", code(x.Asset), stamp(x.Due, zone), stamp(x.PlacedEnd, zone)))
		}
	}
	for _, n := range noticeGroups(p.Notices) {
		lines = append(lines, "tell "+n.words(zone, markdown, code))
	}
	if p.MergeBy != 0 {
		lines = append(lines, "holds if merged by "+stamp(p.MergeBy, zone))
	}
	for _, r := range p.Remarks {
		lines = append(lines, code(r.ID)+": "+markdown(r.Text))
	}
	if len(p.Excluded) > 0 {
		lines = append(lines, "without work: "+markdown(excludedLine(p.Excluded)))
	}
	if more := len(lines) - 40; more > 0 {
		lines = append(lines[:40], fmt.Sprintf("%d more lines", more))
	}
	if len(lines) > 0 {
		b.WriteString("\n- " + strings.Join(lines, "\n- ") + "\n")
	}
}
