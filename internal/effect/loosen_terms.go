package effect

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// sla: of all due dates the earliest holds, so a rule that is gone or later is
// looser, and a new one is not. A client's own policy takes the place of a global
// one of its name.
func (l *loosening) sla(a, b *document.Value) {
	p := l.part("sla", a, b)
	if a == nil {
		global := finding.Identity{Kind: l.id.Kind, Name: l.id.Name}
		if l.id.Client != "" && l.before.Entry(global) != nil {
			p.say(p.about, "", "added", nil, nil)
		}
		return
	}
	if p.gone() {
		return
	}
	now := strictest(b.Get("rules"))
	for i := range a.Get("rules").Elements() {
		rule := &a.Get("rules").Items[i]
		j, kept := now[slaKey(rule)]
		if !kept {
			p.say(p.about, "spec.rules", "removed", rule, nil)
			continue
		}
		is, path := &b.Get("rules").Items[j], "spec.rules"+index(j)
		switch {
		case spec.Seconds(is.Get("within")) > spec.Seconds(rule.Get("within")):
			p.say(p.about, path+".within", "lengthened", rule.Get("within"), is.Get("within"))
		case is.Get("clock").Text() == "business" && rule.Get("clock").Text() == "calendar":
			p.say(p.about, path+".clock", "lengthened", rule.Get("clock"), is.Get("clock"))
		}
	}
}

// slaKey is the work that a rule is for, and its anchor.
func slaKey(rule *document.Value) string {
	return string(AppendCanonical(AppendCanonical(nil, rule.Get("match")), rule.Get("anchor")))
}

// strictest are the indexes of the rules with the shortest time, by their key.
func strictest(rules *document.Value) map[string]int {
	out := map[string]int{}
	for i := range rules.Elements() {
		key := slaKey(&rules.Items[i])
		if j, had := out[key]; !had || spec.Seconds(rules.Items[i].Get("within")) < spec.Seconds(rules.Items[j].Get("within")) {
			out[key] = i
		}
	}
	return out
}

// patch: what makes the work less urgent.
func (l *loosening) patch(a, b *document.Value) {
	p := l.part("sla", a, b)
	if a == nil || b == nil {
		return
	}
	if spec.Level(b.Get("severity").Text()) < spec.Level(a.Get("severity").Text()) {
		p.found("severity", "lowered")
	}
	if a.Get("kev") != nil && b.Get("kev") == nil {
		p.found("kev", "removed")
	}
	if k := p.below("kev"); k.a != nil && k.b != nil {
		k.later("dueAt")
	}
	if spec.Begins(b.Get("releasedAt"), l.zone) > spec.Begins(a.Get("releasedAt"), l.zone) {
		p.found("releasedAt", "lengthened")
	}
}

// acceptance: a risk that is taken anew, longer, or for more.
func (l *loosening) acceptance(a, b *document.Value) {
	p := l.part("acceptance", a, b)
	if b == nil {
		return
	}
	if a == nil {
		p.say(p.about, "", "added", nil, nil)
		return
	}
	p.later("expires")
	if from := spec.Begins(a.Get("approvedAt"), l.zone); from != 0 && spec.Begins(b.Get("approvedAt"), l.zone) < from {
		p.found("approvedAt", "lengthened")
	}
	s := p.below("scope")
	for _, field := range []string{"assets", "patches", "cves", "findings"} {
		switch was, is := s.a.Get(field).Elements(), s.b.Get(field).Elements(); {
		case field == "findings" && len(was) == 0 != (len(is) == 0):
			s.found(field, "widened") // from findings to work, or back
		case len(was) > 0 && len(is) == 0:
			s.found(field, "widened")
		case len(was) > 0:
			s.taken(field, "widened")
		}
	}
	p.off("expireOnKEV", "lengthened", false)
	p.dropped("compensatingControls", "removed")
}

// haGroup: how many stand in for each other.
func (l *loosening) haGroup(a, b *document.Value) {
	p := l.part("ha", a, b)
	if a == nil || p.gone() {
		return
	}
	one := document.Value{Kind: document.Int, Int: 1}
	was, is := a.Get("maxUnavailable"), b.Get("maxUnavailable")
	if was == nil {
		was = &one
	}
	if is == nil {
		is = &one
	}
	if !atMost(is, was) {
		p.found("maxUnavailable", "raised")
	}
	p.ranked("order", "lowered", "standbyFirst", "any")
	p.shorter("soak")
}

// riskPolicy: which of two scores is stricter cannot be told.
func (l *loosening) riskPolicy(a, b *document.Value) {
	p := l.part("rules", a, b)
	if a == nil || p.gone() {
		return
	}
	for _, key := range a.Keys {
		p.differs("changed", key.Name)
	}
}
