package rollout

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// hardships are what makes one large client hard to plan. Each must cost about in
// proportion to the sessions: compare 10000 with 20000.
func hardships() map[string]func(in *Input, c *Client) {
	eachWork := func(c *Client, change func(p *Plan, w *Work)) {
		for i := range c.Plans {
			for j := range c.Plans[i].Work {
				change(&c.Plans[i], &c.Plans[i].Work[j])
			}
		}
	}
	return map[string]func(in *Input, c *Client){
		"no room": func(_ *Input, c *Client) { c.Windows[0].Capacity, c.Windows[1].Capacity = 8, 16 },
		"late": func(_ *Input, c *Client) {
			eachWork(c, func(_ *Plan, w *Work) { w.Due = instantOf("2026-06-19T12:00:00Z") })
		},
		"stagger": func(_ *Input, c *Client) { c.Plans[0].Waves[2].Stagger, c.Plans[1].Waves[2].Stagger = minute, minute },
		"one":     func(_ *Input, c *Client) { c.Plans[0].Waves[2].MaxConcurrent = Amount{Set: true, N: 5} },
		"lengths": func(_ *Input, c *Client) { eachWork(c, func(_ *Plan, w *Work) { w.Minutes = 20 + int64(w.Asset%151) }) },
		"released": func(_ *Input, c *Client) {
			eachWork(c, func(_ *Plan, w *Work) { w.Released = instantOf("2026-06-10T00:00:00Z") + int64(w.Asset)*60 })
		},
		"cap": func(_ *Input, c *Client) { c.Agreements[0].CostCap = 400_000 },
		"dear": func(_ *Input, c *Client) {
			c.Agreements[0].CostCap, c.Agreements[0].Rates.Basis = 4_000_000, "perAsset"
		},
		"chain": func(_ *Input, c *Client) { eachWork(c, chained) },
		"one host": func(_ *Input, c *Client) {
			for i := range c.Assets {
				if c.Assets[i].RunsOn = 0; i == 0 {
					c.Assets[i].RunsOn = -1
				}
			}
		},
		"one group": func(_ *Input, c *Client) { oneGroup(c) },
		"one relay": func(_ *Input, c *Client) {
			for i := range c.Assets {
				c.Assets[i].Relay = 0
			}
			c.Relays[0].Lead = 24 * hour
		},
		"scarce": scarce,
		"told": func(in *Input, c *Client) {
			s := &scene{in, c}
			s.notifyAllOf(Compute(in))
			in.AsOf += 2 * day
		},
	}
}

// scarce lets one of each machine's two sessions miss, whatever is done, and joins
// few of them: there are thousands of small searches.
func scarce(_ *Input, c *Client) {
	c.Windows[0].Capacity, c.Windows[1].Capacity, c.Agreements[0].MaxUnavailable = 0, 0, Amount{}
	for i := range c.Plans {
		p := &c.Plans[i]
		p.Waves = p.Waves[2:]
		for j := range p.Work {
			w := &p.Work[j]
			w.Bytes, w.DependsOn, w.Minutes, w.Due = 0, nil, 150, instantOf("2026-06-16T02:00:00Z")
		}
	}
}

func chained(_ *Plan, w *Work) {
	if w.DependsOn = nil; w.Asset > 0 {
		w.DependsOn = []int{w.Asset - 1}
	}
}

func oneGroup(c *Client) {
	g := Group{Name: "g", ID: "HAGroup/all", Max: len(c.Assets) / 20, Primary: -1, Soak: hour}
	for i := range c.Assets {
		c.Assets[i].Group = 0
		g.Members = append(g.Members, i)
	}
	c.Groups = []Group{g}
}

// notifyAllOf has the client told of all placements, by index.
func (s *scene) notifyAllOf(out *Schedule) {
	for i := range out.Plans {
		for _, p := range out.Plans[i].Placements {
			var asset, w int
			fmt.Sscanf(p.Asset, "host-%d", &asset)
			if p.Window == "weekend" {
				w = 1
			}
			s.Progress.Notified = append(s.Progress.Notified, Notified{Plan: out.Plans[i].Plan, Asset: asset, Window: w, Occurrence: p.Occurrence, Start: p.Start, End: p.End})
			s.Progress.Pins = append(s.Progress.Pins, Pin{Plan: out.Plans[i].Plan, Asset: asset, Wave: p.Wave})
		}
	}
}

func BenchmarkHard(b *testing.B) {
	for name, harden := range hardships() {
		for _, assets := range []int{10_000, 20_000} {
			b.Run(fmt.Sprintf("%s/%d", name, assets), func(b *testing.B) {
				in := estate(1, assets)
				harden(in, &in.Clients[0])
				for b.Loop() {
					Compute(in)
				}
			})
		}
	}
}

func TestHardEstatesAreSound(t *testing.T) {
	for name, harden := range hardships() {
		t.Run(name, func(t *testing.T) {
			in := estate(1, 150)
			harden(in, &in.Clients[0])
			objections := Verify(in, Compute(in))
			for _, o := range objections[:min(3, len(objections))] {
				t.Error(o)
			}
		})
	}
}

// joined are estates whose clients see each other, by rings or by technicians: one
// component.
func joined(clients, assets int, byHand bool) *Input {
	in := estate(clients, assets)
	in.Shifts = []Shift{{Group: "field", ID: "Shift/_/field", Week: &window.Week{Zone: zoneOf("Europe/Berlin"), Hours: []window.Hours{
		{Days: [7]bool{true, true, true, true, true, true, true}, To: daySeconds},
	}}, Capacity: clients * assets / 20}}
	for i := range in.Clients {
		c := &in.Clients[i]
		for j := range c.Assets {
			c.Assets[j].Shift = []int{0}
		}
		for j := range c.Plans {
			if p := &c.Plans[j]; !byHand {
				p.Ring, p.RingName, p.RingSoak = i%3, fmt.Sprintf("ring-%d", i%3), day
			}
			for k := range c.Plans[j].Work {
				c.Plans[j].Work[k].ByHand = byHand
			}
		}
	}
	return in
}

func BenchmarkJoined(b *testing.B) {
	for _, byHand := range []bool{false, true} {
		for _, clients := range []int{250, 500} {
			b.Run(fmt.Sprintf("byHand=%t/%d", byHand, clients), func(b *testing.B) {
				in := joined(clients, 200, byHand)
				for b.Loop() {
					Compute(in)
				}
			})
		}
	}
}

func TestJoinedEstatesAreSound(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		in := joined(6, 40, byHand)
		objections := Verify(in, Compute(in))
		for _, o := range objections[:min(3, len(objections))] {
			t.Error(o)
		}
	}
}
