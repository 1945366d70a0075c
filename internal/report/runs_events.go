package report

import (
	"strings"

	"github.com/patchops/patchops/internal/runner"
)

// jsonEvent is one line of `run --format json`.
type jsonEvent struct {
	Event   string  `json:"event"`
	At      string  `json:"at"`
	Plan    *string `json:"plan"`
	Wave    *string `json:"wave"`
	Asset   *string `json:"asset"`
	Segment *string `json:"segment,omitempty"`
	State   *string `json:"state"`
	Text    *string `json:"text"`
}

// EventValue is something that happened, as `run --format json` prints it.
func EventValue(e runner.Event) any {
	return jsonEvent{e.Kind, utc(e.At), optional(EventPlan(e)), optional(e.Wave), optional(e.Asset), optional(e.Segment), optional(e.State), optional(legible(e.Text))}
}

// EventPlan is "CLIENT/PLAN", or the client where no plan is meant.
func EventPlan(e runner.Event) string {
	if e.Client == "" || strings.HasPrefix(e.Plan, e.Client+"/") {
		return e.Plan
	}
	return strings.TrimSuffix(e.Client+"/"+e.Plan, "/")
}

// EventLine is something that happened in one line, for people.
func EventLine(e runner.Event) string {
	words := []string{utc(e.At)}
	if plan := EventPlan(e); plan != "" {
		words = append(words, plan)
	}
	for _, w := range []string{e.Wave, e.Asset, e.Kind, e.Segment} {
		if w != "" {
			words = append(words, w)
		}
	}
	line := strings.Join(words, " ")
	if e.State != "" {
		line += " " + wordsOf(e.State)
	}
	if e.Text != "" {
		line += ": " + e.Text
	}
	return Display(line)
}
