package rollout

import (
	"cmp"
	"slices"
)

// verifyObjective recomputes what the schedule was chosen by, and the breaches.
func (v *verifier) verifyObjective() {
	var want Objective
	for _, c := range v.clients {
		for i := range c.plans {
			v.addPlan(c, &c.plans[i], &want)
		}
	}
	got := v.schedule.Objective
	if got.LowerBound < 0 || got.LowerBound > got.MissedRisk {
		v.object(nil, "", "", "", "the lower bound is %d, wanted 0 to %d", got.LowerBound, got.MissedRisk)
	}
	want.LowerBound = got.LowerBound
	if got != want {
		v.object(nil, "", "", "", "the objective is %+v, wanted %+v", got, want)
	}
}

// addPlan adds one plan's part to the objective, and checks its breaches.
func (v *verifier) addPlan(c *verifiedClient, p *verifiedPlan, sum *Objective) {
	var breaches []Breach
	for i := range p.Work {
		w := &p.Work[i]
		end, placedEnd := v.in.AsOf+v.in.Horizon, int64(0)
		told := c.notified[planAsset{p.Name, w.Asset}]
		if s := p.session[i]; s >= 0 {
			x := &c.sessions[s]
			end, placedEnd = x.end, x.end
			if w.Reboots {
				sum.Reboots++
			}
			if x.place.Moved != "" {
				sum.Moved++
			}
		} else if told != nil {
			sum.Moved++
		}
		if placedEnd == 0 || w.Due > 0 && placedEnd > w.Due {
			sum.MissedRisk += int64(max(1, w.Risk))
		}
		if w.Due > 0 && (placedEnd == 0 || placedEnd > w.Due) {
			breaches = append(breaches, Breach{Asset: c.Assets[w.Asset].Name, Due: w.Due, PlacedEnd: placedEnd})
		}
		sum.ExposureRiskHours += int64(w.Risk) * ((end - v.in.AsOf) / 3600)
	}
	sum.Cost += p.schedule.Cost.Amount
	slices.SortFunc(breaches, func(a, b Breach) int { return cmp.Compare(a.Asset, b.Asset) })
	if !slices.Equal(p.schedule.Breaches, breaches) {
		v.object(c.Client, p.Name, "", "", "the breaches are %v, wanted %v", p.schedule.Breaches, breaches)
	}
}
