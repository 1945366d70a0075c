package cli

import (
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/report"
)

// planChange is what a tree changes from its base, as JSON: what it would allow, and
// what becomes of the calendar.
type planChange struct {
	Base     string                    `json:"base"`
	Effect   *report.EffectJSON        `json:"effect"`
	Schedule report.ScheduleChangeJSON `json:"schedule"`
}

// change is what a tree changes from its base.
func (a *app) change(engine *pipeline.Engine, repo repository, in pipeline.Input, o planning.Options, p *plannedTree, rev string) (*report.PlanChange, error) {
	_, before, err := engine.Plan(pipeline.Input{Tree: in.Base, AsOf: in.AsOf, Child: in.Child}, o)
	if err != nil {
		return nil, err
	}
	d, err := a.difference(repo, rev, in, p.outcome)
	if err != nil {
		return nil, err
	}
	schedule := report.ScheduleDiff(before.Schedule, p.schedule)
	zones := clientZone(p.input, before.Input)
	value := planChange{Base: rev, Schedule: schedule.Value()}
	out := &report.PlanChange{Base: rev, Text: schedule.Text(zones), Markdown: schedule.Markdown(zones)}
	if d != nil {
		allowed := d.effect(p.outcome)
		all := report.ValueOfEffect(allowed)
		value.Effect = &all
		out.Text = report.EffectText(allowed) + "\n" + out.Text
		out.Markdown = report.EffectMarkdown(allowed) + "\n" + out.Markdown
	}
	out.JSON = value
	return out, nil
}

// openPlans are the names that a command line may use.
type openPlans struct{ clients, names, closed []string }

func openPlansOf(c *corpus.Corpus) openPlans {
	var out openPlans
	for _, e := range c.Entries() {
		switch {
		case e.ID.Kind == "Client":
			out.clients = append(out.clients, e.ID.Name)
		case e.ID.Kind != "PatchPlan":
		case e.Closed:
			out.closed = append(out.closed, e.ID.Name)
		default:
			out.names = append(out.names, e.ID.Name)
		}
	}
	for _, list := range []*[]string{&out.clients, &out.names, &out.closed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return out
}
