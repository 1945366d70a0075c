package rollout

import (
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/window"
)

// anyStatic are the constraints that more or other time can meet.
var anyStatic = []Code{WindowTooShort, AgreementNotInForce, VendorSupport, Freeze, NotBefore, MinAge, NoticeLead, Deadline, NoWindow, Horizon}

// windowKnobs make one of the asset's windows longer.
func windowKnobs(t *target) []knob {
	var out []knob
	for _, i := range t.asset.Windows {
		w := &t.client.Windows[i]
		named := slices.ContainsFunc(t.client.Agreements, func(g Agreement) bool {
			return slices.Contains(g.Windows, i) || slices.Contains(g.EmergencyWindows, i)
		})
		if !named {
			continue
		}
		out = append(out, lengthKnob(w))
	}
	return out
}

// lengthKnob closes a window later, by minutes.
func lengthKnob(w *Window) knob {
	k := knob{document: w.ID, path: "spec.duration", codes: and(crowded, anyStatic...)}
	text := func(n int64) string { return "extend window " + w.Name + " by " + duration(n*60) }
	def := w.Def
	if def.Length > 0 {
		k.most = (int64(window.MaxLength.Seconds()) - def.Length) / 60
		k.write = func(n int64) (string, string, string) {
			return duration(def.Length), duration(def.Length + n*60), text(n)
		}
		k.apply = eachWindow(w.ID, func(d *window.Window, n int64) { d.Length += n * 60 })
		return k
	}
	start := def.Start.Clock() + window.Clock((def.Offset%daySeconds+daySeconds)%daySeconds)
	open := (int64(def.End)-int64(start)%daySeconds+2*daySeconds-1)%daySeconds + 1
	later := func(n int64) window.Clock { return window.Clock((int64(def.End)+n*60-1)%daySeconds + 1) }
	k.path, k.most = "spec.end", (daySeconds-open)/60
	k.write = func(n int64) (string, string, string) { return def.End.String(), later(n).String(), text(n) }
	k.apply = eachWindow(w.ID, func(d *window.Window, n int64) { d.End = later(n) })
	return k
}

// eachWindow changes the windows of one document, wherever they are used.
func eachWindow(id string, change func(d *window.Window, steps int64)) func(*Input, int64) {
	return func(in *Input, steps int64) {
		for i := range in.Clients {
			for j := range in.Clients[i].Windows {
				if w := &in.Clients[i].Windows[j]; w.ID == id {
					def := *w.Def
					change(&def, steps)
					w.Def = &def
				}
			}
		}
	}
}

// agreementKnobs are the terms of the client's agreements, and what they limit.
func agreementKnobs(t *target) []knob {
	var out []knob
	for i := range t.client.Agreements {
		g := &t.client.Agreements[i]
		out = append(out, leadKnob(t, g), unavailableKnob(t, g))
	}
	for _, i := range t.asset.Windows {
		out = append(out, capacityKnob(t, &t.client.Windows[i]))
	}
	if t.asset.Relay >= 0 && t.work.Bytes > 0 {
		out = append(out, prefetchKnob(&t.client.Relays[t.asset.Relay]))
	}
	for i := range t.client.Agreements {
		if g := &t.client.Agreements[i]; g.CostCap >= 0 {
			out = append(out, capKnob(g))
		}
	}
	return out
}

// leadKnob shortens the notice that binds the session: in days where the lead
// counts business days.
func leadKnob(t *target, g *Agreement) knob {
	asset := slices.IndexFunc(t.client.Assets, func(a Asset) bool { return a.Name == t.asset.Name })
	lead, special := g.Leads[asset]
	emergency := t.plan.Change == "emergency"
	switch {
	case emergency:
		lead, special = g.EmergencyLead, false
	case !special:
		lead = g.Lead
	}
	step := int64(60)
	if g.BusinessDays && lead.Seconds%daySeconds == 0 {
		step = daySeconds
	}
	return knob{
		document: g.ID, path: lead.Path, most: lead.Seconds / step, codes: and(crowded, NoticeLead),
		apply: eachAgreement(g.ID, func(h *Agreement, n int64) {
			switch {
			case emergency:
				h.EmergencyLead.Seconds -= n * step
			case special:
				h.Leads = shortened(h.Leads, lead, n*step)
			default:
				h.Lead.Seconds -= n * step
			}
		}),
		write: func(n int64) (string, string, string) {
			return duration(lead.Seconds), duration(lead.Seconds - n*step), "shorten notice of " + g.Name + " by " + duration(n*step)
		},
	}
}

// shortened are leads with all of one rule shorter.
func shortened(leads map[int]Lead, rule Lead, seconds int64) map[int]Lead {
	out := make(map[int]Lead, len(leads))
	for asset, l := range leads {
		if l == rule {
			l.Seconds -= seconds
		}
		out[asset] = l
	}
	return out
}

func unavailableKnob(t *target, g *Agreement) knob {
	a := g.MaxUnavailable
	return knob{
		document: g.ID, path: "spec.maxUnavailable", most: room(a, len(t.client.Assets)), codes: crowded,
		apply: eachAgreement(g.ID, func(h *Agreement, n int64) { h.MaxUnavailable.N += n }),
		write: func(n int64) (string, string, string) {
			to := a
			to.N += n
			return amount(a), amount(to), "raise maxUnavailable of " + g.Name + " to " + amount(to)
		},
	}
}

