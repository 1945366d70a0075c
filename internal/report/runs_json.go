package report

import (
	"strings"

	"github.com/patchops/patchops/internal/progress"
)

type jsonRuns struct {
	AsOf string    `json:"asOf"`
	Runs []jsonRun `json:"runs"`
}

type jsonRun struct {
	Plan    string        `json:"plan"`
	Run     string        `json:"run"`
	State   string        `json:"state"`
	Outcome *string       `json:"outcome"`
	Begun   string        `json:"begun"`
	Ended   *string       `json:"ended"`
	Commit  string        `json:"commit"`
	Hosts   jsonCounts    `json:"hosts"`
	Reached jsonReached   `json:"timeToPatch"`
	Hold    *jsonHold     `json:"hold"`
	Stops   []jsonHold    `json:"stops"`
	Waves   []jsonRunWave `json:"waves"`
	Assets  []jsonRunHost `json:"assets"`
	Waits   []jsonWait    `json:"waits"`
	Unblock []string      `json:"unblock"`
}

type jsonCounts struct {
	All      int `json:"all"`
	Done     int `json:"done"`
	InFlight int `json:"inFlight"`
	Failed   int `json:"failed"`
	LeftOut  int `json:"leftOut"`
}

type jsonHold struct {
	Kind   string  `json:"kind"`
	Wave   *string `json:"wave"`
	Person string  `json:"person"`
	Reason string  `json:"reason"`
	At     string  `json:"at"`
}

type jsonRunWave struct {
	Name     string            `json:"name"`
	State    string            `json:"state"`
	Pause    *string           `json:"pause"`
	Why      *string           `json:"why"`
	Since    *string           `json:"since"`
	Hosts    jsonCounts        `json:"hosts"`
	Failures int64             `json:"failures"`
	Budget   int64             `json:"budget"`
	Gates    map[string]string `json:"gates"`
}

type jsonRunHost struct {
	Asset   string  `json:"asset"`
	Wave    string  `json:"wave"`
	State   string  `json:"state"`
	Attempt int64   `json:"attempt"`
	Segment *string `json:"segment"`
	Step    *string `json:"step"`
	Class   *string `json:"class"`
	Code    *string `json:"code"`
	Why     *string `json:"why"`
	Planned *string `json:"plannedStart"`
	Retry   *string `json:"retry"`
	Overrun bool    `json:"overrun"`
}

type jsonWait struct {
	Wave  *string `json:"wave"`
	Asset *string `json:"asset"`
	Code  string  `json:"code"`
	Why   string  `json:"why"`
	Until *string `json:"until"`
}

func (c hostCounts) value() jsonCounts {
	return jsonCounts{c.all, c.done, c.inFlight, c.failed, c.other}
}

func optionalInstant(t int64) *string {
	if t == 0 {
		return nil
	}
	text := utc(t)
	return &text
}

func (r Runs) value(v runView) jsonRun {
	out := jsonRun{
		Plan: legible(v.name), Run: v.ID, State: v.state, Outcome: optional(v.Outcome), Begun: utc(v.Began), Ended: optionalInstant(v.Ended),
		Commit: v.Commit, Hosts: v.counts.value(), Reached: reachedValue(v.Run), Waves: []jsonRunWave{}, Assets: []jsonRunHost{}, Unblock: append([]string{}, v.ways...), Stops: each(v.stops, stopValue),
		Waits: each(v.waits, waitValue),
	}
	if h := v.Hold; h != nil {
		hold := stopValue(*h)
		out.Hold = &hold
	}
	for _, w := range v.waves {
		gates := w.Gates
		if gates == nil {
			gates = map[string]string{}
		}
		out.Waves = append(out.Waves, jsonRunWave{
			w.Name, string(w.State), optional(w.Pause), optional(legible(w.PauseWhy)), optionalInstant(w.Since), w.hosts.value(), w.Failing(), w.Budget, gates,
		})
	}
	for _, h := range v.hosts {
		out.Assets = append(out.Assets, r.hostValue(v.Run, h))
	}
	return out
}

func (r Runs) hostValue(run *progress.Run, h *progress.Host) jsonRunHost {
	why := h.Why
	if f := FailureWords(h); f != "" {
		why = strings.Trim(f+"; "+why, "; ")
	}
	out := jsonRunHost{
		Asset: legible(h.Asset), Wave: h.Wave, State: string(h.State), Attempt: h.Attempt, Segment: optional(string(h.Segment)), Class: optional(h.Class),
		Code: optional(string(h.Code)), Why: optional(legible(why)), Retry: optionalInstant(h.Retry), Overrun: h.Overrun,
	}
	if h.Key != "" {
		out.Step = optional(r.State.Live[h.Key])
	}
	if run.Schedule != nil {
		out.Planned = optionalInstant(run.Schedule.Placements[h.Asset].Start)
	}
	return out
}

func stopValue(h progress.Stop) jsonHold {
	return jsonHold{string(h.Kind), optional(h.Wave), legible(h.Person), legible(h.Reason), utc(h.At)}
}

func waitValue(w progress.Wait) jsonWait {
	return jsonWait{optional(w.Wave), optional(w.Asset), string(w.Code), legible(w.Why), optionalInstant(w.Until)}
}

// RunsValue is how rollouts stand, as JSON has it.
func RunsValue(r Runs) any { return each(r.views(), r.value) }
