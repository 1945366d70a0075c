package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/statement"
)

// heeded refuses a word that says nothing, and warns before one is signed that nobody would
// count: whoever says it at night does not look again.
func (a *app) heeded(ctx context.Context, t *authorisedEnv, s statement.Statement, person string) error {
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
	if why := unheeded(state, docs, s, person); why != "" {
		a.progress("patchops: this will not count: %s", why)
	}
	return nil
}

// unheeded is why a word on a gate does not count; "" it does.
func unheeded(state *progress.State, docs *progress.Documents, s statement.Statement, person string) string {
	_, of, _ := strings.Cut(s.Subject, ":")
	plan := plainPlan(of)
	wave := of[len(plan)+1:]
	gates := gatesOf(docs.Plans[plan], state.Runs[plan], wave)
	if len(gates) == 0 {
		return fmt.Sprintf("wave %s of %s has no gate of type approval, and nobody's word is waited for", wave, plan)
	}
	return cmp.Or(closedGate(state.Runs[plan], plan, wave), notAsked(gates, s, person))
}

// plainPlan is CLIENT/PLAN of CLIENT/PLAN/WAVE.
func plainPlan(of string) string {
	parts := strings.SplitN(of, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// gatesOf are the gates of a wave that people decide on.
func gatesOf(p *progress.Plan, run *progress.Run, wave string) []progress.Gate {
	if p == nil {
		return nil
	}
	for _, w := range p.WavesIn(run) {
		if w.Name == wave {
			return slices.DeleteFunc(slices.Clone(w.Gates), func(g progress.Gate) bool { return g.Probe })
		}
	}
	return nil
}

// closedGate is why no word on a wave's gate counts now: one counts from the wave's beginning
// to its end.
func closedGate(run *progress.Run, plan, wave string) string {
	if run == nil || run.Ended > 0 {
		return fmt.Sprintf("no rollout of %s goes on", plan)
	}
	for _, w := range run.Waves {
		switch {
		case w.Name != wave:
		case w.Ended > 0:
			return fmt.Sprintf("wave %s of %s is over", wave, plan)
		case w.Begun > 0:
			return ""
		}
	}
	return fmt.Sprintf("wave %s of %s has not begun; say it again when it has: patchops status %s", wave, plan, plan)
}

// notAsked is why a person is not one of those whom a gate asks; "" they are.
func notAsked(gates []progress.Gate, s statement.Statement, person string) string {
	var asked []string
	contact := s.Contact[strings.LastIndex(s.Contact, "/")+1:]
	for _, g := range gates {
		may := slices.Contains(g.People, person)
		switch {
		case may && s.Act == statement.Consent && slices.Contains(g.Contacts, contact), may && s.Act == statement.Reject, may && s.Act == statement.Approve && g.Group != "":
			return ""
		case g.Group != "":
			asked = append(asked, "group "+g.Group+" ("+strings.Join(g.People, ", ")+")")
		default:
			asked = append(asked, "contacts ("+strings.Join(g.Contacts, ", ")+"), whose word patchops consent takes down")
		}
	}
	who := person
	if s.Act == statement.Consent {
		who = s.Contact
	}
	return fmt.Sprintf("%s is not asked: the gate asks %s", who, strings.Join(asked, "; "))
}
