package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// Occurrences of a window that an explanation lists.
const explainedOccurrences = 5

// explainWindow tells of every window of a name: what it says, who agreed to it, for
// which assets it opens, when next, and what is planned in it.
func (a *app) explainWindow(p *plannedTree, name, client string) (report.Explanation, error) {
	e := report.Explanation{Kind: "window", Name: name, AsOf: p.schedule.AsOf}
	view := p.outcome.Corpus.View("")
	var known, at []string
	deny := false
	documents := newChain(p.outcome.Corpus)
	for _, of := range view.Clients("MaintenanceWindow") {
		if client != "" && of != client && of != corpus.Global {
			continue
		}
		known = append(known, view.Names("MaintenanceWindow", of)...)
		root := view.Document("MaintenanceWindow", of, name)
		if root == nil {
			continue
		}
		id := "MaintenanceWindow/" + of + "/" + name
		documents.add(id)
		e.Sections = append(e.Sections, sectionOf(id, declaration(root)))
		deny = deny || root.Get("spec").Get("type").Text() == "deny"
	}
	if len(e.Sections) == 0 {
		slices.Sort(known)
		what := "window"
		if client != "" {
			what += " of " + client
		}
		return e, unknown(what, name, slices.Compact(known))
	}
	e.Place = documents.list[0].Place
	for i := range p.input.Clients {
		c := &p.input.Clients[i]
		if client != "" && c.Name != client {
			continue
		}
		if items := windowAt(p, c, name); len(items) > 0 {
			at = append(at, c.Name)
			e.Sections = append(e.Sections, sectionOf("at "+c.Name+" ("+c.Zone.String()+")", items))
		}
	}
	if len(at) == 0 && !deny {
		e.Sections[0].Items = append(e.Sections[0].Items, unnamed(p, documents.list[0].ID)...)
	}
	e.Summary = windowSummary(at, deny)
	documents.addItems(e.Sections)
	e.Documents = documents.list
	return e, nil
}

func windowSummary(at []string, deny bool) string {
	switch {
	case len(at) == 0 && deny:
		return "forbids work on nothing: its selector matches no asset"
	case len(at) == 0:
		return "opens for nobody: no agreement names it"
	case deny:
		return "forbids work at " + strings.Join(at, ", ")
	}
	return "opens at " + strings.Join(at, ", ")
}

// unnamed tells how a window that nobody agreed to could open.
func unnamed(p *plannedTree, id string) []report.ExplainItem {
	var out []report.ExplainItem
	for i := range p.input.Clients {
		c := &p.input.Clients[i]
		if of := strings.Split(id, "/")[1]; of != c.Name && of != corpus.Global {
			continue
		}
		for _, g := range c.Agreements {
			if g.From <= p.schedule.AsOf && p.schedule.AsOf < g.Until {
				out = append(out, report.ExplainItem{
					Text: g.ID + " does not name it", Code: rollout.NoWindow, Document: g.ID, Hint: "have the client agree, and add " + lastName(id) + " to windowRefs of " + g.ID,
				})
			}
		}
	}
	return out[:min(len(out), 5)]
}

// declaration is what a window's document says.
func declaration(root *document.Value) []report.ExplainItem {
	var out []report.ExplainItem
	spec := root.Get("spec")
	for _, field := range []string{"type", "timezone", "start", "recurrence", "offset", "duration", "end", "gap", "overlap", "onHoliday", "description"} {
		if text := spec.Get(field).Text(); text != "" {
			out = append(out, report.ExplainItem{Text: field + " " + text})
		}
	}
	return out
}

