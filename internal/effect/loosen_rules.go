package effect

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// longestApproval is how long an approval counts where a rule is silent: P14D.
const longestApproval = 14 * 24 * 60 * 60

// approvalRule: one that asks less, of others, or of fewer changes.
func (l *loosening) approvalRule(a, b *document.Value) {
	p := l.part("rules", a, b)
	if a == nil || p.gone() {
		return
	}
	l.require("spec.require", a.Get("require"), b.Get("require"))
	l.matches(p)
	l.excludes(p)
	p.off("distinctPeople", "indistinct", true)
	p.off("signed", "unsigned", false)
	p.longer("validFor", longestApproval)
}

// require compares two trees: the same people in the same places, and no fewer of
// them, are as strict; all else is taken to be other people.
func (l *loosening) require(path string, a, b *document.Value) {
	for _, field := range []string{"all", "any"} {
		was, is := a.Get(field).Elements(), b.Get(field).Elements()
		if len(was) == 0 && len(is) == 0 {
			continue
		}
		// More branches under all ask more; under any they let others in.
		if len(was) == 0 || len(is) < len(was) || field == "any" && len(is) != len(was) {
			l.say("rules", path, "swapped", a, b)
			return
		}
		for i := range was {
			l.require(path+"."+field+index(i), &was[i], &is[i])
		}
		return
	}
	if !same(without(a, "count"), without(b, "count")) {
		l.say("rules", path, "swapped", a, b)
		return
	}
	if spec.Whole(b.Get("count"), 0) < spec.Whole(a.Get("count"), 0) {
		l.say("rules", path+".count", "lowered", a.Get("count"), b.Get("count"))
	}
}

// matches finds changes that a rule takes no more.
func (l *loosening) matches(p part) {
	m := p.below("match")
	if m.a == nil {
		return // only where referred to, or now for some changes too
	}
	if m.b == nil {
		p.found("match", "removed")
		return
	}
	for _, field := range []string{"changeTypes", "kinds", "paths", "clients", "clientTiers", "environments", "complianceScopes", "findings"} {
		switch {
		case m.a.Get(field) == nil && m.b.Get(field) != nil:
			m.found(field, "narrowed")
		case m.b.Get(field) != nil:
			m.dropped(field, "narrowed")
		}
	}
	m.binds("selector", "problemRefs")
	for _, field := range []string{"minRisk", "minAssets", "minCost"} {
		if spec.Whole(m.b.Get(field), 0) > spec.Whole(m.a.Get(field), 0) {
			m.found(field, "raised")
		}
	}
}

// excludes finds people who may count and might not.
func (l *loosening) excludes(p part) {
	who := func(v *document.Value) []string {
		if v.Get("exclude") == nil {
			return []string{"author", "contributors"}
		}
		return spec.Texts(v.Get("exclude"))
	}
	for _, person := range who(p.a) {
		if !slices.Contains(who(p.b), person) {
			p.sayText(p.about, "spec.exclude", "unexcluded", person, "")
		}
	}
}

// group: who joins it decides with the others.
func (l *loosening) group(a, b *document.Value) {
	p := l.part("rules", a, b)
	if a != nil && b != nil {
		p.taken("members", "joined")
	}
}

// person: another key or account may be somebody else.
func (l *loosening) person(a, b *document.Value) {
	p := l.part("rules", a, b)
	if a == nil || b == nil {
		return
	}
	p.taken("signingKeys", "identity")
	p.dropped("emails", "removed") // by which a header names them as a contributor
	if id := b.Get("github").Get("id"); id != nil && !same(a.Get("github").Get("id"), id) {
		p.below("github").found("id", "identity")
	}
	p.on("active", "activated", false)
	p.off("bot", "activated", false)
}

