package pipeline

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
)

// value is what rules of the change gate judge (#ChangeInput), without what it
// does not say.
func (j *changeJudging) value() document.Value {
	p := &j.proposed
	j.loosened = effect.Loosened(p.Effect, j.run.before, j.run.corpus)
	r := fields(13)
	r.text("change", p.Change)
	r.text("head", p.Head)
	r.text("base", p.Base)
	r.text("rulesCommit", cmp.Or(p.RulesCommit, p.Base))
	r.text("effectDigest", p.Effect.Digest().String())
	r.set("effect", *p.Effect.Value())
	r.set("loosened", list(j.loosened, looseningValue))
	r.set("rollouts", list(changedRollouts(j.run.schedules), changedValue))
	r.text("author", p.Author)
	r.set("contributors", list(p.Contributors, textValue))
	r.set("unknownContributors", list(p.Unknown, textValue))
	if d := p.Decision; d != nil {
		r.set("approvals", list(d.Approvals, approvalValue))
		r.text("verdict", d.Verdict)
	}
	return r.value()
}

func looseningValue(l *effect.Loosening) document.Value {
	r := fields(9)
	r.text("about", l.About)
	r.text("file", l.File)
	r.text("kind", l.Kind)
	r.text("client", l.Client)
	r.text("name", l.Name)
	r.text("path", l.Path)
	r.text("what", l.What)
	r.text("before", l.Before)
	r.text("after", l.After)
	return r.value()
}

func approvalValue(a *Approval) document.Value {
	r := fields(11)
	r.text("person", a.Person)
	r.set("groups", list(a.Groups, textValue))
	r.text("verdict", a.Verdict)
	r.text("asOf", a.AsOf.UTC().Format(time.RFC3339))
	r.text("head", a.Head)
	r.text("effectDigest", a.Effect)
	r.set("signed", document.Value{Kind: document.Bool, Bool: a.Signed})
	r.set("counts", document.Value{Kind: document.Bool, Bool: a.Counts})
	r.text("why", a.Why)
	r.text("reason", strings.TrimSpace(a.Reason))
	r.text("contact", a.Contact)
	return r.value()
}

// changedRollout is the rollout of one plan at one client, before and after; nil
// is none.
type changedRollout struct {
	client, plan  string
	before, after *document.Value
}

// changedRollouts are those that differ, by client and plan.
func changedRollouts(s *Schedules) []changedRollout {
	if s == nil {
		return nil
	}
	at := map[[2]string]*changedRollout{}
	var out []*changedRollout
	add := func(p *Planned, set func(*changedRollout, *document.Value)) {
		if p == nil {
			return
		}
		for i := range p.Schedule.Plans {
			plan := &p.Schedule.Plans[i]
			key := [2]string{plan.Client, plan.ID}
			if at[key] == nil {
				at[key] = &changedRollout{client: plan.Client, plan: plan.Plan}
				out = append(out, at[key])
			}
			input := rolloutInput(plan)
			set(at[key], &input)
		}
	}
	add(s.Before, func(c *changedRollout, v *document.Value) { c.before = v })
	add(s.After, func(c *changedRollout, v *document.Value) { c.after = v })
	var changed []changedRollout
	for _, c := range out {
		if c.before == nil || c.after == nil || !bytes.Equal(effect.AppendCanonical(nil, c.before), effect.AppendCanonical(nil, c.after)) {
			changed = append(changed, *c)
		}
	}
	slices.SortStableFunc(changed, func(a, b changedRollout) int {
		return cmp.Or(strings.Compare(a.client, b.client), strings.Compare(a.plan, b.plan))
	})
	return changed
}

func changedValue(c *changedRollout) document.Value {
	r := fields(4)
	r.text("client", c.client)
	r.text("plan", c.plan)
	if c.before != nil {
		r.set("before", *c.before)
	}
	if c.after != nil {
		r.set("after", *c.after)
	}
	return r.value()
}
