package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// Plan is what `patchops plan` has to say.
type Plan struct {
	Commit *string // full id of the judged commit; nil for a working tree
	// Input is what the schedule was computed from: zones, windows and freezes are
	// taken from it.
	Input    *rollout.Input
	Schedule *rollout.Schedule
	// Shown are the plans to show, a part of Schedule.Plans in its order; nil for all.
	Shown []rollout.PlanSchedule
	// Named says that plans were asked for by name: no detail of them is left out.
	Named    bool
	Findings []finding.Finding
	// Change, of a comparison with another commit, is what it changes, in a form
	// that fits the format; nil for none.
	Change *PlanChange
	Source func(file string) []byte // as of Check
}

// PlanChange is the difference from another commit as each format shows it: text
// and Markdown as written, JSON as a value, HTML from the text.
type PlanChange struct {
	Base     string // full id of the commit that is compared with
	Text     string
	Markdown string
	JSON     any
}

// PlanFormats lists the names that WritePlan knows, text first.
func PlanFormats() []string { return []string{"text", "json", "markdown", "html", "ics"} }

// WritePlan prints a rollout in a format. Limit of the options is the number of
// bytes of Markdown; 0 means 60,000, what fits into a comment on a pull request. An
// error is an unknown format or the writer's own.
func WritePlan(out io.Writer, format string, p Plan, o Options) error {
	if p.Shown == nil {
		p.Shown = p.Schedule.Plans
	}
	v := planView{Plan: p, zones: map[string]*time.Location{}, view: view{color: o.Color}}
	for i := range p.Input.Clients {
		v.zones[p.Input.Clients[i].Name] = p.Input.Clients[i].Zone
	}
	switch format {
	case "text":
		return v.writeText(out)
	case "json":
		return v.writeJSON(out)
	case "markdown":
		limit := o.Limit
		if limit <= 0 {
			limit = 60_000
		}
		return v.writeMarkdown(out, limit)
	case "html":
		return v.writeHTML(out)
	case "ics":
		return v.writeICS(out)
	}
	return fmt.Errorf("format %q: want one of %v", format, PlanFormats())
}

// planView is a rollout as the printers see it.
type planView struct {
	Plan
	view
	zones map[string]*time.Location
}

func (v *planView) zone(client string) *time.Location { return zoneOr(v.zones[client]) }

// totals are counts over plans.
type totals struct {
	clients, plans, placed, unplaced, breaches, excluded, notices int
	first, last                                                   int64 // of all sessions; 0: none
	costs                                                         []cost
}

type cost struct {
	currency string
	amount   int64
}

// total counts over plans, which are sorted by client.
func total(plans []rollout.PlanSchedule) totals {
	t := totals{plans: len(plans)}
	for i := range plans {
		p := &plans[i]
		if i == 0 || plans[i-1].Client != p.Client {
			t.clients++
		}
		t.placed += len(p.Placements)
		t.unplaced += len(p.Unplaced)
		t.breaches += len(p.Breaches)
		t.excluded += len(p.Excluded)
		t.notices += len(p.Notices)
		for _, s := range p.Placements {
			if t.first == 0 || s.Start < t.first {
				t.first = s.Start
			}
			t.last = max(t.last, s.End)
		}
		t.addCost(p.Cost)
	}
	slices.SortFunc(t.costs, func(a, b cost) int { return compareText(a.currency, b.currency) })
	return t
}

func (t *totals) addCost(c rollout.Cost) {
	if c.Currency == "" {
		return
	}
	for i := range t.costs {
		if t.costs[i].currency == c.Currency {
			t.costs[i].amount += c.Amount
			return
		}
	}
	t.costs = append(t.costs, cost{c.Currency, c.Amount})
}

// money is the costs in every currency.
func (t totals) money() string {
	var out []string
	for _, c := range t.costs {
		if c.amount != 0 || len(t.costs) == 1 {
			out = append(out, money(c.amount, c.currency))
		}
	}
	return strings.Join(out, " + ")
}

// trouble counts what people should look at in a plan: sessions without a place,
// and those that end too late.
func trouble(p *rollout.PlanSchedule) int { return len(p.Unplaced) + late(p) }

// late counts the sessions that have a place and end after they are due.
func late(p *rollout.PlanSchedule) int {
	n := 0
	for _, b := range p.Breaches {
		if b.PlacedEnd != 0 {
			n++
		}
	}
	return n
}

// slot is the sessions of one plan with one wave, start and end.
type slot struct {
	wave, window string
	start, end   int64
	placements   []rollout.Placement
}

// slots groups placements, by wave in the plan's order, then start, end and window.
func slots(p *rollout.PlanSchedule) []slot {
	order := map[string]int{}
	for i, w := range p.Waves {
		order[w.Name] = i
	}
	sorted := slices.Clone(p.Placements)
	slices.SortStableFunc(sorted, func(a, b rollout.Placement) int {
		return compareInts(int64(order[a.Wave]-order[b.Wave]), a.Start-b.Start, a.End-b.End, int64(compareText(a.Window, b.Window)), int64(compareText(a.Asset, b.Asset)))
	})
	var out []slot
	for _, s := range sorted {
		if n := len(out); n > 0 && out[n-1].wave == s.Wave && out[n-1].window == s.Window && out[n-1].start == s.Start && out[n-1].end == s.End {
			out[n-1].placements = append(out[n-1].placements, s)
			continue
		}
		out = append(out, slot{s.Wave, s.Window, s.Start, s.End, []rollout.Placement{s}})
	}
	return out
}

// assets are the names of a slot's hosts.
func (s slot) assets() []string {
	out := make([]string, len(s.placements))
	for i, p := range s.placements {
		out[i] = p.Asset
	}
	return out
}

// tally is how many there are of one code.
type codeCount struct {
	code rollout.Code
	n    int
}

// excludedCounts counts targets without work by code, most first.
func excludedCounts(list []rollout.Excluded) []codeCount {
	var out []codeCount
	for _, e := range list {
		i := slices.IndexFunc(out, func(c codeCount) bool { return c.code == e.Code })
		if i < 0 {
			out = append(out, codeCount{code: e.Code})
			i = len(out) - 1
		}
		out[i].n++
	}
	slices.SortFunc(out, func(a, b codeCount) int {
		return compareInts(int64(b.n-a.n), int64(compareText(string(a.code), string(b.code))))
	})
	return out
}

// troubleGroup is unplaced sessions of a plan for one reason.
type troubleGroup struct {
	first    rollout.Unplaced // the one whose explanation serves all
	assets   []string
	sentence string
}

// unplacedGroups joins sessions with the same reason and the same way out.
func unplacedGroups(p *rollout.PlanSchedule) []troubleGroup {
	var out []troubleGroup
	for _, u := range p.Unplaced {
		text := whyUnplaced(u)
		i := slices.IndexFunc(out, func(g troubleGroup) bool {
			return g.first.Code == u.Code && g.sentence == text && (u.SameAs != "" && slices.Contains(g.assets, u.SameAs) || sameWayOut(g.first, u))
		})
		if i < 0 {
			out = append(out, troubleGroup{first: u, sentence: text})
			i = len(out) - 1
		}
		out[i].assets = append(out[i].assets, u.Asset)
	}
	return out
}

func sameWayOut(a, b rollout.Unplaced) bool {
	if a.Counterfactual == nil || b.Counterfactual == nil {
		return a.Counterfactual == nil && b.Counterfactual == nil && a.SameAs == b.SameAs
	}
	return a.Counterfactual.Text == b.Counterfactual.Text && a.Counterfactual.Document == b.Counterfactual.Document
}