// contact: the person who speaks for a client.
func (l *loosening) contact(a, b *document.Value) {
	p := l.part("rules", a, b)
	if b.Get("personRef") == nil {
		return
	}
	switch {
	case a == nil:
		if l.before.Entry(finding.Identity{Kind: "Client", Client: l.id.Client, Name: l.id.Client}) != nil {
			p.found("personRef", "joined")
		}
	case !same(a.Get("personRef"), b.Get("personRef")):
		p.found("personRef", "identity")
	case !same(a.Get("role"), b.Get("role")):
		p.found("role", "joined")
	default:
		p.later("validUntil")
	}
}

// config: what rules are told.
func (l *loosening) config(a, b *document.Value) {
	p := l.part("rules", a, b)
	if a == nil || p.gone() {
		return
	}
	l.levels(p.below("policy").below("levels"))
	l.parameters(p.below("policy"))
	p.taken("exclude", "excluded")
	p.longer("staleAfter", 14*24*60*60)
	p.differs("changed", "repositoryId", "mainBranch", "log", "forge")
	p.below("engine").differs("changed", "policyDigest")
	p.below("merge").ranked("when", "changed", "windowOpen", "approved")
}

// levels finds rules that are milder. What level a rule has by itself is not
// known here, so each but error is taken to be milder than none written.
func (l *loosening) levels(p part) {
	order := []string{"error", "warning", "note", "off"}
	for _, key := range keysOf(p.a, p.b) {
		was, is := p.a.Get(key).Text(), p.b.Get(key).Text()
		if was == "error" && is == "" || is != "" && is != "error" && (was == "" || slices.Index(order, is) > slices.Index(order, was)) {
			p.say(p.about, keyPath(p.path, key), "lowered", p.a.Get(key), p.b.Get(key))
		}
	}
}

// parameters finds those that are others; which is stricter only the rule knows.
func (l *loosening) parameters(p part) {
	p = p.below("parameters")
	for _, key := range keysOf(p.a, p.b) {
		if !same(p.a.Get(key), p.b.Get(key)) {
			p.say(p.about, keyPath(p.path, key), "changed", p.a.Get(key), p.b.Get(key))
		}
	}
}

// keyPath is the path of a key below "spec.policy.levels." and the like.
func keyPath(path, key string) string {
	return strings.TrimSuffix(path, ".") + document.Path{{Key: key}}.String()
}

func keysOf(values ...*document.Value) []string {
	var keys []string
	for _, v := range values {
		if v == nil {
			continue
		}
		for _, k := range v.Keys {
			keys = append(keys, k.Name)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// client: how its documents are judged and when its days are.
func (l *loosening) client(a, b *document.Value) {
	if a == nil || b == nil {
		return
	}
	p, w := l.part("rules", a, b), l.part("window", a, b)
	l.parameters(p.below("policy"))
	p.dropped("complianceScopes", "narrowed")
	l.tier(p)
	w.differs("moved", "timezone")
	w.dropped("holidayCalendars", "removed")
	if b.Get("status").Text() == "active" && a.Get("status").Text() != "active" {
		l.part("agreement", a, b).found("status", "activated")
	}
}

// tier finds one that is less critical; 0 is the most.
func (l *loosening) tier(p part) {
	was, is := p.a.Get("tier"), p.b.Get("tier")
	if was != nil && (is == nil || is.Int > was.Int) {
		p.found("tier", "lowered")
	}
}

// file: own rules and constraints, and the calendars that documents name.
func (l *loosening) file(f *FileChange) {
	about, what := "rules", "changed"
	switch {
	case f.Before == FileState{}:
		return
	case strings.HasPrefix(f.Path, "policies/"), strings.HasPrefix(f.Path, "schemas/"):
	case strings.HasSuffix(f.Path, ".ics"):
		about = "window"
	default:
		return
	}
	if strings.HasSuffix(f.Path, "_test.rego") {
		return
	}
	if f.After == (FileState{}) {
		what = "removed"
	}
	l.id, l.path = finding.Identity{}, f.Path
	l.sayText(about, "", what, "", "")
}