// windowAt tells of a window at one client; nothing where no agreement names it.
func windowAt(p *plannedTree, c *rollout.Client, name string) []report.ExplainItem {
	i := slices.IndexFunc(c.Windows, func(w rollout.Window) bool { return w.Name == name })
	if i < 0 {
		return denyAt(c, name)
	}
	var out []report.ExplainItem
	for _, g := range c.Agreements {
		if slices.Contains(g.Windows, i) || slices.Contains(g.EmergencyWindows, i) {
			text := "agreed in " + g.ID + ", in force " + report.ExplainSpan(g.From, g.Until, c.Zone)
			if !slices.Contains(g.Windows, i) {
				text += ", for emergencies only"
			}
			out = append(out, report.ExplainItem{Text: text, Document: g.ID})
		}
	}
	assets := 0
	for _, a := range c.Assets {
		if slices.Contains(a.Windows, i) {
			assets++
		}
	}
	item := report.ExplainItem{Text: fmt.Sprintf("opens for %d of %d assets", assets, len(c.Assets)), Document: c.Windows[i].ID}
	if assets == 0 {
		item.Hint = "widen its selector, or name it in the assets' windowRefs"
	}
	out = append(out, item)
	if c.Windows[i].Capacity > 0 {
		out = append(out, report.ExplainItem{Text: "at most " + report.CountOf(c.Windows[i].Capacity, "session") + " at once"})
	}
	return append(append(out, nextOccurrences(p, c, i)...), sessionsIn(p, c.Name, name)...)
}

// denyAt tells of a deny window that binds assets of a client.
func denyAt(c *rollout.Client, name string) []report.ExplainItem {
	for i, d := range c.Denies {
		if lastName(d.ID) != name || !strings.HasPrefix(d.ID, "MaintenanceWindow/") {
			continue
		}
		n := 0
		for _, a := range c.Assets {
			if slices.Contains(a.Denies, i) {
				n++
			}
		}
		return []report.ExplainItem{{Text: fmt.Sprintf("forbids work on %d of %d assets", n, len(c.Assets)), Document: d.ID}}
	}
	return nil
}

func nextOccurrences(p *plannedTree, c *rollout.Client, i int) []report.ExplainItem {
	w := &c.Windows[i]
	asOf := p.schedule.AsOf
	x := w.Def.Expand(asOf, asOf+nextWithin)
	out := []report.ExplainItem{{Text: "next"}}
	for n, o := range x.Occurrences {
		if n == explainedOccurrences {
			break
		}
		item := report.ExplainOccurrence(report.WindowOccurrence{Span: o.Span, Zone: c.Zone, Notes: o.Notes})
		item.Depth = 1
		out = append(out, item)
		for _, d := range c.Denies {
			if d.Spans(o.Start, o.End).Intersect(window.Spans{o.Span}) != nil {
				out = append(out, report.ExplainItem{Text: report.Sentence(rollout.Freeze, d.ID) + " in it, on what it binds", Code: rollout.Freeze, Document: d.ID, Depth: 2})
			}
		}
	}
	if len(x.Occurrences) == 0 {
		out[0] = report.ExplainItem{Text: "it has no occurrence within 400 days", Code: rollout.NoWindow, Document: w.ID}
	}
	for _, s := range x.Skipped {
		out = append(out, report.ExplainItem{Text: "left out " + s.Nominal.String() + ": " + s.Why, Depth: 1})
	}
	return out
}

// sessionsIn tells what is planned in a window.
func sessionsIn(p *plannedTree, client, name string) []report.ExplainItem {
	var out []report.ExplainItem
	for i := range p.schedule.Plans {
		s := &p.schedule.Plans[i]
		if s.Client != client {
			continue
		}
		n, tried := 0, 0
		for _, x := range s.Placements {
			if x.Window == name {
				n++
			}
		}
		for _, u := range s.Unplaced {
			if slices.ContainsFunc(u.Tried, func(r rollout.Rejection) bool { return r.Window == name }) {
				tried++
			}
		}
		if n > 0 {
			out = append(out, report.ExplainItem{Text: fmt.Sprintf("%s has %s in it", s.ID, report.CountOf(n, "session")), Document: s.ID})
		}
		if tried > 0 {
			out = append(out, report.ExplainItem{Text: fmt.Sprintf("%s of %s found no place in it: patchops explain plan %s", report.CountOf(tried, "asset"), s.ID, s.Plan), Document: s.ID})
		}
	}
	return out
}
