package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// Text shows every plan in full up to this many; of more, a line each, and in full
// only those with trouble, up to as many.
const fullPlans = 20

// Names of hosts on one line; the JSON has them all.
const fewNames = 12

// writeText prints for people: what it comes to, then each plan as a calendar of
// its waves, then the findings.
func (v *planView) writeText(out io.Writer) error {
	var b bytes.Buffer
	v.textHead(&b)
	if v.Change != nil {
		fmt.Fprintf(&b, "\n%s\n", displayLines(strings.TrimRight(v.Change.Text, "\n")))
	}
	compact := len(v.Shown) > fullPlans && !v.Named
	if compact {
		v.textTable(&b)
	}
	left := 0
	for i := range v.Shown {
		p := &v.Shown[i]
		if compact {
			if trouble(p) == 0 {
				continue
			}
			if left++; left > fullPlans {
				continue
			}
		}
		v.textPlan(&b, p)
	}
	if more := left - fullPlans; compact && more > 0 {
		fmt.Fprintf(&b, "\n%s more with trouble: patchops plan NAME --client CLIENT shows one, --format json all\n", plural(more, "plan"))
	}
	v.textFindings(&b)
	_, err := out.Write(b.Bytes())
	return err
}

func (v *planView) textHead(b *bytes.Buffer) {
	fmt.Fprintln(b, v.paint(bold, v.headline()))
	fmt.Fprintf(b, "as of %s, %s, schedule %s\n", utc(v.Schedule.AsOf), v.source(), v.Schedule.Digest)
	if v.Input.Granted {
		fmt.Fprintln(b, "as if what still needs approval were approved")
	}
}

// headline is what the rollout comes to, in a line.
func (v *planView) headline() string {
	t := total(v.Shown)
	if t.plans == 0 {
		if finding.Count(v.Findings).Errors > 0 {
			return "no plan is open that can be read"
		}
		return "no plan is open"
	}
	parts := []string{fmt.Sprintf("%s at %s: %s placed", plural(t.plans, "plan"), plural(t.clients, "client"), plural(t.placed, "session"))}
	if t.first != 0 {
		parts[0] += fmt.Sprintf(" from %s to %s", utc(t.first), utc(t.last))
	}
	if t.unplaced > 0 {
		parts = append(parts, fmt.Sprintf("%d without a place", t.unplaced))
	}
	lateOnes := 0
	for i := range v.Shown {
		lateOnes += late(&v.Shown[i])
	}
	if lateOnes > 0 {
		parts = append(parts, fmt.Sprintf("%d late", lateOnes))
	}
	if m := t.money(); m != "" {
		parts = append(parts, m)
	}
	return strings.Join(parts, ", ")
}

// source says what was judged.
func (v *planView) source() string {
	if c := v.Commit; c != nil {
		return "commit " + Display((*c)[:min(12, len(*c))])
	}
	return "work tree"
}

func (v *planView) textTable(b *bytes.Buffer) {
	t := table{head: []string{"client", "plan", "placed", "no place", "late", "first start", "last end", "cost"}}
	for i := range v.Shown {
		p := &v.Shown[i]
		sum, zone := total(v.Shown[i:i+1]), v.zone(p.Client)
		first, last := "", ""
		if sum.first != 0 {
			first, last = stamp(sum.first, zone), stamp(sum.last, zone)
		}
		t.add(Display(p.Client), Display(p.Plan), fmt.Sprint(sum.placed), blank(sum.unplaced), blank(late(p)), first, last, sum.money())
	}
	t.write(b, v.paint)
}

