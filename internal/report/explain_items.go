package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

// ExplainPlacement tells when a session is, and why it is not earlier.
func ExplainPlacement(p rollout.Placement, zone *time.Location) []ExplainItem {
	out := []ExplainItem{{Text: fmt.Sprintf("placed %s in window %s, wave %s", span(p.Start, p.End, zone), p.Window, p.Wave)}}
	if p.Notified {
		out = append(out, ExplainItem{Text: "the client was told of it", Depth: 1})
	}
	if p.Moved != "" {
		out = append(out, ExplainItem{Text: "moved since the client was told", Code: p.Moved, Depth: 1})
	}
	if p.Due != 0 {
		text := "due " + stamp(p.Due, zone)
		if p.End > p.Due {
			text += ", so it is late"
		}
		out = append(out, ExplainItem{Text: text, Depth: 1})
	}
	if p.Binding != "" {
		out = append(out, ExplainItem{Text: "not a minute earlier", Code: p.Binding, Depth: 1})
	}
	rejected := tried(p.Rejected, zone, "not in an earlier window, because")
	if n := len(p.Rejected); n > 0 {
		rejected[n].Hint = Lift(p.Rejected[n-1].Code, p.Rejected[n-1].By)
	}
	return append(out, rejected...)
}

// ExplainUnplaced tells why a session of a plan has no place, and what would give it one.
func ExplainUnplaced(p *rollout.PlanSchedule, u rollout.Unplaced, zone *time.Location) []ExplainItem {
	out := []ExplainItem{{Text: "no place: " + whyUnplaced(u), Code: u.Code, Document: documentOf(u.By), Hint: wayOut(p, u, zone)}}
	if u.Due != 0 {
		out = append(out, ExplainItem{Text: "due " + stamp(u.Due, zone), Depth: 1})
	}
	return append(out, tried(u.Tried, zone, "tried")...)
}

func tried(list []rollout.Rejection, zone *time.Location, title string) []ExplainItem {
	if len(list) == 0 {
		return nil
	}
	out := []ExplainItem{{Text: title, Depth: 1}}
	for _, r := range list {
		text := strings.TrimSuffix(triedWords(r, zone), " ("+string(r.Code)+")")
		out = append(out, ExplainItem{Text: text, Code: r.Code, Document: documentOf(r.By), Depth: 2})
	}
	return out
}

// documentOf is what is behind a reason where that is a document.
func documentOf(by string) string {
	if strings.Count(by, "/") == 2 && by[0] >= 'A' && by[0] <= 'Z' {
		return by
	}
	return ""
}

// ExplainExcluded tells why an asset has no work.
func ExplainExcluded(e rollout.Excluded) ExplainItem {
	return ExplainItem{Text: "no work: " + Sentence(e.Code, e.By), Code: e.Code, Document: documentOf(e.By), Hint: Lift(e.Code, e.By)}
}

// ExplainPlan tells of a plan at a client: waves, sessions, what has no place.
func ExplainPlan(p *rollout.PlanSchedule, zone *time.Location) []ExplainItem {
	var out []ExplainItem
	all := slots(p)
	for _, w := range p.Waves {
		out = append(out, ExplainItem{Text: fmt.Sprintf("wave %s: %d of %d placed", w.Name, w.Placed, w.Assets)})
		if w.GateOpens != 0 {
			out = append(out, ExplainItem{Text: "its gate opens " + stamp(w.GateOpens, zone), Depth: 1})
		}
		for _, s := range all {
			if s.wave == w.Name {
				out = append(out, slotItems(s, zone)...)
			}
		}
	}
	for _, g := range unplacedGroups(p) {
		items := ExplainUnplaced(p, g.first, zone)
		items[0].Text = strings.Join(g.assets, " ") + ": " + items[0].Text
		out = append(out, items...)
	}
	for _, x := range p.Breaches {
		if x.PlacedEnd != 0 {
			out = append(out, ExplainItem{Text: fmt.Sprintf("%s is late: due %s, ends %s", x.Asset, stamp(x.Due, zone), stamp(x.PlacedEnd, zone))})
		}
	}
	for _, e := range p.Excluded {
		item := ExplainExcluded(e)
		item.Text = e.Asset + ": " + item.Text
		out = append(out, item)
	}
	for _, r := range p.Remarks {
		out = append(out, ExplainItem{Text: r.ID + ": " + r.Text})
	}
	return out
}

// slotItems tells of sessions at one time; why they are not earlier, once where
// they agree.
func slotItems(s slot, zone *time.Location) []ExplainItem {
	out := []ExplainItem{{Text: fmt.Sprintf("%s in window %s: %s", span(s.start, s.end, zone), s.window, strings.Join(s.assets(), " ")), Depth: 1}}
	seen := map[string]bool{}
	for _, p := range s.placements {
		for _, r := range p.Rejected {
			text := triedWords(r, zone)
			if !seen[text] {
				seen[text] = true
				out = append(out, ExplainItem{Text: "not " + strings.TrimSuffix(text, " ("+string(r.Code)+")"), Code: r.Code, Document: documentOf(r.By), Depth: 2})
			}
		}
	}
	return out
}

// ExplainOccurrence is an occurrence of a window in a line.
func ExplainOccurrence(o WindowOccurrence) ExplainItem {
	text := span(o.Start, o.End, o.Zone) + ", " + length(o.End-o.Start)
	if notes := noteNames(o.Notes); len(notes) > 0 {
		text += ", " + strings.Join(notes, " ")
	}
	return ExplainItem{Text: text}
}

// ExplainSpan is a span of time in both zones.
func ExplainSpan(start, end int64, zone *time.Location) string { return span(start, end, zone) }

// ExplainInstant is an instant in both zones.
func ExplainInstant(t int64, zone *time.Location) string { return stamp(t, zone) }
