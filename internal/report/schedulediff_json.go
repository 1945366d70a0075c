package report

import "github.com/patchops/patchops/internal/rollout"

// ScheduleChangeJSON is a ScheduleChange as a value to be written as JSON.
type ScheduleChangeJSON struct {
	Before jsonTotals           `json:"before"`
	After  jsonTotals           `json:"after"`
	Plans  []jsonPlanDifference `json:"plans"`
}

type jsonTotals struct {
	ScheduleDigest    *string `json:"scheduleDigest"`
	MissedRisk        int64   `json:"missedRisk"`
	ExposureRiskHours int64   `json:"exposureRiskHours"`
	Placed            int     `json:"placed"`
	Unplaced          int     `json:"unplaced"`
	Breaches          int     `json:"slaBreaches"`
}

type jsonPlanDifference struct {
	Client   string           `json:"client"`
	Plan     string           `json:"plan"`
	New      bool             `json:"new"`
	Gone     bool             `json:"gone"`
	Added    []jsonHostPlace  `json:"added"`
	Removed  []jsonHostPlace  `json:"removed"`
	Moved    []jsonHostMove   `json:"moved"`
	Unplaced []jsonHostReason `json:"unplaced"`
	Solved   []jsonHostPlace  `json:"solved"`
	Breaches []jsonHostBreach `json:"newBreaches"`
	Mended   []jsonHostBreach `json:"solvedBreaches"`
	Cost     jsonCostChange   `json:"cost"`
}

type jsonHostPlace struct {
	Asset  string  `json:"asset"`
	Wave   *string `json:"wave"`
	Window *string `json:"window"`
	Start  *string `json:"start"`
	End    *string `json:"end"`
	Code   *string `json:"code"`
}

type jsonHostMove struct {
	Asset string        `json:"asset"`
	From  jsonHostPlace `json:"from"`
	To    jsonHostPlace `json:"to"`
}

type jsonHostReason struct {
	Asset string  `json:"asset"`
	Was   *string `json:"was"`
	Code  string  `json:"code"`
	By    *string `json:"by"`
}

type jsonHostBreach struct {
	Asset     string  `json:"asset"`
	Due       *string `json:"due"`
	PlacedEnd *string `json:"placedEnd"`
}

type jsonCostChange struct {
	Before *jsonAmount `json:"before"`
	After  *jsonAmount `json:"after"`
}

type jsonAmount struct {
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
}

// Value is the difference as a value to be written as JSON. Keys are always
// there; null stands for what is not.
func (c *ScheduleChange) Value() ScheduleChangeJSON {
	out := ScheduleChangeJSON{Before: c.Before.value(), After: c.After.value(), Plans: []jsonPlanDifference{}}
	for i := range c.Plans {
		d := &c.Plans[i]
		out.Plans = append(out.Plans, jsonPlanDifference{
			Client: legible(d.Client), Plan: legible(d.Plan), New: d.New, Gone: d.Gone,
			Added: each(d.Added, HostPlace.value), Removed: each(d.Removed, HostPlace.value), Solved: each(d.Solved, HostPlace.value),
			Moved:    each(d.Moved, func(m HostMove) jsonHostMove { return jsonHostMove{legible(m.Asset), m.From.value(), m.To.value()} }),
			Unplaced: each(d.Unplaced, HostUnplaced.value), Breaches: each(d.Breaches, breachValue), Mended: each(d.Mended, breachValue),
			Cost: jsonCostChange{amountValue(d.Cost[0]), amountValue(d.Cost[1])},
		})
	}
	return out
}

func (t Totals) value() jsonTotals {
	return jsonTotals{optional(t.Digest), t.MissedRisk, t.ExposureRiskHours, t.Placed, t.Unplaced, t.Breaches}
}

func (h HostPlace) value() jsonHostPlace {
	return jsonHostPlace{legible(h.Asset), optional(h.Wave), optional(h.Window), instant(h.Start), instant(h.End), optional(string(h.Code))}
}

func (u HostUnplaced) value() jsonHostReason {
	return jsonHostReason{legible(u.Asset), optional(string(u.Was)), string(u.Code), optional(u.By)}
}

func breachValue(b rollout.Breach) jsonHostBreach {
	return jsonHostBreach{legible(b.Asset), instant(b.Due), instant(b.PlacedEnd)}
}

func amountValue(c rollout.Cost) *jsonAmount {
	if c.Currency == "" {
		return nil
	}
	return &jsonAmount{legible(c.Currency), c.Amount}
}
