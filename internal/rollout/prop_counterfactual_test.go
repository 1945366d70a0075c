package rollout

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

// A counterfactual is read here as a person reads it: as one field of one document
// with a new value. With it the session has the place that was said; with one step
// less it has none.
func TestPropCounterfactualsAreTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 4)
		s := Compute(in)
		Counterfactuals(in, s, 16)
		for i := range s.Plans {
			for j := range s.Plans[i].Unplaced {
				u := &s.Plans[i].Unplaced[j]
				if (u.Counterfactual == nil) == (u.SameAs == "") {
					t.Fatalf("%s: counterfactual %v, same as %q", u.Asset, u.Counterfactual, u.SameAs)
				}
				if u.Counterfactual != nil && u.Counterfactual.Document != "" {
					counterfactualIs(t, in, &s.Plans[i], u)
				}
			}
		}
	})
}

func counterfactualIs(t *rapid.T, in *Input, p *PlanSchedule, u *Unplaced) {
	k := u.Counterfactual
	place := placedIn(edited(t, in, p, u, k.To), p, u.Asset)
	if place == nil || place.Start != k.Start || place.Window != k.Window {
		t.Errorf("%+v\nputs %s at %+v\n%s", k, u.Asset, place, dump(in))
	}
	if k.From == "" || !k.Verified {
		return
	}
	less := oneLess(t, in, k)
	if less == k.From {
		return
	}
	if place := placedIn(edited(t, in, p, u, less), p, u.Asset); place != nil {
		t.Errorf("%+v\nis more than %s wants: %s does\n%s", k, u.Asset, less, dump(in))
	}
}

func placedIn(in *Input, p *PlanSchedule, asset string) *Placement {
	for _, q := range Compute(in).Plans {
		if q.Client == p.Client && q.Plan == p.Plan {
			if i := slices.IndexFunc(q.Placements, func(x Placement) bool { return x.Asset == asset }); i >= 0 {
				return &q.Placements[i]
			}
		}
	}
	return nil
}

// amountOf reads a value: an instant, a clock, a percentage, a number or a
// duration; write is its inverse.
func amountOf(t *rapid.T, text string) (value int64, write func(int64) string) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.Unix(), func(v int64) string { return time.Unix(v, 0).UTC().Format(time.RFC3339) }
	}
	if c, err := window.ParseClock(text); err == nil {
		return int64(c), func(v int64) string { return window.Clock((v+day-1)%day + 1).String() }
	}
	if n, err := strconv.ParseInt(strings.TrimSuffix(text, "%"), 10, 64); err == nil {
		return n, func(v int64) string { return fmt.Sprint(v) + text[len(strings.TrimRight(text, "%")):] }
	}
	d, err := window.ParseOffset(text)
	if err != nil {
		t.Fatalf("%q is no value: %v", text, err)
	}
	return int64(d.Seconds()), func(v int64) string { return window.FormatDuration(time.Duration(v) * time.Second) }
}

// oneLess is the value one step nearer to what is written now.
func oneLess(t *rapid.T, in *Input, k *Counterfactual) string {
	from, _ := amountOf(t, k.From)
	to, write := amountOf(t, k.To)
	step := int64(minute)
	switch field := k.Path[strings.LastIndex(k.Path, ".")+1:]; field {
	case "notBefore", "deadline", "horizon":
		step = day
	case "maxConcurrent", "maxUnavailable", "capacity", "costCapPerMonth":
		step = 1
	case "until", "from":
		if d := in.Clients[0].Denies[slices.IndexFunc(in.Clients[0].Denies, func(d Deny) bool { return d.ID == k.Document })]; (d.Fixed.End-d.Fixed.Start)%day == 0 {
			step = day
		}
	case "lead", "notice":
		g := in.Clients[0].Agreements[slices.IndexFunc(in.Clients[0].Agreements, func(g Agreement) bool { return g.ID == k.Document })]
		if g.BusinessDays && from%day == 0 {
			step = day
		}
	case "end":
		return write((to - step + day) % day)
	}
	if to > from {
		return write(to - step)
	}
	return write(to + step)
}

// edited is an input with one field of one document changed.
func edited(t *rapid.T, in *Input, s *PlanSchedule, u *Unplaced, to string) *Input {
	k, value := u.Counterfactual, int64(0)
	if to != "" {
		value, _ = amountOf(t, to)
	}
	out := cloneInput(in)
	c := &out.Clients[0]
	kind, _, _ := strings.Cut(k.Document, "/")
	switch {
	case kind == "Config":
		out.Horizon = value
	case k.From == "" && len(u.Tried) == 0:
		liftBlock(c, s.Plan, u.Asset)
	case k.From == "":
		i := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.Name == s.Plan })
		c.Plans[i].Overrides = append(slices.Clone(c.Plans[i].Overrides), k.Document)
	case kind == "PatchPlan":
		editPlan(&c.Plans[slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == k.Document })], k.Path, value)
	case kind == "MaintenanceWindow":
		editWindow(&c.Windows[slices.IndexFunc(c.Windows, func(w Window) bool { return w.ID == k.Document })], k.Path, value)
	case kind == "ClientAgreement":
		editTerms(&c.Agreements[slices.IndexFunc(c.Agreements, func(g Agreement) bool { return g.ID == k.Document })], k.Path, value)
	case kind == "Relay":
		c.Relays[0].Lead = value
	case kind == "Freeze":
		editFreeze(&c.Denies[slices.IndexFunc(c.Denies, func(d Deny) bool { return d.ID == k.Document })], k.Path, value)
	default:
		t.Fatalf("%q is no document", k.Document)
	}
	return out
}

func liftBlock(c *Client, plan, asset string) {
	for i := range c.Plans {
		for j := range c.Plans[i].Work {
			if w := &c.Plans[i].Work[j]; c.Plans[i].Name == plan && c.Assets[w.Asset].Name == asset {
				w.Blocks = w.Blocks[1:]
			}
		}
	}
}

func editPlan(p *Plan, path string, value int64) {
	switch path {
	case "spec.notBefore":
		p.NotBefore = value
	case "spec.minimumAge":
		p.MinimumAge = value
	case "spec.deadline":
		p.Deadline = value
	default:
		var wave int
		var field string
		_, _ = fmt.Sscanf(path, "spec.waves[%d].%s", &wave, &field)
		if field == "soak" {
			p.Waves[wave].Soak = value
		} else {
			p.Waves[wave].MaxConcurrent.N = value
		}
	}
}

func editWindow(w *Window, path string, value int64) {
	def := *w.Def
	switch path {
	case "spec.duration":
		def.Length = value
	case "spec.end":
		def.End = window.Clock(value)
	default:
		w.Capacity = int(value)
	}
	w.Def = &def
}

func editTerms(g *Agreement, path string, value int64) {
	switch path {
	case "spec.notice.lead":
		g.Lead.Seconds = value
	case "spec.emergency.notice":
		g.EmergencyLead.Seconds = value
	case "spec.maxUnavailable":
		g.MaxUnavailable.N = value
	case "spec.costCapPerMonth":
		g.CostCap = value
	default:
		l := g.Leads[0]
		l.Seconds = value
		g.Leads = map[int]Lead{0: l}
	}
}

func editFreeze(d *Deny, path string, value int64) {
	switch path {
	case "spec.until":
		d.Fixed.End = value
	case "spec.from":
		d.Fixed.Start = value
	default:
		def := *d.Def
		def.Length = value
		d.Def = &def
	}
}
