package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

// triedWords is occurrences of one window that did not do, in words.
func triedWords(r rollout.Rejection, zone *time.Location) string {
	times := ""
	switch {
	case r.Count == 2:
		times = " and the next"
	case r.Count > 2:
		times = fmt.Sprintf(" and the next %d", r.Count-1)
	}
	return fmt.Sprintf("%s on %s%s: %s (%s)", Display(r.Window), stamp(r.Start, zone), times, Sentence(r.Code, r.By), r.Code)
}

// wayOut is what would give a session of a plan a place, in words; "" where nothing
// is known.
func wayOut(p *rollout.PlanSchedule, u rollout.Unplaced, zone *time.Location) string {
	c := u.Counterfactual
	switch {
	case c != nil && c.Document == "":
		return strings.TrimSuffix(Display(c.Text)+"; first of all: "+Lift(u.Code, u.By), "; first of all: ")
	case c != nil:
		return changeWords(c, zone)
	case u.SameAs != "":
		for _, other := range p.Unplaced {
			if other.Asset == u.SameAs && other.SameAs == "" {
				return "as for " + Display(u.SameAs) + ": " + wayOut(p, other, zone)
			}
		}
		return "as for " + Display(u.SameAs)
	}
	return Lift(u.Code, u.By)
}

func changeWords(c *rollout.Counterfactual, zone *time.Location) string {
	text := Display(c.Text)
	if c.Path != "" {
		text += fmt.Sprintf(" (%s %s", Display(c.Document), Display(c.Path))
		if c.From != "" || c.To != "" {
			text += fmt.Sprintf(": %s, now %s", Display(c.To), Display(c.From))
		}
		text += ")"
	}
	if !c.Verified {
		text += ", though less may do"
	}
	if c.Window != "" {
		text += fmt.Sprintf("; it then goes into %s on %s", Display(c.Window), stamp(c.Start, zone))
	}
	return text
}

// noticeGroup is who is told of one occurrence until one instant.
type noticeGroup struct {
	rollout.Notice
	contacts []string
}

// noticeGroups joins notices that differ in the contact only; by when to send them.
func noticeGroups(list []rollout.Notice) []noticeGroup {
	var out []noticeGroup
	for _, n := range list {
		if i := len(out) - 1; i >= 0 && out[i].SendBy == n.SendBy && out[i].Window == n.Window && out[i].Occurrence == n.Occurrence && out[i].Assets == n.Assets {
			out[i].contacts = append(out[i].contacts, contact(n))
			continue
		}
		out = append(out, noticeGroup{n, []string{contact(n)}})
	}
	slices.SortStableFunc(out, func(a, b noticeGroup) int { return cmp.Compare(a.SendBy, b.SendBy) })
	return out
}

// words are until when to tell whom of what; show prints the window's name.
func (n noticeGroup) words(zone *time.Location, escape, show func(string) string) string {
	return escape(n.whom()) + " " + n.until(zone, show)
}

func (n noticeGroup) whom() string { return strings.Join(n.contacts, " and ") }

func (n noticeGroup) until(zone *time.Location, show func(string) string) string {
	return fmt.Sprintf("by %s: %s on %s, %s", stamp(n.SendBy, zone), show(n.Window), stamp(n.Occurrence, zone), plural(n.Assets, "host"))
}

// as is a text that needs no escaping any more.
func as(s string) string { return s }

// CountOf is a number of things: "1 client", "2 clients".
func CountOf(n int, thing string) string { return plural(n, thing) }
