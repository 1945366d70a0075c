package effect

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// opening is a window that some agreement of the client opens.
type opening struct {
	id       finding.Identity
	selector *spec.Selector // nil: every asset
	window   *document.Value
	by       []opener
}

// opener is one agreement's word about a window.
type opener struct {
	emergency bool // to emergencies only
	value     *document.Value
}

// terms are what the agreements say beside windows, blackouts and money, for
// all of them: which one is in force depends on the instant of a start.
func (e *estate) readTerms(agreements []named) Digest {
	all := list()
	for _, a := range agreements {
		said := a.root.Get("spec")
		value := picked(said, "effective", "expires", "notice", "emergency", "maxUnavailable", "manualOnly", "misfire")
		fields := []field{{"name", text(a.id.Name)}, {"terms", value}}
		days := said.Get("notice").Get("businessDays")
		business := days != nil && days.Bool
		if business || bareDate(said.Get("effective").Text()) || bareDate(said.Get("expires").Text()) {
			fields = append(fields, field{"zone", text(e.zone)})
		}
		if business {
			fields = append(fields, field{"businessHours", e.root.Get("spec").Get("businessHours")})
		}
		all.Items = append(all.Items, *object(fields...))
	}
	return DigestOf(all)
}

// readOpenings are the windows that the agreements name, by id.
func (e *estate) readOpenings(agreements []named) []opening {
	at := map[finding.Identity]*opening{}
	for _, a := range agreements {
		said := a.root.Get("spec")
		e.open(at, a, said.Get("windowRefs"), false)
		e.open(at, a, said.Get("emergency").Get("windowRefs"), true)
	}
	var out []opening
	for _, o := range at {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b opening) int { return strings.Compare(a.id.String(), b.id.String()) })
	return out
}

func (e *estate) open(at map[finding.Identity]*opening, agreement named, refs *document.Value, emergency bool) {
	for _, ref := range refs.Elements() {
		id, root := e.tree.resolve("MaintenanceWindow", e.name, ref.Text())
		said := root.Get("spec")
		if said == nil || said.Get("type").Text() == "deny" {
			continue
		}
		if at[id] == nil {
			at[id] = &opening{id: id, selector: selectorOf(said), window: e.window(said)}
		}
		at[id].by = append(at[id].by, opener{emergency, object(
			field{"agreement", text(agreement.id.Name)},
			field{"moves", moves(agreement.root.Get("spec"), ref.Text())},
		)})
	}
}

func selectorOf(said *document.Value) *spec.Selector {
	v := said.Get("selector")
	if v == nil {
		return nil
	}
	s := spec.ParseSelector(v)
	return &s
}

// moves are an agreement's single occurrences of a window that were moved.
func moves(agreement *document.Value, window string) *document.Value {
	out := list()
	for i := range agreement.Get("moves").Elements() {
		if m := &agreement.Get("moves").Items[i]; m.Get("windowRef").Text() == window {
			out.Items = append(out.Items, *picked(m, "from", "to", "waivesNotice"))
		}
	}
	return sorted(out)
}

// window is what a window says of time: without the assets it is for, which
// grants show by having it, and words for people. Where it reads the client's
// zone or holidays they are part of it.
func (e *estate) window(said *document.Value) *document.Value {
	fields := []field{{"window", without(said, "selector", "description", "type")}}
	if said.Get("timezone").Text() == "client" {
		fields = append(fields, field{"zone", text(e.zone)})
	}
	if on := said.Get("onHoliday").Text(); on == "skip" || on == "only" {
		fields = append(fields, field{"holidays", e.calendars(e.root.Get("spec").Get("holidayCalendars"))})
	}
	return object(fields...)
}

// calendars are the days of holiday calendars, by name.
func (e *estate) calendars(refs *document.Value) *document.Value {
	out := list()
	for _, ref := range refs.Elements() {
		out.Items = append(out.Items, *e.calendar(ref.Text()))
	}
	return sorted(out)
}

// calendar is a holiday calendar's days and where they begin; of an iCalendar
// file its bytes.
func (e *estate) calendar(name string) *document.Value {
	said := e.tree.document("HolidayCalendar", "", name).Get("spec")
	fields := []field{{"name", text(name)}, {"zone", said.Get("timezone")}}
	if said.Get("timezone") == nil {
		fields[1].value = text(e.zone)
	}
	if days := said.Get("days"); days != nil {
		dates := list()
		for i := range days.Elements() {
			dates.Items = append(dates.Items, *text(days.Items[i].Get("date").Text()))
		}
		fields = append(fields, field{"days", sorted(dates)})
	}
	if ics := said.Get("ics").Text(); ics != "" {
		fields = append(fields, field{"ics", text(e.tree.bytes(ics))})
	}
	return object(fields...)
}

// allow is the windows that may open for an asset, at any time: those that
// agreements name, of the asset's own if it has any, whose selector takes it.
// Where all of them must be open at once, each is said with the others, so that
// fewer of them are not fewer openings.
func (e *estate) allow(p *plan, a *spec.Asset, facets spec.Facets) Set {
	own := a.Value.Get("windowRefs")
	all := a.Value.Get("windowCombine").Text() == "all"
	key := make([]byte, len(e.opens), len(e.opens)+2)
	for i := range e.opens {
		if e.opens[i].takes(own, facets) {
			key[i] = 1
		}
	}
	key = append(key, flag(p.emergency), flag(all))
	if s, known := e.allows[string(key)]; known {
		return s
	}
	s := e.allowed(key, p.emergency, all)
	e.allows[string(key)] = s
	return s
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

func (o *opening) takes(own *document.Value, facets spec.Facets) bool {
	named := func(v document.Value) bool { return v.Text() == o.id.Name }
	if own != nil && !slices.ContainsFunc(own.Elements(), named) {
		return false
	}
	return o.selector == nil || o.selector.Matches(facets)
}

func (e *estate) allowed(key []byte, emergency, all bool) Set {
	var out Set
	for i := range e.opens {
		o := &e.opens[i]
		by := list()
		for _, b := range o.by {
			if emergency || !b.emergency {
				by.Items = append(by.Items, *b.value)
			}
		}
		if key[i] == 1 && len(by.Items) > 0 {
			value := object(field{"window", o.window}, field{"by", sorted(by)})
			out = append(out, Named{o.id.String(), DigestOf(value)})
		}
	}
	if !all || len(out) < 2 {
		return out
	}
	together := out.value()
	for i, n := range out {
		out[i].Digest = DigestOf(object(field{"window", text(n.Digest.String())}, field{"all", together}))
	}
	return out
}

// value is the set as an object.
func (s Set) value() *document.Value {
	v := object()
	for _, n := range s {
		v.Keys, v.Items = append(v.Keys, document.Key{Name: n.Name}), append(v.Items, *text(n.Digest.String()))
	}
	return v
}
