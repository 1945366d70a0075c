package effect

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// part is one comparison: what it is about, and two maps whose fields lie below a
// path.
type part struct {
	*loosening
	about string
	path  string // "spec." or "spec.notice."
	a, b  *document.Value
}

func (l *loosening) part(about string, a, b *document.Value) part {
	return part{l, about, "spec.", a, b}
}

// below is the part of a field.
func (p part) below(field string) part {
	return part{p.loosening, p.about, p.path + field + ".", p.a.Get(field), p.b.Get(field)}
}

// found says that a field is looser.
func (p part) found(field, what string) {
	p.say(p.about, p.path+field, what, p.a.Get(field), p.b.Get(field))
}

// shorter finds a duration that is shorter, or gone.
func (p part) shorter(fields ...string) {
	for _, field := range fields {
		a, b := p.a.Get(field), p.b.Get(field)
		if a != nil && spec.Seconds(b) < spec.Seconds(a) {
			p.found(field, "shortened")
		}
	}
}

// longer finds a duration that is longer than it was, or than what holds where
// none is written; 0 is no limit.
func (p part) longer(field string, otherwise int64) {
	length := func(v *document.Value) int64 {
		if v == nil {
			return otherwise
		}
		return spec.Seconds(v)
	}
	if length(p.b.Get(field)) > length(p.a.Get(field)) {
		p.found(field, "lengthened")
	}
}

// higher finds a limit that is raised, or gone.
func (p part) higher(fields ...string) {
	for _, field := range fields {
		a, b := p.a.Get(field), p.b.Get(field)
		if a != nil && (b == nil || !atMost(b, a)) {
			p.found(field, "raised")
		}
	}
}

// atMost compares two counts or two percentages; unlike ones cannot be compared.
func atMost(b, a *document.Value) bool {
	x, y := spec.ReadAmount(b), spec.ReadAmount(a)
	return x.Set && y.Set && x.Percent == y.Percent && x.N <= y.N
}

// dropped finds elements of a list that are gone.
func (p part) dropped(field, what string) {
	left := members(p.b.Get(field))
	for i := range p.a.Get(field).Elements() {
		if v := &p.a.Get(field).Items[i]; !left[string(AppendCanonical(nil, v))] {
			p.say(p.about, p.path+field, what, v, nil)
		}
	}
}

// members are the elements of a list, by their canonical JSON.
func members(list *document.Value) map[string]bool {
	out := map[string]bool{}
	for i := range list.Elements() {
		out[string(AppendCanonical(nil, &list.Items[i]))] = true
	}
	return out
}

// taken finds elements of a list that are new.
func (p part) taken(field, what string) {
	had := members(p.a.Get(field))
	for i := range p.b.Get(field).Elements() {
		if v := &p.b.Get(field).Items[i]; !had[string(AppendCanonical(nil, v))] {
			p.say(p.about, p.path+field+index(i), what, nil, v)
		}
	}
}

func index(i int) string { return document.Path{{Index: i}}.String() }

// binds finds a selector that binds less: written where none was, or another.
func (p part) binds(fields ...string) {
	for _, field := range fields {
		if b := p.b.Get(field); b != nil && !same(p.a.Get(field), b) {
			p.found(field, "narrowed")
		}
	}
}

// admits finds a selector that admits more: gone, or another.
func (p part) admits(fields ...string) {
	for _, field := range fields {
		if a := p.a.Get(field); a != nil && !same(a, p.b.Get(field)) {
			p.found(field, "widened")
		}
	}
}

// differs finds fields that are not what they were.
func (p part) differs(what string, fields ...string) {
	for _, field := range fields {
		if !same(p.a.Get(field), p.b.Get(field)) {
			p.found(field, what)
		}
	}
}

// ranked finds a word that stands later in an order from strict to loose; the
// first is what holds where none is written.
func (p part) ranked(field, what string, order ...string) {
	rank := func(v *document.Value) int { return slices.Index(order, cmp.Or(v.Text(), order[0])) }
	if rank(p.b.Get(field)) > rank(p.a.Get(field)) {
		p.found(field, what)
	}
}

// on finds a switch that loosens and is newly on; off one that is newly off.
func (p part) on(field, what string, otherwise bool) {
	if truth(p.b.Get(field), otherwise) && !truth(p.a.Get(field), otherwise) {
		p.found(field, what)
	}
}

func (p part) off(field, what string, otherwise bool) {
	if !truth(p.b.Get(field), otherwise) && truth(p.a.Get(field), otherwise) {
		p.found(field, what)
	}
}

func truth(v *document.Value, otherwise bool) bool {
	if v == nil || v.Kind != document.Bool {
		return otherwise
	}
	return v.Bool
}

// later finds an upper bound that is later, or gone.
func (p part) later(field string) {
	a, b := p.a.Get(field), p.b.Get(field)
	if a != nil && (b == nil || spec.Ends(b, p.zone) > spec.Ends(a, p.zone)) {
		p.found(field, "lengthened")
	}
}

// gone says that a document is no more.
func (p part) gone() bool {
	if p.b == nil {
		p.say(p.about, "", "removed", nil, nil)
	}
	return p.b == nil
}
