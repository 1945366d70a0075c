package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
)

// explainPlan tells of a plan at every client that it is for, or at one.
func (a *app) explainPlan(p *plannedTree, name, client string) (report.Explanation, error) {
	shown, err := choose(p.schedule.Plans, client, []string{name}, p.open)
	if err != nil {
		return report.Explanation{}, err
	}
	if ids := planIDs(p, name); client != "" && !slices.ContainsFunc(ids, func(id string) bool { return isOf(id, client) }) {
		return report.Explanation{}, usage("client %q has no plan %q; there is %s", client, name, strings.Join(ids, ", "))
	}
	e := report.Explanation{Kind: "plan", Name: name, AsOf: p.schedule.AsOf}
	documents := newChain(p.outcome.Corpus)
	placed, unplaced := 0, 0
	zone := clientZone(p.input)
	for i := range shown {
		s := &shown[i]
		documents.add(s.ID)
		p.nearestOf(s)
		placed, unplaced = placed+len(s.Placements), unplaced+len(s.Unplaced)
		items := report.ExplainPlan(s, zone(s.Client))
		if len(items) == 0 {
			items = []report.ExplainItem{{Text: "no asset has work"}}
		}
		e.Sections = append(e.Sections, sectionOf(s.Client+" ("+zone(s.Client).String()+")", items))
	}
	if len(documents.list) == 0 {
		documents.add(planIDs(p, name)...)
	}
	if len(documents.list) > 0 {
		e.Place = documents.list[0].Place
	}
	e.Summary = fmt.Sprintf("%s: %s placed, %d without a place", report.CountOf(len(shown), "client"), report.CountOf(placed, "session"), unplaced)
	if len(shown) == 0 {
		e.Summary = "no client that can be planned has it: see its targets, and patchops check"
	}
	for i := range shown {
		documents.add(dependsOn(clientOf(p.input, shown[i].Client), &shown[i])...)
	}
	documents.addItems(e.Sections)
	e.Documents = documents.list
	return e, nil
}

// fewNearest is for how many sessions of a plan at a client the search goes on.
const fewNearest = 4

// nearestOf goes on searching where plan found no single change.
func (p *plannedTree) nearestOf(s *rollout.PlanSchedule) {
	n := 0
	for i := range s.Unplaced {
		u := &s.Unplaced[i]
		if n == fewNearest {
			return
		}
		if u.SameAs == "" && u.Code != rollout.DepUnplaced && (u.Counterfactual == nil || u.Counterfactual.Document == "") {
			p.nearest(s, u)
			n++
		}
	}
}

// isOf says whether a document is of a client, or of all.
func isOf(id, client string) bool {
	of := strings.Split(id, "/")[1]
	return of == client || of == corpus.Global
}

func planIDs(p *plannedTree, name string) []string {
	var out []string
	for _, e := range p.outcome.Corpus.Entries() {
		if e.ID.Kind == "PatchPlan" && e.ID.Name == name {
			out = append(out, e.ID.String())
		}
	}
	return out
}

// dependsOn are the documents that a schedule of a client was made from: the
// client, its agreements, and the windows that are used.
func dependsOn(c *rollout.Client, p *rollout.PlanSchedule) []string {
	if c == nil {
		return nil
	}
	out := []string{"Client/" + c.Name + "/" + c.Name}
	for _, g := range c.Agreements {
		out = append(out, g.ID)
	}
	for _, w := range c.Windows {
		if slices.ContainsFunc(p.Placements, func(s rollout.Placement) bool { return s.Window == w.Name }) {
			out = append(out, w.ID)
		}
	}
	return out
}

// splitAsset cuts CLIENT/NAME.
func splitAsset(arg string) (client, name string, err error) {
	client, name, found := strings.Cut(arg, "/")
	if !found || client == "" || name == "" {
		return "", "", usage("found %q, wanted an asset as CLIENT/NAME, such as acme/web-01", arg)
	}
	return client, name, nil
}
