package pipeline

import (
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/rollout"
)

// rolloutInput is what rules of the rollout gate judge (#RolloutInput): the
// rollout of one plan at one client, without what it does not say.
func rolloutInput(s *rollout.PlanSchedule) document.Value {
	r := fields(11)
	r.text("client", s.Client)
	r.text("plan", s.Plan)
	r.set("waves", list(s.Waves, waveValue))
	r.set("placements", placementValues(s.Placements))
	r.set("unplaced", list(s.Unplaced, unplacedValue))
	r.set("excluded", list(s.Excluded, excludedValue))
	r.set("cost", costValue(s.Cost))
	r.set("notices", list(s.Notices, noticeValue))
	r.instant("mergeBy", s.MergeBy)
	r.set("slaBreaches", list(s.Breaches, breachValue))
	if len(s.Remarks) > 0 {
		r.set("remarks", list(s.Remarks, remarkValue))
	}
	return r.value()
}

func waveValue(w *rollout.WaveSchedule) document.Value {
	r := fields(7)
	r.text("name", w.Name)
	r.number("assets", int64(w.Assets))
	r.number("placed", int64(w.Placed))
	r.number("stragglers", int64(w.Stragglers))
	r.instant("gateOpens", w.GateOpens)
	r.instant("plannedStart", w.PlannedStart)
	r.instant("plannedEnd", w.PlannedEnd)
	return r.value()
}

// placementValues lets neighbours share what is the same in both, for which the
// judgement has one term: most have the patches and the rejections of the one before.
func placementValues(placements []rollout.Placement) document.Value {
	out := document.Value{Kind: document.List, Items: make([]document.Value, len(placements))}
	var patches, rejected document.Value
	for i := range placements {
		p := &placements[i]
		if i == 0 || !slices.Equal(p.Patches, placements[i-1].Patches) {
			patches = list(p.Patches, textValue)
		}
		if i == 0 || !slices.Equal(p.Rejected, placements[i-1].Rejected) {
			rejected = list(p.Rejected, rejectionValue)
		}
		out.Items[i] = placementValue(p, patches, rejected)
	}
	return out
}

func placementValue(p *rollout.Placement, patches, rejected document.Value) document.Value {
	r := fields(13)
	r.text("asset", p.Asset)
	r.text("wave", p.Wave)
	r.text("window", p.Window)
	r.instant("occurrence", p.Occurrence)
	r.instant("start", p.Start)
	r.instant("end", p.End)
	r.set("patches", patches)
	r.number("risk", int64(p.Risk))
	r.instant("due", p.Due)
	r.set("notified", document.Value{Kind: document.Bool, Bool: p.Notified})
	r.text("moved", string(p.Moved))
	r.text("binding", string(p.Binding))
	r.set("rejected", rejected)
	return r.value()
}

func rejectionValue(j *rollout.Rejection) document.Value {
	r := fields(5)
	r.text("window", j.Window)
	r.instant("start", j.Start)
	r.text("code", string(j.Code))
	r.text("by", j.By)
	r.number("count", int64(j.Count))
	return r.value()
}

func unplacedValue(u *rollout.Unplaced) document.Value {
	r := fields(10)
	r.text("asset", u.Asset)
	r.text("wave", u.Wave)
	r.text("code", string(u.Code))
	r.text("by", u.By)
	if u.Code == rollout.WindowTooShort {
		r.text("needs", duration(u.Needs))
		r.text("has", duration(u.Has))
	}
	r.instant("due", u.Due)
	r.set("tried", list(u.Tried, rejectionValue))
	if c := u.Counterfactual; c != nil && c.Document != "" {
		r.set("counterfactual", counterfactualValue(c))
	}
	r.text("sameAs", u.SameAs)
	return r.value()
}

func counterfactualValue(c *rollout.Counterfactual) document.Value {
	r, places := fields(7), fields(2)
	r.text("document", c.Document)
	r.text("path", c.Path)
	r.text("from", c.From)
	r.text("to", c.To)
	r.text("text", c.Text)
	places.text("window", c.Window)
	places.instant("start", c.Start)
	r.set("places", places.value())
	r.set("verified", document.Value{Kind: document.Bool, Bool: c.Verified})
	return r.value()
}

func excludedValue(e *rollout.Excluded) document.Value {
	r := fields(3)
	r.text("asset", e.Asset)
	r.text("code", string(e.Code))
	r.text("by", e.By)
	return r.value()
}

func costValue(c rollout.Cost) document.Value {
	r, seconds := fields(3), fields(3)
	r.text("currency", c.Currency)
	r.number("amount", c.Amount)
	seconds.number("regular", c.Regular)
	seconds.number("afterHours", c.AfterHours)
	seconds.number("holiday", c.Holiday)
	r.set("seconds", seconds.value())
	return r.value()
}

func noticeValue(n *rollout.Notice) document.Value {
	r := fields(7)
	r.text("contact", n.Contact)
	r.set("channels", list(n.Channels, textValue))
	r.text("phone", n.Phone)
	r.text("window", n.Window)
	r.instant("occurrence", n.Occurrence)
	r.number("assets", int64(n.Assets))
	r.instant("sendBy", n.SendBy)
	return r.value()
}

func breachValue(b *rollout.Breach) document.Value {
	r := fields(3)
	r.text("asset", b.Asset)
	r.instant("due", b.Due)
	r.instant("placedEnd", b.PlacedEnd)
	return r.value()
}

func remarkValue(m *rollout.Remark) document.Value {
	r := fields(3)
	r.text("id", m.ID)
	r.text("wave", m.Wave)
	r.text("text", m.Text)
	return r.value()
}

// duration is seconds in ISO 8601, in whole minutes where it can be.
func duration(seconds int64) string {
	if seconds%60 == 0 {
		return "PT" + strconv.FormatInt(seconds/60, 10) + "M"
	}
	return "PT" + strconv.FormatInt(seconds, 10) + "S"
}
