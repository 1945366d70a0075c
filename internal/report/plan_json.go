package report

import (
	"io"

	"github.com/patchops/patchops/internal/rollout"
)

// The JSON shape is a contract (`plan --format json`): asOf, commit,
// scheduleDigest, granted, objective, plans, change. Keys are always there; null
// stands for no commit, no instant, no code and nobody behind it.

type jsonObjective struct {
	MissedRisk        int64 `json:"missedRisk"`
	LowerBound        int64 `json:"lowerBound"`
	ExposureRiskHours int64 `json:"exposureRiskHours"`
	Moved             int64 `json:"moved"`
	Cost              int64 `json:"cost"`
	Reboots           int64 `json:"reboots"`
}

type jsonRollout struct {
	Client      string          `json:"client"`
	Plan        string          `json:"plan"`
	Zone        string          `json:"zone"`
	Waves       []jsonWave      `json:"waves"`
	Placements  []jsonPlacement `json:"placements"`
	Unplaced    []jsonUnplaced  `json:"unplaced"`
	Excluded    []jsonExcluded  `json:"excluded"`
	Cost        *jsonCost       `json:"cost"`
	Notices     []jsonNotice    `json:"notices"`
	MergeBy     *string         `json:"mergeBy"`
	SLABreaches []jsonBreach    `json:"slaBreaches"`
	Remarks     []jsonRemark    `json:"remarks"`
}

type jsonWave struct {
	Name         string  `json:"name"`
	Assets       int     `json:"assets"`
	Placed       int     `json:"placed"`
	Stragglers   int     `json:"stragglers"`
	GateOpens    *string `json:"gateOpens"`
	PlannedStart *string `json:"plannedStart"`
	PlannedEnd   *string `json:"plannedEnd"`
}

type jsonPlacement struct {
	Asset      string          `json:"asset"`
	Wave       string          `json:"wave"`
	Window     string          `json:"window"`
	Occurrence string          `json:"occurrence"`
	Start      string          `json:"start"`
	End        string          `json:"end"`
	StartLocal string          `json:"startLocal"`
	EndLocal   string          `json:"endLocal"`
	Patches    []string        `json:"patches"`
	Risk       int             `json:"risk"`
	Due        *string         `json:"due"`
	Notified   bool            `json:"notified"`
	Moved      *string         `json:"moved"`
	Binding    *string         `json:"binding"`
	Rejected   []jsonRejection `json:"rejected"`
}

type jsonRejection struct {
	Window string  `json:"window"`
	Start  string  `json:"start"`
	Code   string  `json:"code"`
	By     *string `json:"by"`
	Count  int     `json:"count"`
}

type jsonUnplaced struct {
	Asset          string              `json:"asset"`
	Wave           string              `json:"wave"`
	Code           string              `json:"code"`
	By             *string             `json:"by"`
	Needs          *string             `json:"needs"`
	Has            *string             `json:"has"`
	Risk           int                 `json:"risk"`
	Due            *string             `json:"due"`
	Patches        []string            `json:"patches"`
	Tried          []jsonRejection     `json:"tried"`
	Counterfactual *jsonCounterfactual `json:"counterfactual"`
	SameAs         *string             `json:"sameAs"`
}

type jsonCounterfactual struct {
	Document *string     `json:"document"`
	Path     *string     `json:"path"`
	From     *string     `json:"from"`
	To       *string     `json:"to"`
	Text     string      `json:"text"`
	Places   *jsonPlaces `json:"places"`
	Verified bool        `json:"verified"`
}

type jsonPlaces struct {
	Window string `json:"window"`
	Start  string `json:"start"`
}

type jsonExcluded struct {
	Asset string  `json:"asset"`
	Code  string  `json:"code"`
	By    *string `json:"by"`
}

type jsonCost struct {
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
}

type jsonNotice struct {
	Contact    string   `json:"contact"`
	Channels   []string `json:"channels"`
	Phone      *string  `json:"phone"`
	Window     string   `json:"window"`
	Occurrence string   `json:"occurrence"`
	Assets     int      `json:"assets"`
	SendBy     string   `json:"sendBy"`
}

type jsonBreach struct {
	Asset     string  `json:"asset"`
	Due       string  `json:"due"`
	PlacedEnd *string `json:"placedEnd"`
}

type jsonRemark struct {
	ID   string  `json:"id"`
	Wave *string `json:"wave"`
	Text string  `json:"text"`
}

// instant is an instant, null where there is none.
func instant(t int64) *string {
	if t == 0 {
		return nil
	}
	return optional(utc(t))
}

