package effect

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// denies are what may keep a client's assets from being touched.
type denies struct {
	always   Set         // binds every asset
	some     []deny      // those with a selector
	supports []supported // by application
	sets     map[string]Set
}

type deny struct {
	named    Named
	selector spec.Selector
}

type supported struct {
	application string
	named       Named
}

func (e *estate) readDenies(agreements []named) *denies {
	d := &denies{sets: map[string]Set{}}
	add := func(name string, value *document.Value, selector *spec.Selector) {
		n := Named{name, DigestOf(value)}
		if selector == nil {
			d.always = append(d.always, n)
		} else {
			d.some = append(d.some, deny{n, *selector})
		}
	}
	for _, scope := range []string{"", e.name} {
		for _, w := range e.tree.of("MaintenanceWindow", scope) {
			if said := w.root.Get("spec"); said.Get("type").Text() == "deny" {
				add(w.id.String(), e.window(said), selectorOf(said))
			}
		}
		for _, f := range e.tree.of("Freeze", scope) {
			said := f.root.Get("spec")
			if clients := said.Get("clientSelector"); clients == nil || spec.ParseSelector(clients).Matches(spec.ClientFacets(e.root)) {
				add(f.id.String(), e.freeze(said), selectorOf(said))
			}
		}
	}
	for _, a := range agreements {
		e.blackouts(a, add)
	}
	for _, ref := range e.root.Get("spec").Get("holidayCalendars").Elements() {
		add(finding.Identity{Kind: "HolidayCalendar", Name: ref.Text()}.String(), e.calendar(ref.Text()), nil)
	}
	d.always = normal(d.always)
	d.supports = e.readSupports()
	return d
}

// freeze is when a freeze binds and what passes it, without whom it binds,
// which grants show by having it, and why.
func (e *estate) freeze(said *document.Value) *document.Value {
	fields := []field{{"freeze", without(said, "clientSelector", "selector", "reason")}}
	local := said.Get("start") != nil || bareDate(said.Get("from").Text()) || bareDate(said.Get("until").Text())
	if local && said.Get("timezone") == nil {
		fields = append(fields, field{"zone", text(e.zone)})
	}
	return object(fields...)
}

// blackouts are named by their span: they have no other name, and their place
// in the list means nothing.
func (e *estate) blackouts(agreement named, add func(string, *document.Value, *spec.Selector)) {
	for _, b := range agreement.root.Get("spec").Get("blackouts").Elements() {
		from, until := b.Get("from").Text(), b.Get("until").Text()
		value := object(field{"from", text(from)}, field{"until", text(until)})
		if bareDate(from) || bareDate(until) {
			value = object(field{"from", text(from)}, field{"until", text(until)}, field{"zone", text(e.zone)})
		}
		add(agreement.id.String()+"/blackouts/"+from+"/"+until, value, nil)
	}
}

// readSupports are the hours of vendors by application. One more vendor of an
// application opens hours, so all of one application are one deny.
func (e *estate) readSupports() []supported {
	byApplication := map[string]*document.Value{}
	for _, scope := range []string{"", e.name} {
		for _, s := range e.tree.of("VendorSupport", scope) {
			said := s.root.Get("spec")
			value := object(field{"support", picked(said, "timezone", "hours")}, field{"holidays", e.calendars(said.Get("holidayCalendars"))})
			for _, application := range said.Get("applications").Elements() {
				all := byApplication[application.Text()]
				if all == nil {
					all = list()
					byApplication[application.Text()] = all
				}
				all.Items = append(all.Items, *value)
			}
		}
	}
	var out []supported
	for application, all := range byApplication {
		out = append(out, supported{application, Named{"VendorSupport/" + application, DigestOf(sorted(all))}})
	}
	slices.SortFunc(out, func(a, b supported) int { return strings.Compare(a.application, b.application) })
	return out
}

// of is what binds one asset.
func (d *denies) of(a *spec.Asset, facets spec.Facets) Set {
	key := make([]byte, 0, len(d.some)+len(d.supports))
	for i := range d.some {
		key = append(key, flag(d.some[i].selector.Matches(facets)))
	}
	applications := a.Value.Get("applications").Elements()
	for i := range d.supports {
		runs := func(v document.Value) bool { return v.Text() == d.supports[i].application }
		key = append(key, flag(slices.ContainsFunc(applications, runs)))
	}
	if s, known := d.sets[string(key)]; known {
		return s
	}
	s := slices.Clone(d.always)
	for i, on := range key {
		switch {
		case on == 0:
		case i < len(d.some):
			s = append(s, d.some[i].named)
		default:
			s = append(s, d.supports[i-len(d.some)].named)
		}
	}
	s = normal(s)
	d.sets[string(key)] = s
	return s
}

// normal is a set in its order, each member once.
func normal(s Set) Set {
	slices.SortFunc(s, func(a, b Named) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(s)
}
