package rollout

import (
	"slices"
	"strconv"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// knob is one field of one document that may be changed by so many steps, to make
// room for a session. It does not know whether that helps.
type knob struct {
	document, path string
	most           int64 // steps; at least 1
	// apply changes every use of the document in an input that is the caller's own
	// (thawed).
	apply func(in *Input, steps int64)
	// write is the field before and after, and the change in words.
	write func(steps int64) (from, to, text string)
	// codes are what the change can lift: without one of them among those tried it
	// is not looked at.
	codes []Code
}

// target is the session that a counterfactual is for.
type target struct {
	client *Client
	plan   *Plan
	work   *Work
	asset  *Asset
	wave   int // index; -1 unknown
}

// crowded are the codes that come from other sessions: whatever gives time or
// space can lift them.
var crowded = []Code{WaveGate, DepOrder, HAConflict, Exclusive, Capacity, RelayCapacity, Technician, CostCap, DepUnplaced}

// and are codes with some others.
func and(codes []Code, more ...Code) []Code { return append(slices.Clone(codes), more...) }

// knobsFor are the knobs of a session, in the order in which they are asked: a
// missing act or grant, the plan, one window longer, the agreement, the horizon,
// the freeze. HA limits, tiers, reserves and dependencies are none.
func knobsFor(in *Input, t *target) []knob {
	var out []knob
	out = append(out, actKnobs(t)...)
	out = append(out, planKnobs(in, t)...)
	out = append(out, windowKnobs(t)...)
	out = append(out, agreementKnobs(t)...)
	out = append(out, horizonKnob(in))
	out = append(out, freezeKnobs(t)...)
	return slices.DeleteFunc(out, func(k knob) bool { return k.most < 1 })
}

// actKnobs are what somebody has to do or to agree to.
func actKnobs(t *target) []knob {
	var out []knob
	if len(t.work.Blocks) > 0 {
		b := t.work.Blocks[0]
		out = append(out, knob{
			document: b.By, path: b.Path, most: 1, codes: []Code{b.Code},
			apply: func(in *Input, _ int64) { eachWork(in, t, func(w *Work) { w.Blocks = w.Blocks[1:] }) },
			write: func(int64) (string, string, string) { return "", "", b.Text },
		})
	}
	for _, i := range t.asset.Denies {
		d := t.client.Denies[i]
		if d.Rule == "" || slices.Contains(t.plan.Overrides, d.ID) {
			continue
		}
		name := t.client.Name + "/" + t.plan.Name
		out = append(out, knob{
			document: d.ID, path: "spec.override.approvalRuleRef", most: 1, codes: []Code{Freeze},
			apply: func(in *Input, _ int64) {
				eachPlan(in, func(c *Client, p *Plan) {
					if c.Name == t.client.Name && p.Name == t.plan.Name {
						p.Overrides = append(slices.Clone(p.Overrides), d.ID)
					}
				})
			},
			write: func(int64) (string, string, string) {
				return "", "", "approve override:" + name + " by rule " + d.Rule
			},
		})
	}
	return out
}

// planKnobs are the bounds that the plan sets.
func planKnobs(in *Input, t *target) []knob {
	p := t.plan
	set := func(f func(p *Plan, steps int64)) func(in *Input, steps int64) {
		return func(in *Input, steps int64) {
			eachPlan(in, func(_ *Client, q *Plan) {
				if q.ID == p.ID {
					f(q, steps)
				}
			})
		}
	}
	out := []knob{
		{
			document: p.ID, path: "spec.notBefore", most: days(p.NotBefore - in.AsOf), codes: []Code{NotBefore},
			apply: set(func(q *Plan, n int64) { q.NotBefore -= n * daySeconds }),
			write: func(n int64) (string, string, string) {
				return instant(p.NotBefore), instant(p.NotBefore - n*daySeconds), "start plan " + p.Name + " " + duration(n*daySeconds) + " earlier"
			},
		},
		{
			document: p.ID, path: "spec.minimumAge", most: p.MinimumAge / 60, codes: []Code{MinAge},
			apply: set(func(q *Plan, n int64) { q.MinimumAge -= n * 60 }),
			write: func(n int64) (string, string, string) {
				return duration(p.MinimumAge), duration(p.MinimumAge - n*60), "shorten minimumAge of plan " + p.Name + " by " + duration(n*60)
			},
		},
		{
			document: p.ID, path: "spec.deadline", most: days(in.AsOf + in.Horizon - p.Deadline), codes: and(crowded, Deadline),
			apply: set(func(q *Plan, n int64) { q.Deadline += n * daySeconds }),
			write: func(n int64) (string, string, string) {
				return instant(p.Deadline), instant(p.Deadline + n*daySeconds), "extend deadline of plan " + p.Name + " by " + duration(n*daySeconds)
			},
		},
	}
	if !slices.ContainsFunc(p.Waves, func(w Wave) bool { return w.Percent >= 100 }) {
		out = append(out, knob{
			document: p.ID, path: "spec.waves", most: 1, codes: []Code{WaveGate},
			apply: set(func(q *Plan, _ int64) {
				q.Waves = append(slices.Clone(q.Waves), Wave{Name: "rest", Percent: 100, Advance: 100})
			}),
			write: func(int64) (string, string, string) {
				return "", "", "end plan " + p.Name + " with a wave of percent 100"
			},
		})
	}
	for k := 0; k < t.wave; k++ {
		out = append(out, soakKnob(p, k, set))
	}
	for k := 0; k <= t.wave; k++ {
		out = append(out, concurrencyKnob(t, k, set))
	}
	return out
}

func soakKnob(p *Plan, k int, set func(func(*Plan, int64)) func(*Input, int64)) knob {
	w := p.Waves[k]
	return knob{
		document: p.ID, path: wavePath(k, "soak"), most: w.Soak / 60, codes: crowded,
		apply: set(func(q *Plan, n int64) {
			if k < len(q.Waves) {
				q.Waves[k].Soak -= n * 60
			}
		}),
		write: func(n int64) (string, string, string) {
			return duration(w.Soak), duration(w.Soak - n*60), "shorten soak of wave " + w.Name + " by " + duration(n*60)
		},
	}
}

func concurrencyKnob(t *target, k int, set func(func(*Plan, int64)) func(*Input, int64)) knob {
	w := t.plan.Waves[k]
	most := room(w.MaxConcurrent, len(t.plan.Work))
	return knob{
		document: t.plan.ID, path: wavePath(k, "maxConcurrent"), most: most, codes: crowded,
		apply: set(func(q *Plan, n int64) {
			if k < len(q.Waves) {
				q.Waves[k].MaxConcurrent.N += n
			}
		}),
		write: func(n int64) (string, string, string) {
			from, to := w.MaxConcurrent, w.MaxConcurrent
			to.N += n
			return amount(from), amount(to), "raise maxConcurrent of wave " + w.Name + " to " + amount(to)
		},
	}
}

// room is by how much an amount of so many may be raised.
func room(a Amount, of int) int64 {
	switch {
	case !a.Set:
		return 0
	case a.Percent:
		return 100 - a.N
	}
	return int64(of) - a.N
}

func amount(a Amount) string {
	if a.Percent {
		return strconv.FormatInt(a.N, 10) + "%"
	}
	return strconv.FormatInt(a.N, 10)
}

func wavePath(k int, field string) string {
	return "spec.waves[" + strconv.Itoa(k) + "]." + field
}

// days is how many days cover so many seconds; 0 for none.
func days(seconds int64) int64 { return max(0, (seconds+daySeconds-1)/daySeconds) }

// duration is written in minutes below a day, as the lengths of sessions are.
func duration(seconds int64) string {
	if 0 < seconds && seconds < daySeconds && seconds%minute == 0 {
		return "PT" + strconv.FormatInt(seconds/minute, 10) + "M"
	}
	return window.FormatDuration(time.Duration(seconds) * time.Second)
}

func instant(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

// eachPlan visits every plan of an input.
func eachPlan(in *Input, visit func(c *Client, p *Plan)) {
	for i := range in.Clients {
		for j := range in.Clients[i].Plans {
			visit(&in.Clients[i], &in.Clients[i].Plans[j])
		}
	}
}

// eachWork visits the work of a target, in a copy of its plan's list.
func eachWork(in *Input, t *target, visit func(w *Work)) {
	eachPlan(in, func(c *Client, p *Plan) {
		if c.Name != t.client.Name || p.Name != t.plan.Name {
			return
		}
		p.Work = slices.Clone(p.Work)
		for i := range p.Work {
			if c.Assets[p.Work[i].Asset].Name == t.asset.Name {
				visit(&p.Work[i])
			}
		}
	})
}
