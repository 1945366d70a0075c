package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/statement"
)

// wouldCount refuses a word on a gate or a pause that nobody would ever count, before it is
// signed: whoever says it at night does not look again.
func (t *authorisedEnv) wouldCount(ctx context.Context, s statement.Statement, person string) error {
	kind, of, _ := strings.Cut(s.Subject, ":")
	switch {
	case kind == "resume" && s.Act != statement.Approve:
		return usage("a resume is not rejected or withdrawn; what stops the plan again is: patchops hold %s --reason TEXT", plainPlan(of))
	case kind != "gate" || s.Act == statement.Withdraw || t.view == nil:
		return nil
	}
	state, err := t.logged()
	if err != nil {
		return err
	}
	docs, err := t.view.Documents(ctx, state)
	if err != nil {
		return err
	}
	plan, wave := plainPlan(of), of[len(plainPlan(of))+1:]
	gates, err := gatesOf(docs.Plans[plan], plan, wave)
	if err != nil {
		return err
	}
	if err := openGate(state.Runs[plan], plan, wave); err != nil {
		return err
	}
	return mayGate(gates, s, person)
}

// plainPlan is CLIENT/PLAN of CLIENT/PLAN/WAVE.
func plainPlan(of string) string {
	parts := strings.SplitN(of, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// gatesOf are the gates of a wave that people decide on.
func gatesOf(p *progress.Plan, plan, wave string) ([]progress.Gate, error) {
	if p == nil {
		return nil, people("%s has nothing to do, and no gate to pass: patchops status %s", plan, plan)
	}
	var gates []progress.Gate
	for _, w := range p.Waves {
		if w.Name == wave {
			gates = slices.DeleteFunc(slices.Clone(w.Gates), func(g progress.Gate) bool { return g.Probe })
		}
	}
	if len(gates) == 0 {
		return nil, usage("wave %s of %s has no gate of type approval: nobody's word is waited for", wave, plan)
	}
	return gates, nil
}

// openGate wants that a wave has begun and not ended: a word counts from then on.
func openGate(run *progress.Run, plan, wave string) error {
	if run == nil || run.Ended > 0 {
		return people("no rollout of %s goes on: there is no gate to pass", plan)
	}
	for _, w := range run.Waves {
		switch {
		case w.Name != wave:
		case w.Ended > 0:
			return people("wave %s of %s is over: its gate is passed, or will not be asked", wave, plan)
		case w.Begun > 0:
			return nil
		}
	}
	return people("wave %s of %s has not begun, and what is said of its gate before that does not count; say it when it has: patchops status %s", wave, plan, plan)
}

// mayGate wants that a person is one of those whom a gate asks.
func mayGate(gates []progress.Gate, s statement.Statement, person string) error {
	var asked []string
	for _, g := range gates {
		contact := s.Contact[strings.LastIndex(s.Contact, "/")+1:]
		switch {
		case s.Act == statement.Consent && slices.Contains(g.Contacts, contact) && slices.Contains(g.People, person):
			return nil
		case s.Act == statement.Reject && slices.Contains(g.People, person):
			return nil
		case s.Act == statement.Approve && g.Group != "" && slices.Contains(g.People, person):
			return nil
		case g.Group != "":
			asked = append(asked, "group "+g.Group+" ("+strings.Join(g.People, ", ")+")")
		default:
			asked = append(asked, "contacts ("+strings.Join(g.Contacts, ", ")+"), whose word is taken down by patchops consent")
		}
	}
	who := person
	if s.Act == statement.Consent {
		who = s.Contact
	}
	return people("the word of %s does not count for this gate, which asks %s", who, strings.Join(asked, "; "))
}
