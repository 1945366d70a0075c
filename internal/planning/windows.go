package planning

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// readWindows reads the allow windows that any agreement of the client names, in
// its zone, with its holidays and the moves that it agreed to.
func (c *client) readWindows() {
	c.windows = map[string]int{}
	var names []string
	for _, t := range c.terms {
		names = append(append(names, t.Windows...), t.EmergencyWindows...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		root, id := named(c.view, "MaintenanceWindow", c.name, name)
		if root == nil || root.Get("spec").Get("type").Text() == "deny" {
			continue
		}
		def := c.window(root)
		if def == nil {
			continue
		}
		c.move(def, name)
		s := root.Get("spec")
		w := rollout.Window{Name: name, ID: id.String(), Def: def, Capacity: int(spec.Whole(s.Get("capacity"), 0))}
		c.windows[name] = len(c.out.Windows)
		c.out.Windows = append(c.out.Windows, w)
		c.opening = append(c.opening, spec.SelectorOf(s.Get("selector")))
	}
}

// move applies what agreements say of single occurrences, each while it is in
// force: a move that an agreement made for a time before or after it does nothing.
func (c *client) move(def *window.Window, name string) {
	for _, s := range c.spans {
		for _, m := range spec.ReadMoves(s.terms.Value, name) {
			if at := m.From.In(def.Zone, window.From).Unix(); s.Start <= at && at < s.End {
				def.Moves = append(def.Moves, m.Move)
			}
		}
	}
}

// window reads a window in the client's zone, with its holidays; nil for one that
// cannot be read.
func (c *client) window(root *document.Value) *window.Window {
	def := spec.ReadWindow(root, c.zone)
	if def != nil && def.OnHoliday != window.HolidayKeep {
		def.Holidays = c.holidays
	}
	return def
}

// readDenies reads the freezes, blackouts and deny windows that bind any asset of
// the client and are not over yet.
func (c *client) readDenies() {
	type deny struct {
		rollout.Deny
		selector *spec.Selector
	}
	var all []deny
	add := func(d rollout.Deny, selector *spec.Selector) {
		if d.Def != nil || d.Fixed.End > max(d.Fixed.Start, c.asOf) {
			all = append(all, deny{d, selector})
		}
	}
	for _, client := range []string{c.name, corpus.Global} {
		for _, name := range c.view.Names("Freeze", client) {
			if root := c.view.Document("Freeze", client, name); root != nil {
				add(c.freeze(identity("Freeze", client, name).String(), root))
			}
		}
		for _, name := range c.view.Names("MaintenanceWindow", client) {
			root := c.view.Document("MaintenanceWindow", client, name)
			if root.Get("spec").Get("type").Text() == "deny" {
				add(c.denyWindow(identity("MaintenanceWindow", client, name).String(), root))
			}
		}
	}
	for _, t := range c.terms {
		for i, b := range t.Blackouts {
			add(rollout.Deny{
				ID: t.ID.String(), Path: "spec.blackouts[" + strconv.Itoa(i) + "].until", Fixed: window.Span{Start: b.From, End: b.Until},
			}, nil)
		}
	}
	slices.SortStableFunc(all, func(a, b deny) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(a.Fixed.Start, b.Fixed.Start))
	})
	for _, d := range all {
		c.out.Denies, c.binding = append(c.out.Denies, d.Deny), append(c.binding, d.selector)
	}
}

// freeze reads a freeze; one that does not bind the client has no span.
func (c *client) freeze(id string, root *document.Value) (rollout.Deny, *spec.Selector) {
	s := root.Get("spec")
	d := rollout.Deny{
		ID: id, Path: "spec.until", PassAbove: rollout.Severity(spec.Level(s.Get("passAbove").Text())),
		Rule: s.Get("override").Get("approvalRuleRef").Text(),
	}
	if !spec.SelectorOf(s.Get("clientSelector")).Takes(c.facets) {
		return d, nil
	}
	d.Fixed, d.Def = spec.ReadFreeze(root, c.zone)
	if d.Def != nil {
		d.Path = "spec.duration"
	}
	return d, spec.SelectorOf(s.Get("selector"))
}

func (c *client) denyWindow(id string, root *document.Value) (rollout.Deny, *spec.Selector) {
	d := rollout.Deny{ID: id, Path: "spec.duration", Def: c.window(root)}
	if root.Get("spec").Get("end") != nil {
		d.Path = "spec.end"
	}
	return d, spec.SelectorOf(root.Get("spec").Get("selector"))
}

// readSupports reads when the vendors of applications answer, by application. A
// document of the client hides the global one of its name.
func (c *client) readSupports() {
	byName := map[string]bool{}
	byApplication := map[string]*rollout.Support{}
	for _, client := range []string{c.name, corpus.Global} {
		for _, name := range c.view.Names("VendorSupport", client) {
			root := c.view.Document("VendorSupport", client, name)
			if root == nil || byName[name] {
				continue
			}
			byName[name] = true
			s := root.Get("spec")
			zone := s.Get("timezone").Text()
			week := spec.ReadWeek(s.Get("hours"), zone, c.closed(s.Get("holidayCalendars"), zone))
			id := identity("VendorSupport", client, name)
			for _, application := range spec.Texts(s.Get("applications")) {
				known := byApplication[application]
				if known == nil {
					known = &rollout.Support{Application: application, ID: id.String()}
					byApplication[application] = known
				}
				if before, _ := lastPart(known.ID); name < before {
					known.ID = id.String()
				}
				known.Weeks = append(known.Weeks, week)
			}
		}
	}
	for _, s := range byApplication {
		c.out.Supports = append(c.out.Supports, *s)
	}
	slices.SortFunc(c.out.Supports, func(a, b rollout.Support) int { return strings.Compare(a.Application, b.Application) })
}

// lastPart is the name in an identity's text.
func lastPart(id string) (string, bool) {
	i := strings.LastIndexByte(id, '/')
	return id[i+1:], i >= 0
}
