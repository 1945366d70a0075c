package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

// How much of a difference is shown to people; JSON shows all.
const (
	diffPlans = 40
	diffHosts = 8   // of one plan and sort, on one line
	diffLines = 5   // or each on its own
	diffLine  = 120 // bytes of a line that is short enough
)

// Zones give the time zone of a client; nil, or a nil zone, is UTC.
type Zones func(client string) *time.Location

// Of is the zone of a client, UTC where none is known.
func (z Zones) Of(client string) *time.Location { return z.of(client) }

func (z Zones) of(client string) *time.Location {
	if z == nil {
		return time.UTC
	}
	return zoneOr(z(client))
}

// Text is the difference for people, without colour, each line ended.
func (c *ScheduleChange) Text(zones Zones) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", c.title())
	if s := c.section(zones); len(s.entries) > 0 {
		writeSection(&b, s)
	}
	return b.String()
}

// Markdown is the difference for a comment on a pull request.
func (c *ScheduleChange) Markdown(zones Zones) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", markdown(c.title()))
	if s := c.section(zones); len(s.entries) > 0 {
		markdownSection(&b, s)
	}
	return b.String()
}

func (c *ScheduleChange) title() string {
	if c.Empty() {
		return "the schedule stays as it is"
	}
	a, b := c.Before, c.After
	parts := []string{
		fmt.Sprintf("placed %d -> %d", a.Placed, b.Placed), fmt.Sprintf("unplaced %d -> %d", a.Unplaced, b.Unplaced),
		fmt.Sprintf("SLA breaches %d -> %d", a.Breaches, b.Breaches), fmt.Sprintf("exposure %d -> %d risk hours", a.ExposureRiskHours, b.ExposureRiskHours),
	}
	return "schedule: " + strings.Join(parts, ", ")
}

func (c *ScheduleChange) section(zones Zones) section {
	s := section{title: "rollouts"}
	for i := range c.Plans {
		if i == diffPlans {
			s.more = "and " + plural(len(c.Plans)-i, "more rollout")
			break
		}
		d := &c.Plans[i]
		s.entries = append(s.entries, entry{mark(!d.New, !d.Gone), Display(d.Client + "/" + d.Plan), d.lines(zones.of(d.Client))})
	}
	return s
}

func (d *PlanDifference) lines(zone *time.Location) []string {
	var out []string
	out = listed(out, "added", d.Added, func(h HostPlace) string { return h.Asset + " " + h.where(zone) })
	out = listed(out, "removed", d.Removed, func(h HostPlace) string {
		if h.Code == "" {
			return h.Asset
		}
		return fmt.Sprintf("%s (%s)", h.Asset, h.Code)
	})
	out = listed(out, "moved", d.Moved, func(m HostMove) string { return m.words(zone) })
	out = listed(out, "without a place", d.Unplaced, func(u HostUnplaced) string {
		if u.Was != "" {
			return fmt.Sprintf("%s: %s, was %s", u.Asset, u.Code, u.Was)
		}
		return fmt.Sprintf("%s: %s by %s", u.Asset, u.Code, u.By)
	})
	out = listed(out, "place found", d.Solved, func(h HostPlace) string { return h.Asset + " " + h.where(zone) })
	out = listed(out, "new SLA breach", d.Breaches, func(b rollout.Breach) string { return b.Asset + ", due " + stamp(b.Due, zone) })
	out = listed(out, "no SLA breach any more", d.Mended, func(b rollout.Breach) string { return b.Asset + ", due " + stamp(b.Due, zone) })
	if a, b := d.Cost[0], d.Cost[1]; a.Amount != b.Amount || a.Currency != b.Currency {
		out = append(out, fmt.Sprintf("cost: %s -> %s", costWords(a), costWords(b)))
	}
	return out
}

func costWords(c rollout.Cost) string {
	if c.Currency == "" {
		return "none"
	}
	return money(c.Amount, c.Currency)
}

// listed adds the first things of one sort, and how many more: on one line where
// that is short, else each on its own.
func listed[T any](out []string, title string, things []T, words func(T) string) []string {
	if len(things) == 0 {
		return out
	}
	var names []string
	length := 0
	for _, t := range things[:min(len(things), diffHosts)] {
		names = append(names, Display(words(t)))
		length += len(names[len(names)-1])
	}
	title = fmt.Sprintf("%s (%d):", title, len(things))
	if len(names) == 1 || length <= diffLine {
		if left := len(things) - len(names); left > 0 {
			names = append(names, fmt.Sprintf("and %d more", left))
		}
		return append(out, title+" "+strings.Join(names, "; "))
	}
	out = append(out, title)
	names = names[:min(len(names), diffLines)]
	for _, n := range names {
		out = append(out, "  "+n)
	}
	if left := len(things) - len(names); left > 0 {
		out = append(out, fmt.Sprintf("  and %d more", left))
	}
	return out
}

func (h HostPlace) where(zone *time.Location) string {
	if h.Start == 0 {
		return "without a place (" + string(h.Code) + ")"
	}
	return fmt.Sprintf("%s %s in %s", h.Wave, stamp(h.Start, zone), h.Window)
}

// words say where a host moves from and to: only what differs.
func (m HostMove) words(zone *time.Location) string {
	var parts []string
	say := func(differs bool, from, to string) {
		if differs {
			parts = append(parts, from+" -> "+to)
		}
	}
	say(m.From.Start != m.To.Start, stamp(m.From.Start, zone), stamp(m.To.Start, zone))
	say(m.From.Start == m.To.Start && m.From.End != m.To.End, "until "+stamp(m.From.End, zone), stamp(m.To.End, zone))
	say(m.From.Window != m.To.Window, m.From.Window, m.To.Window)
	say(m.From.Wave != m.To.Wave, "wave "+m.From.Wave, m.To.Wave)
	return m.Asset + " " + strings.Join(parts, ", ")
}
