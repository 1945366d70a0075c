package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/patchops/patchops/internal/progress"
)

// Foreseen is what a controller would do now and next, were it let.
type Foreseen struct {
	AsOf          int64
	Starts, Tells []progress.Decision
	Waits         []progress.Wait
	Next          []Upcoming
	Zones         Zones
}

// Upcoming is a session that is planned.
type Upcoming struct {
	Plan, Client, Asset string // Plan is "CLIENT/PLAN"
	progress.Place
}

// mostForeseen is how many lines of each sort a text has.
const mostForeseen = 20

// WriteForeseen prints it.
func WriteForeseen(w io.Writer, f Foreseen) error {
	var b bytes.Buffer
	for i, x := range f.Tells {
		if i == mostForeseen {
			fmt.Fprintf(&b, "would send %d more notices\n", len(f.Tells)-i)
			break
		}
		fmt.Fprintf(&b, "would send %s\n", Display(x.Why))
	}
	for i, x := range f.Starts {
		if i == mostForeseen {
			fmt.Fprintf(&b, "would start %d more hosts\n", len(f.Starts)-i)
			break
		}
		fmt.Fprintf(&b, "would start now: %s/%s by %s/%s, wave %s%s\n", Display(x.Client), Display(x.Asset), Display(x.Client), Display(x.Plan), Display(x.Wave), segmentOf(x))
	}
	if len(f.Starts) == 0 {
		fmt.Fprintln(&b, "nothing would start now")
	}
	byPlan := map[string][]progress.Wait{}
	var plans []string
	for _, x := range f.Waits {
		name := x.Client + "/" + x.Plan
		if byPlan[name] == nil {
			plans = append(plans, name)
		}
		byPlan[name] = append(byPlan[name], x)
	}
	for _, name := range plans {
		for _, line := range WaitLines(byPlan[name], f.Zones.of(byPlan[name][0].Client), mostForeseen) {
			fmt.Fprintf(&b, "%s waits: %s\n", Display(name), Display(line))
		}
	}
	for i, u := range f.Next {
		if i == mostForeseen {
			fmt.Fprintf(&b, "and %s more later\n", plural(len(f.Next)-i, "host"))
			break
		}
		fmt.Fprintf(&b, "next: %s/%s by %s, wave %s, %s\n", Display(u.Client), Display(u.Asset), Display(u.Plan), Display(u.Wave), stamp(u.Start, f.Zones.of(u.Client)))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// segmentOf names the segment where it is not the first of a session.
func segmentOf(x progress.Decision) string {
	if x.Task == nil || x.Task.Segment == "install" {
		return ""
	}
	return " (" + string(x.Task.Segment) + ")"
}

type jsonForeseen struct {
	Event  string      `json:"event"`
	At     string      `json:"at"`
	Starts []jsonStart `json:"starts"`
	Tells  []string    `json:"tells"`
	Waits  []jsonEvent `json:"waits"`
	Next   []jsonStart `json:"next"`
}

type jsonStart struct {
	Plan    string  `json:"plan"`
	Wave    string  `json:"wave"`
	Asset   string  `json:"asset"`
	Segment *string `json:"segment"`
	Start   *string `json:"start"`
	End     *string `json:"end"`
	Window  *string `json:"window"`
}

// Value is it as `run --dry-run --format json` prints it.
func (f Foreseen) Value() any {
	out := jsonForeseen{Event: "foreseen", At: utc(f.AsOf), Starts: []jsonStart{}, Tells: []string{}, Waits: []jsonEvent{}, Next: []jsonStart{}}
	for _, x := range f.Starts {
		s := jsonStart{Plan: legible(x.Client + "/" + x.Plan), Wave: legible(x.Wave), Asset: legible(x.Asset)}
		if x.Task != nil {
			s.Segment = optional(string(x.Task.Segment))
		}
		out.Starts = append(out.Starts, s)
	}
	for _, x := range f.Tells {
		out.Tells = append(out.Tells, legible(x.Why))
	}
	for _, x := range f.Waits {
		out.Waits = append(out.Waits, jsonEvent{"wait", utc(f.AsOf), optional(x.Client + "/" + x.Plan), optional(x.Wave), optional(x.Asset), nil, optional(string(x.Code)), optional(x.Why)})
	}
	for _, u := range f.Next {
		out.Next = append(out.Next, jsonStart{legible(u.Plan), legible(u.Wave), legible(u.Asset), nil, optionalInstant(u.Start), optionalInstant(u.End), optional(u.Window)})
	}
	return out
}
