package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/review"
)

// Review is what `patchops status` has to say of a change.
type Review struct {
	*review.Review
	AsOf, Tzdata string
	// NoRoot says that this machine has no root of trust, so that the target branch
	// is taken for the authorised tip.
	NoRoot bool
	Zones  Zones
	Source func(file string) []byte // for excerpts
}

// ReviewFormats are the formats of a review, text first.
func ReviewFormats() []string { return []string{"text", "json", "markdown"} }

// WriteReview prints a review.
func WriteReview(w io.Writer, format string, r Review, o Options) error {
	switch format {
	case "text":
		return r.writeText(w, o)
	case "json":
		return encode(w, r.value())
	case "markdown":
		_, err := io.WriteString(w, r.comment(commentLimit, full))
		return err
	}
	return fmt.Errorf("format %q: want one of %v", format, ReviewFormats())
}

// mainChange is the name of what came to the target branch without a change.
const mainChange = "main"

// headline says in one line how the change stands.
func (r Review) headline() string {
	switch {
	case r.Change.Name == mainChange && r.Change.Head == r.Authorised:
		return "authorised"
	case r.Mergeable && r.Change.Name == mainChange:
		return "approved, patchops run adopts it"
	case r.Mergeable:
		return "approved, can merge"
	case r.merged():
		return "merged"
	case r.Verdict.State == approval.Approved:
		return "approved, cannot merge yet"
	}
	return string(r.Verdict.State) + ", cannot merge"
}

// next is what moves a branch on, "" where no command of ours does.
func (r Review) next() string {
	name := Display(r.Change.Name)
	switch {
	case strings.HasPrefix(name, "#") || name == mainChange || r.merged():
		return ""
	case r.Mergeable:
		return fmt.Sprintf("patchops merge %s, or patchops run, on the controller's machine", name)
	case r.counts().Errors > 0:
		return "mend what is found with severity error, and push"
	case len(r.Verdict.Needs) > 0:
		return fmt.Sprintf("patchops approve %s, by those whom it needs", name)
	}
	return ""
}

// merged reports whether nothing of the change is left to merge.
func (r Review) merged() bool { return slices.Contains(r.Why, review.Merged) }

// ruledBy names the commit whose rules judged (A11).
func (r Review) ruledBy() string {
	if r.NoRoot {
		return fmt.Sprintf("judged by the rules of %s, the tip of %s: this machine has no root of trust to say which commit is authorised",
			change.Short(r.Authorised), Display(r.Change.Target))
	}
	return fmt.Sprintf("judged by the rules of %s, the authorised tip", change.Short(r.Authorised))
}

// list is lines below a title.
type list struct {
	title string
	lines []string
}

// lists are the parts of a review that are lists of sentences, without empty ones.
func (r Review) lists() []list {
	v := r.Verdict
	var ignored, uncovered []string
	for _, i := range v.Ignored {
		ignored = append(ignored, ignoredWords(i))
	}
	for n, d := range v.Uncovered {
		if n == effectDocuments {
			uncovered = append(uncovered, "and "+plural(len(v.Uncovered)-n, "more host"))
			break
		}
		uncovered = append(uncovered, fmt.Sprintf("%s by %s at %s", d.Asset, d.Document, d.Client))
	}
	var out []list
	for _, l := range []list{
		{"why it cannot merge", r.Why},
		{"what would unblock it", v.Unblock},
		{"approvals that do not count", ignored},
		{"approvals kept", v.Kept},
		{"hosts that nobody approved: nothing starts there until a change covers them", uncovered},
		{"warnings", v.Warnings},
	} {
		if len(l.lines) > 0 {
			out = append(out, l)
		}
	}
	return out
}

func ignoredWords(i approval.Ignored) string {
	person := i.Person
	if person == "" {
		person = "somebody"
	}
	if i.Detail == "" {
		return person + ": " + i.Why
	}
	return fmt.Sprintf("%s: %s (%s)", person, i.Why, i.Detail)
}