func (v *planView) writeJSON(out io.Writer) error {
	s, j := v.Schedule, newStream(out)
	j.field("asOf", utc(s.AsOf))
	j.field("commit", v.Commit)
	j.field("scheduleDigest", s.Digest)
	j.field("granted", v.Input.Granted)
	j.field("objective", jsonObjective(s.Objective))
	j.list("plans", len(v.Shown), 1, alone(func(i int) any { return v.rollout(&v.Shown[i]) }))
	if v.Change != nil {
		j.field("change", v.Change.JSON)
	} else {
		j.field("change", nil)
	}
	return j.end()
}

func (v *planView) rollout(p *rollout.PlanSchedule) jsonRollout {
	j := jsonRollout{
		Client: legible(p.Client), Plan: legible(p.Plan), Zone: v.zone(p.Client).String(), Waves: []jsonWave{},
		Placements: make([]jsonPlacement, 0, len(p.Placements)), Unplaced: []jsonUnplaced{}, Excluded: []jsonExcluded{},
		Notices: []jsonNotice{}, MergeBy: instant(p.MergeBy), SLABreaches: []jsonBreach{}, Remarks: []jsonRemark{},
	}
	if p.Cost.Currency != "" {
		j.Cost = &jsonCost{legible(p.Cost.Currency), p.Cost.Amount}
	}
	for _, w := range p.Waves {
		j.Waves = append(j.Waves, jsonWave{legible(w.Name), w.Assets, w.Placed, w.Stragglers, instant(w.GateOpens), instant(w.PlannedStart), instant(w.PlannedEnd)})
	}
	for _, s := range p.Placements {
		j.Placements = append(j.Placements, v.placement(p.Client, s))
	}
	for _, u := range p.Unplaced {
		j.Unplaced = append(j.Unplaced, jsonOfUnplaced(u))
	}
	for _, e := range p.Excluded {
		j.Excluded = append(j.Excluded, jsonExcluded{legible(e.Asset), string(e.Code), optional(e.By)})
	}
	for _, n := range p.Notices {
		j.Notices = append(j.Notices, jsonNotice{legible(n.Contact), nonNil(n.Channels), optional(n.Phone), legible(n.Window), utc(n.Occurrence), n.Assets, utc(n.SendBy)})
	}
	for _, b := range p.Breaches {
		j.SLABreaches = append(j.SLABreaches, jsonBreach{legible(b.Asset), utc(b.Due), instant(b.PlacedEnd)})
	}
	for _, r := range p.Remarks {
		j.Remarks = append(j.Remarks, jsonRemark{r.ID, optional(r.Wave), legible(r.Text)})
	}
	return j
}

func (v *planView) placement(client string, s rollout.Placement) jsonPlacement {
	zone := v.zone(client)
	return jsonPlacement{
		Asset: legible(s.Asset), Wave: legible(s.Wave), Window: legible(s.Window), Occurrence: utc(s.Occurrence),
		Start: utc(s.Start), End: utc(s.End), StartLocal: local(s.Start, zone), EndLocal: local(s.End, zone),
		Patches: nonNil(s.Patches), Risk: s.Risk, Due: instant(s.Due), Notified: s.Notified,
		Moved: optional(string(s.Moved)), Binding: optional(string(s.Binding)), Rejected: rejections(s.Rejected),
	}
}

func rejections(list []rollout.Rejection) []jsonRejection {
	out := []jsonRejection{}
	for _, r := range list {
		out = append(out, jsonRejection{legible(r.Window), utc(r.Start), string(r.Code), optional(r.By), r.Count})
	}
	return out
}

func jsonOfUnplaced(u rollout.Unplaced) jsonUnplaced {
	j := jsonUnplaced{
		Asset: legible(u.Asset), Wave: legible(u.Wave), Code: string(u.Code), By: optional(u.By), Risk: u.Risk, Due: instant(u.Due),
		Patches: nonNil(u.Patches), Tried: rejections(u.Tried), SameAs: optional(u.SameAs), Counterfactual: jsonOfCounterfactual(u.Counterfactual),
	}
	if u.Needs > 0 {
		j.Needs, j.Has = optional(isoMinutes(u.Needs)), optional(isoMinutes(u.Has))
	}
	return j
}

func jsonOfCounterfactual(c *rollout.Counterfactual) *jsonCounterfactual {
	if c == nil {
		return nil
	}
	j := &jsonCounterfactual{
		Document: optional(c.Document), Path: optional(c.Path), From: optional(c.From), To: optional(c.To), Text: legible(c.Text), Verified: c.Verified,
	}
	if c.Window != "" {
		j.Places = &jsonPlaces{legible(c.Window), utc(c.Start)}
	}
	return j
}
