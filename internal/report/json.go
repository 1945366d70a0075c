package report

import (
	"io"

	"github.com/patchops/patchops/internal/finding"
)

// The JSON shape is a contract (`check --format json`). Keys are always there:
// null stands for no commit, no document, a global document's client and no
// waiver; an unknown line or column is 0, an absent path or hint "".
type jsonCheck struct {
	Commit    *string       `json:"commit"`
	AsOf      string        `json:"asOf"`
	Tzdata    string        `json:"tzdata"`
	Summary   jsonSummary   `json:"summary"`
	Truncated bool          `json:"truncated"` // fewer findings listed than the summary counts
	Findings  []jsonFinding `json:"findings"`
	// Effect and Schedule are only there with a base.
	Effect   *EffectSummary      `json:"effect,omitempty"`
	Schedule *ScheduleChangeJSON `json:"schedule,omitempty"`
}

type jsonSummary struct {
	Documents int `json:"documents"`
	Rules     int `json:"rules"`
	Errors    int `json:"errors"`
	Warnings  int `json:"warnings"`
	Notes     int `json:"notes"`
	Waived    int `json:"waived"`
}

type jsonFinding struct {
	ID          string        `json:"id"`
	Severity    string        `json:"severity"`
	Message     string        `json:"message"`
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Column      int           `json:"column"`
	Document    *jsonDocument `json:"document"`
	Path        string        `json:"path"`
	Hint        string        `json:"hint"`
	Fingerprint string        `json:"fingerprint"`
	Related     []jsonRelated `json:"related"`
	WaivedBy    *string       `json:"waivedBy"`
}

type jsonDocument struct {
	Kind   string  `json:"kind"`
	Client *string `json:"client"`
	Name   string  `json:"name"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func writeJSON(w io.Writer, v view) error {
	c := v.counts
	out := jsonCheck{
		Commit: v.Commit, AsOf: v.AsOf, Tzdata: v.Tzdata, Truncated: v.truncated(),
		Summary:  jsonSummary{v.Documents, v.Rules, c.Errors, c.Warnings, c.Notes, c.Waived},
		Findings: make([]jsonFinding, 0, len(v.shown)),
	}
	for _, f := range v.shown {
		out.Findings = append(out.Findings, toJSON(f))
	}
	if v.Effect != nil {
		summary := SummaryOfEffect(v.Effect)
		out.Effect = &summary
	}
	if v.Schedule != nil {
		change := v.Schedule.Value()
		out.Schedule = &change
	}
	return encode(w, out)
}

func toJSON(f finding.Finding) jsonFinding {
	j := jsonFinding{
		ID: legible(f.ID), Severity: legible(string(f.Severity)), Message: legible(f.Message),
		File: legible(f.File), Line: f.Line, Column: f.Column,
		Path: legible(f.Path), Hint: legible(f.Hint), Fingerprint: f.Fingerprint(),
		Related: make([]jsonRelated, 0, len(f.Related)), WaivedBy: optional(f.WaivedBy),
	}
	if d := f.Document; !d.IsZero() {
		j.Document = &jsonDocument{legible(d.Kind), optional(d.Client), legible(d.Name)}
	}
	for _, r := range f.Related {
		j.Related = append(j.Related, jsonRelated{legible(r.File), r.Line, r.Column, legible(r.Message)})
	}
	return j
}
