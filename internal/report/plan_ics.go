package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
)

// visit is the sessions of one plan in one occurrence of a window: what a person
// at the client needs to know of.
type visit struct {
	window     string
	occurrence int64
	start, end int64 // from the first start to the last end
	placements []rollout.Placement
}

// visits groups placements by window and occurrence, by start.
func visits(p *rollout.PlanSchedule) []visit {
	var out []visit
	for _, s := range p.Placements {
		i := slices.IndexFunc(out, func(v visit) bool { return v.window == s.Window && v.occurrence == s.Occurrence })
		if i < 0 {
			out = append(out, visit{s.Window, s.Occurrence, s.Start, s.End, nil})
			i = len(out) - 1
		}
		v := &out[i]
		v.start, v.end = min(v.start, s.Start), max(v.end, s.End)
		v.placements = append(v.placements, s)
	}
	slices.SortStableFunc(out, func(a, b visit) int { return compareInts(a.start-b.start, int64(compareText(a.window, b.window))) })
	return out
}

// writeICS writes an event per client, plan and occurrence used.
func (v *planView) writeICS(out io.Writer) error {
	c := newCalendar(v.Schedule.AsOf, "Patch sessions")
	for i := range v.Shown {
		p := &v.Shown[i]
		for _, x := range visits(p) {
			c.add(event{
				uid:   uid("sessions", p.Client, p.ID, x.window, utc(x.occurrence)),
				start: x.start, end: x.end,
				summary:     fmt.Sprintf("%s: %s, %s", p.Client, p.Plan, plural(len(x.placements), "host")),
				description: v.visitText(p, x),
				categories:  "patching",
			})
		}
	}
	return c.writeTo(out)
}

// Hosts in one event; calendar programs refuse long texts.
const hostsPerEvent = 100

func (v *planView) visitText(p *rollout.PlanSchedule, x visit) string {
	zone := v.zone(p.Client)
	lines := []string{"window " + x.window + ", " + span(x.start, x.end, zone)}
	for i, s := range x.placements {
		if i == hostsPerEvent {
			lines = append(lines, fmt.Sprintf("and %d more", len(x.placements)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s (%s) %s: %s", s.Asset, s.Wave, localSpan(s.Start, s.End, zone), strings.Join(s.Patches, " ")))
	}
	return strings.Join(lines, "\n")
}