func (r Review) writeText(w io.Writer, o Options) error {
	paint := view{color: o.Color}.paint
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s at %s: %s\n", paint(bold, Display(r.Change.Name)), change.Short(r.Change.Head), paint(verdictColor(r), r.headline()))
	fmt.Fprintf(&b, "  %s\n", r.ruledBy())
	if next := r.next(); next != "" {
		fmt.Fprintf(&b, "  next: %s\n", next)
	}
	lists := r.lists()
	if r.merged() {
		_, err := fmt.Fprintf(w, "%s  all of it is in %s already: there is nothing left to approve or to merge\n", b.String(), Display(r.Change.Target))
		return err
	}
	if len(r.Why) > 0 {
		textList(&b, lists[0], paint)
		lists = lists[1:]
	}
	fmt.Fprintf(&b, "\n%s\n", paint(bold, "approvals"))
	textNode(&b, r.Verdict.Tree, 1, paint)
	for _, l := range lists {
		textList(&b, l, paint)
	}
	b.WriteByte('\n')
	if r.Proposed != nil {
		b.WriteString(EffectText(r.Proposed) + "\n")
	}
	if r.landsOther() {
		fmt.Fprintf(&b, "beside what was merged meanwhile, it lands as\n%s\n", EffectText(r.Landing))
	}
	if s, zones := r.schedule(); s != nil {
		b.WriteString(s.Text(zones) + "\n")
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	return Write(w, "text", Check{
		AsOf: r.AsOf, Tzdata: r.Tzdata, Documents: r.Outcome.Documents, Rules: r.Outcome.Rules,
		Findings: r.Outcome.Findings, Source: r.Source,
	}, o)
}

// landsOther reports whether something else lands than what was proposed.
func (r Review) landsOther() bool {
	return r.Landing != nil && r.Proposed != nil && r.Landing != r.Proposed && r.Landing.Digest() != r.Proposed.Digest()
}

// schedule is what the change does to rollouts; nil where it does nothing.
func (r Review) schedule() (*ScheduleChange, Zones) {
	s := r.Outcome.Schedules
	if s == nil || s.Before == nil || s.After == nil {
		return nil, nil
	}
	d := ScheduleDiff(s.Before.Schedule, s.After.Schedule)
	d.Before.Digest, d.After.Digest = "", ""
	return d, r.Zones
}

func verdictColor(r Review) string {
	if r.Mergeable {
		return "32;1"
	}
	if r.Verdict.State == approval.Pending || r.Verdict.State == approval.Approved {
		return yellow
	}
	return red
}

func textList(b *bytes.Buffer, l list, paint func(sgr, s string) string) {
	fmt.Fprintf(b, "\n%s\n", paint(bold, l.title))
	for _, line := range l.lines {
		fmt.Fprintf(b, "  %s\n", Display(line))
	}
}

// deepest bounds how far a verdict's nodes are shown; rules nest less.
const deepest = 12

// nodeWords are a node of the verdict on one line, without its state.
func nodeWords(n approval.Node) string {
	words := n.Title
	if n.Reason != "" {
		words += ": " + n.Reason
	}
	if len(n.By) > 0 {
		words += " (" + strings.Join(n.By, ", ") + ")"
	}
	return words
}

func textNode(b *bytes.Buffer, n approval.Node, depth int, paint func(sgr, s string) string) {
	if depth > deepest {
		return
	}
	color := map[approval.State]string{approval.Approved: "32", approval.Pending: yellow}[n.State]
	if color == "" {
		color = red
	}
	fmt.Fprintf(b, "%s%s %s\n", strings.Repeat("  ", depth), paint(color, string(n.State)), Display(nodeWords(n)))
	if covers := coversWords(n.Covers); covers != "" {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth+1), paint(dim, "for "+Display(covers)))
	}
	for _, c := range n.Children {
		if c.State != approval.Skipped {
			textNode(b, c, depth+1, paint)
		}
	}
	for _, line := range skipped(n.Children) {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth+1), paint(dim, Display(line)))
	}
}

// skipped are the nodes that have no say, a line for each reason.
func skipped(nodes []approval.Node) []string {
	var reasons, out []string
	names := map[string][]string{}
	for _, n := range nodes {
		if n.State != approval.Skipped {
			continue
		}
		if names[n.Reason] == nil {
			reasons = append(reasons, n.Reason)
		}
		names[n.Reason] = append(names[n.Reason], strings.TrimPrefix(n.Title, "rule "))
	}
	for _, reason := range reasons {
		line := "skipped: " + strings.Join(names[reason], ", ")
		if reason != "" {
			line += " (" + reason + ")"
		}
		out = append(out, line)
	}
	return out
}

// coversWords are the first entries that a rule is for.
func coversWords(entries []string) string {
	shown, more := few(entries, 4, as)
	if more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}

// counts are the findings in numbers.
func (r Review) counts() finding.Counts { return finding.Count(r.Outcome.Findings) }