func capacityKnob(t *target, w *Window) knob {
	most := int64(0)
	if w.Capacity > 0 {
		most = int64(max(0, len(t.client.Assets)-w.Capacity))
	}
	return knob{
		document: w.ID, path: "spec.capacity", most: most, codes: crowded,
		apply: func(in *Input, n int64) {
			for i := range in.Clients {
				for j := range in.Clients[i].Windows {
					if x := &in.Clients[i].Windows[j]; x.ID == w.ID {
						x.Capacity += int(n)
					}
				}
			}
		},
		write: func(n int64) (string, string, string) {
			to := strconv.FormatInt(int64(w.Capacity)+n, 10)
			return strconv.Itoa(w.Capacity), to, "raise capacity of window " + w.Name + " to " + to
		},
	}
}

// longestLead is how early a relay may be told to begin.
const longestLead = 30 * daySeconds

func prefetchKnob(r *Relay) knob {
	return knob{
		document: r.ID, path: "spec.prefetchLead", most: max(0, longestLead-r.Lead) / 60, codes: []Code{RelayCapacity},
		apply: func(in *Input, n int64) {
			for i := range in.Clients {
				for j := range in.Clients[i].Relays {
					if x := &in.Clients[i].Relays[j]; x.ID == r.ID {
						x.Lead += n * 60
					}
				}
			}
		},
		write: func(n int64) (string, string, string) {
			return duration(r.Lead), duration(r.Lead + n*60), "let relay " + r.Name + " begin " + duration(n*60) + " earlier"
		},
	}
}

// dearest is by how much a cap may be raised, in minor units.
const dearest = 1 << 36

const capPath = "spec.costCapPerMonth"

func capKnob(g *Agreement) knob {
	return knob{
		document: g.ID, path: capPath, most: dearest, codes: []Code{CostCap},
		apply: eachAgreement(g.ID, func(h *Agreement, n int64) { h.CostCap += n }),
		write: func(n int64) (string, string, string) {
			return strconv.FormatInt(g.CostCap, 10), strconv.FormatInt(g.CostCap+n, 10),
				"raise costCapPerMonth of " + g.Name + " by " + strconv.FormatInt(n, 10) + " minor units"
		},
	}
}

func eachAgreement(id string, change func(g *Agreement, steps int64)) func(*Input, int64) {
	return func(in *Input, steps int64) {
		for i := range in.Clients {
			for j := range in.Clients[i].Agreements {
				if g := &in.Clients[i].Agreements[j]; g.ID == id {
					change(g, steps)
				}
			}
		}
	}
}

// furthest is by how many days the horizon is looked beyond.
const furthest = 366

func horizonKnob(in *Input) knob {
	was := in.Horizon
	return knob{
		document: "Config/_/patchops", path: "spec.horizon", most: furthest, codes: and(crowded, anyStatic...),
		apply: func(in *Input, n int64) { in.Horizon += n * daySeconds },
		write: func(n int64) (string, string, string) {
			return duration(was), duration(was + n*daySeconds), "look " + duration(n*daySeconds) + " further ahead"
		},
	}
}

// freezeKnobs end a freeze that binds the asset earlier, or begin it later.
func freezeKnobs(t *target) []knob {
	var out []knob
	for _, i := range t.asset.Denies {
		d := t.client.Denies[i]
		if d.Def != nil {
			if d.Def.Length > 0 {
				out = append(out, denyKnob(d, d.Path, 60, d.Def.Length/60-1, func(x *Deny, by int64) {
					def := *x.Def
					def.Length -= by
					x.Def = &def
				}, func(by int64) (string, string) { return duration(d.Def.Length), duration(d.Def.Length - by) }, "earlier"))
			}
			continue
		}
		step := int64(60)
		if (d.Fixed.End-d.Fixed.Start)%daySeconds == 0 {
			step = daySeconds
		}
		most := (d.Fixed.End - d.Fixed.Start) / step
		out = append(out,
			denyKnob(d, d.Path, step, most, func(x *Deny, by int64) { x.Fixed.End -= by },
				func(by int64) (string, string) { return instant(d.Fixed.End), instant(d.Fixed.End - by) }, "earlier"),
			denyKnob(d, fromOf(d.Path), step, most, func(x *Deny, by int64) { x.Fixed.Start += by },
				func(by int64) (string, string) { return instant(d.Fixed.Start), instant(d.Fixed.Start + by) }, "later"))
	}
	return out
}

// fromOf is the path of a freeze's begin beside that of its end.
func fromOf(path string) string {
	return strings.TrimSuffix(path, "until") + "from"
}

func denyKnob(d Deny, path string, step, most int64, change func(*Deny, int64), ends func(by int64) (string, string), where string) knob {
	verb := "end "
	if where == "later" {
		verb = "begin "
	}
	if strings.HasPrefix(d.ID, "ClientAgreement/") {
		verb += "the blackout of "
	}
	return knob{
		document: d.ID, path: path, most: most, codes: and(crowded, Freeze, WindowTooShort),
		apply: func(in *Input, n int64) {
			for i := range in.Clients {
				for j := range in.Clients[i].Denies {
					if x := &in.Clients[i].Denies[j]; x.ID == d.ID && x.Path == d.Path && (x.Def == nil) == (d.Def == nil) {
						change(x, n*step)
					}
				}
			}
		},
		write: func(n int64) (string, string, string) {
			from, to := ends(n * step)
			return from, to, verb + d.ID + " " + duration(n*step) + " " + where
		},
	}
}