// blank is a number, nothing for 0: what is wrong stands out.
func blank(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (v *planView) textPlan(b *bytes.Buffer, p *rollout.PlanSchedule) {
	zone := v.zone(p.Client)
	title := []string{zone.String()}
	if p.Cost.Currency != "" {
		title = append(title, money(p.Cost.Amount, p.Cost.Currency))
	}
	if p.MergeBy != 0 {
		title = append(title, "holds if merged by "+stamp(p.MergeBy, zone))
	}
	fmt.Fprintf(b, "\n%s  %s\n", v.paint(bold, Display(p.Client)+" "+Display(p.Plan)), strings.Join(title, ", "))
	all := slots(p)
	for _, w := range p.Waves {
		fmt.Fprintf(b, "  %s\n", v.waveLine(p, w))
		for _, s := range all {
			if s.wave == w.Name {
				v.textSlot(b, s, p.Client)
			}
		}
	}
	v.textUnplaced(b, p)
	v.textRest(b, p)
}

// waveLine is a wave in words.
func (v *planView) waveLine(p *rollout.PlanSchedule, w rollout.WaveSchedule) string {
	parts := []string{fmt.Sprintf("%d of %d placed", w.Placed, w.Assets)}
	if w.Stragglers > 0 {
		parts = append(parts, plural(w.Stragglers, "straggler"))
	}
	if w.GateOpens > v.Schedule.AsOf {
		parts = append(parts, "opens "+stamp(w.GateOpens, v.zone(p.Client)))
	}
	return "wave " + Display(w.Name) + ": " + strings.Join(parts, ", ")
}

func (v *planView) textSlot(b *bytes.Buffer, s slot, client string) {
	names, more := few(s.assets(), fewNames, Display)
	line := strings.Join(names, " ")
	if more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	fmt.Fprintf(b, "    %s  %s  %s\n", span(s.start, s.end, v.zone(client)), Display(s.window), line)
	if moved := movedCodes(s.placements); moved != "" {
		fmt.Fprintf(b, "      %s\n", v.paint(yellow, "moved since the client was told: "+moved))
	}
}

// movedCodes are why placements of a slot moved, in words.
func movedCodes(list []rollout.Placement) string {
	var out []string
	for _, p := range list {
		if p.Moved != "" {
			out = append(out, Display(p.Asset)+" ("+string(p.Moved)+")")
		}
	}
	return strings.Join(out, ", ")
}

func (v *planView) textUnplaced(b *bytes.Buffer, p *rollout.PlanSchedule) {
	zone := v.zone(p.Client)
	for _, g := range unplacedGroups(p) {
		names, more := few(g.assets, fewNames, Display)
		if more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(b, "  %s %s: %s (%s)\n", v.paint(red, "no place for"), strings.Join(names, " "), g.sentence, g.first.Code)
		for _, r := range g.first.Tried {
			fmt.Fprintf(b, "    %s\n", triedWords(r, zone))
		}
		if way := wayOut(p, g.first, zone); way != "" {
			fmt.Fprintf(b, "    hint: %s\n", way)
		}
	}
}

func (v *planView) textRest(b *bytes.Buffer, p *rollout.PlanSchedule) {
	zone := v.zone(p.Client)
	for _, x := range p.Breaches {
		if x.PlacedEnd != 0 {
			fmt.Fprintf(b, "  %s %s: due %s, ends %s\n", v.paint(yellow, "late"), Display(x.Asset), stamp(x.Due, zone), stamp(x.PlacedEnd, zone))
		}
	}
	textNotices(b, noticeGroups(p.Notices), zone)
	for _, r := range p.Remarks {
		fmt.Fprintf(b, "  note %s: %s\n", r.ID, Display(r.Text))
	}
	if len(p.Excluded) > 0 {
		fmt.Fprintf(b, "  without work: %s\n", excludedLine(p.Excluded))
	}
}

// textNotices writes whom to tell, once for several windows, and until when.
func textNotices(b *bytes.Buffer, groups []noticeGroup, zone *time.Location) {
	for i, n := range groups {
		again := i > 0 && slices.Equal(groups[i-1].contacts, n.contacts)
		more := i+1 < len(groups) && slices.Equal(groups[i+1].contacts, n.contacts)
		switch {
		case again:
		case more:
			fmt.Fprintf(b, "  tell %s\n", n.whom())
		default:
			fmt.Fprintf(b, "  tell %s\n", n.words(zone, as, Display))
			continue
		}
		fmt.Fprintf(b, "    %s\n", n.until(zone, Display))
	}
}

// contact is who is told, and how.
func contact(n rollout.Notice) string {
	text := Display(n.Contact)
	if len(n.Channels) > 0 {
		text += " (" + Display(strings.Join(n.Channels, ", ")) + ")"
	}
	if n.Phone != "" {
		text += " " + Display(n.Phone)
	}
	return text
}

func excludedLine(list []rollout.Excluded) string {
	var parts []string
	for _, c := range excludedCounts(list) {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", c.n, excludedWords(c.code), c.code))
	}
	return strings.Join(parts, ", ")
}

func (v *planView) textFindings(b *bytes.Buffer) {
	if len(v.Findings) == 0 {
		return
	}
	b.WriteByte('\n')
	shown, excerpts := worst(v.Findings, 100), excerpter{source: v.Source}
	for _, f := range shown {
		v.textFinding(b, f, &excerpts)
	}
	c := finding.Count(v.Findings)
	if len(shown) < len(v.Findings) {
		fmt.Fprintf(b, "%d of %d findings are shown\n", len(shown), len(v.Findings))
	}
	fmt.Fprintf(b, "\n%s\n", v.paint(tallyColor(c), fmt.Sprintf("%s, %s, %s, %d waived", plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note"), c.Waived)))
}
