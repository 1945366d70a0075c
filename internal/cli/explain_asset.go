package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
)

// explainReruns is how many schedules are computed anew to find the smallest change
// that would place one session.
const explainReruns = 256

// nearest looks longer for the smallest change that would place a session than plan
// did.
func (p *plannedTree) nearest(s *rollout.PlanSchedule, u *rollout.Unplaced) {
	if u.Counterfactual != nil && u.Counterfactual.Document != "" {
		return
	}
	if c := rollout.Nearest(p.input, p.schedule, s.Client, s.Plan, u.Asset, explainReruns); c != nil {
		u.Counterfactual, u.SameAs = c, ""
	}
}

// chain is the documents of an explanation, each once, in the order of their first
// mention.
type chain struct {
	corpus *corpus.Corpus
	places map[string]finding.Position
	list   []report.ExplainDocument
}

func newChain(c *corpus.Corpus) *chain {
	out := &chain{corpus: c, places: map[string]finding.Position{}}
	for _, e := range c.Entries() {
		if _, known := out.places[e.ID.String()]; !known {
			out.places[e.ID.String()] = e.Name
		}
	}
	return out
}

// add puts documents into the chain; what is no document of the tree is left out.
func (c *chain) add(ids ...string) {
	for _, id := range ids {
		at, known := c.places[id]
		if !known {
			continue
		}
		delete(c.places, id)
		c.list = append(c.list, report.ExplainDocument{ID: id, Place: at})
	}
}

// addItems puts the documents behind sentences into the chain.
func (c *chain) addItems(sections []report.ExplainSection) {
	for _, s := range sections {
		for _, i := range s.Items {
			c.add(i.Document)
		}
	}
}

func (a *app) explainAsset(p *plannedTree, client, asset string) (report.Explanation, error) {
	view := p.outcome.Corpus.View("")
	if !slices.Contains(p.open.clients, client) {
		return report.Explanation{}, unknown("client", client, p.open.clients)
	}
	if view.Asset(client, asset) == nil {
		return report.Explanation{}, unknown("asset of "+client, asset, view.AssetNames(client))
	}
	why := p.built.Explain(client, asset)
	if why == nil {
		return report.Explanation{}, fmt.Errorf("client %q cannot be planned: it has ended, or has errors; run patchops check", client)
	}
	zone := clientZone(p.input)(client)
	e := report.Explanation{Kind: "asset", Name: client + "/" + asset, AsOf: p.schedule.AsOf, Place: why.At}
	var verdicts []string
	var others []report.ExplainItem
	for _, r := range why.Plans {
		if r.Code == rollout.NotSelected {
			others = append(others, report.ExplainItem{Text: r.Plan + " does not select it: " + r.Why, Code: r.Code, Document: r.Plan})
			continue
		}
		part, verdict := explainAssetPlan(p, client, asset, r)
		e.Sections = append(e.Sections, part)
		if verdict != "" {
			verdicts = append(verdicts, lastName(r.Plan)+" "+verdict)
		}
	}
	e.Sections = append(e.Sections, sectionOf("other plans", others))
	e.Summary = strings.Join(verdicts, "; ")
	if e.Summary == "" {
		e.Summary = "no open plan has work on it"
	}
	e.Sections = append(e.Sections, sectionOf("windows", applies(why.Windows)), sectionOf("what forbids work", applies(why.Denies)))
	var agreements []report.ExplainItem
	for _, g := range why.Agreements {
		text := g.Document + " is in force " + report.ExplainSpan(g.From, g.Until, zone)
		agreements = append(agreements, report.ExplainItem{Text: text, Document: g.Document})
	}
	e.Sections = append(e.Sections, sectionOf("agreements", agreements), sectionOf("bound to", bonds(why)))
	e.Sections = withItems(e.Sections)
	documents := newChain(p.outcome.Corpus)
	documents.add(why.List)
	documents.addItems(e.Sections)
	e.Documents = documents.list
	return e, nil
}

func sectionOf(title string, items []report.ExplainItem) report.ExplainSection {
	return report.ExplainSection{Title: title, Items: items}
}

// withItems leaves out sections that say nothing.
func withItems(all []report.ExplainSection) []report.ExplainSection {
	var out []report.ExplainSection
	for _, s := range all {
		if len(s.Items) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func applies(list []planning.Applies) []report.ExplainItem {
	var out []report.ExplainItem
	for _, w := range list {
		text := w.Document + " applies: " + w.Why
		if !w.Applies {
			text = w.Document + " does not apply: " + w.Why
		}
		out = append(out, report.ExplainItem{Text: text, Document: w.Document})
	}
	return out
}

// bonds are what else its sessions depend on.
func bonds(e *planning.Explanation) []report.ExplainItem {
	var out []report.ExplainItem
	add := func(what, id string) {
		if id != "" {
			out = append(out, report.ExplainItem{Text: what + " " + id, Document: id})
		}
	}
	add("HA group", e.Group)
	add("site", e.Site)
	add("relay", e.Relay)
	add("profile", e.Profile)
	if e.RunsOn != "" {
		out = append(out, report.ExplainItem{Text: "runs on " + e.RunsOn})
	}
	for _, s := range e.Supports {
		out = append(out, report.ExplainItem{Text: s.Document + ": " + s.Why, Document: s.Document})
	}
	return out
}

// explainAssetPlan tells what one plan has to do on an asset, and in a few words
// what becomes of it.
func explainAssetPlan(p *plannedTree, client, asset string, r planning.PlanReason) (report.ExplainSection, string) {
	zone := clientZone(p.input)(client)
	s := sectionOf(r.Plan, nil)
	verdict := ""
	for i := range p.schedule.Plans {
		plan := &p.schedule.Plans[i]
		if plan.Client != client || plan.ID != r.Plan {
			continue
		}
		for _, x := range plan.Placements {
			if x.Asset == asset {
				s.Items, verdict = append(s.Items, report.ExplainPlacement(x, zone)...), "is placed "+report.ExplainInstant(x.Start, zone)
			}
		}
		for j := range plan.Unplaced {
			if x := &plan.Unplaced[j]; x.Asset == asset {
				p.nearest(plan, x)
				s.Items, verdict = append(s.Items, report.ExplainUnplaced(plan, *x, zone)...), fmt.Sprintf("has no place (%s)", x.Code)
			}
		}
	}
	if r.Code != "" {
		item := report.ExplainExcluded(rollout.Excluded{Asset: asset, Code: r.Code, By: r.By})
		s.Items = append(s.Items, item)
		verdict = fmt.Sprintf("has no work (%s)", r.Code)
	}
	for _, b := range r.Blocks {
		s.Items = append(s.Items, report.ExplainItem{Text: report.Sentence(b.Code, b.By), Code: b.Code, Document: b.By, Hint: b.Text})
	}
	s.Items = append(s.Items, patchItems(r)...)
	s.Items = append(s.Items, riskItems(r, zone)...)
	if len(s.Items) > 0 && s.Items[0].Document == "" {
		s.Items[0].Document = r.Plan
	}
	return s, verdict
}
