package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/patchops/patchops/internal/change"
)

// PlanReviews is how the changes stand that touch a plan at a client.
type PlanReviews struct {
	Client, Plan string
	File         string // in the authorised tip; "" where it is not in it
	RulesCommit  string // the authorised tip
	NoRoot       bool
	Reviews      []Review
	// Runs is how its rollout stands, by the log; nil where no log can be believed.
	Runs *Runs
}

type jsonPlanReviews struct {
	Plan        string       `json:"plan"`
	File        *string      `json:"file"`
	RulesCommit string       `json:"rulesCommit"`
	RootOfTrust bool         `json:"rootOfTrust"`
	Changes     []jsonReview `json:"changes"`
	Rollout     *jsonRun     `json:"rollout"`
	Stops       []jsonHold   `json:"stops"`
	Waits       []jsonWait   `json:"waits"`
}

// WritePlanReviews prints them.
func WritePlanReviews(w io.Writer, format string, p PlanReviews, o Options) error {
	if format == "json" {
		out := jsonPlanReviews{
			Plan: legible(p.Client + "/" + p.Plan), File: optional(p.File), RulesCommit: p.RulesCommit, RootOfTrust: !p.NoRoot,
			Changes: each(p.Reviews, Review.value), Rollout: p.Runs.only(), Stops: []jsonHold{}, Waits: []jsonWait{},
		}
		if p.Runs != nil {
			out.Stops, out.Waits = each(p.Runs.State.Stops[p.Runs.Plan], stopValue), each(p.Runs.waitsOf(p.Runs.Plan), waitValue)
		}
		return encode(w, out)
	}
	var b bytes.Buffer
	where := "is not in " + change.Short(p.RulesCommit)
	if p.File != "" {
		where = fmt.Sprintf("is in %s of %s", p.File, change.Short(p.RulesCommit))
	}
	if p.NoRoot {
		where += ", which is the tip of its branch: this machine has no root of trust"
	} else {
		where += ", the authorised tip"
	}
	show := Display
	if format == "markdown" {
		show = markdown
	}
	fmt.Fprintf(&b, "plan %s %s\n", show(p.Client+"/"+p.Plan), show(where))
	if len(p.Reviews) == 0 {
		fmt.Fprintln(&b, "no open change touches it")
	}
	for _, r := range p.Reviews {
		b.WriteByte('\n')
		if err := WriteReview(&b, format, r, o); err != nil {
			return err
		}
	}
	if p.Runs != nil {
		b.WriteByte('\n')
		if err := WriteRuns(&b, "text", *p.Runs, o); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// only is the rollout that was asked for, nil where none began.
func (r *Runs) only() *jsonRun {
	if r == nil {
		return nil
	}
	views := r.views()
	if len(views) == 0 {
		return nil
	}
	v := r.value(views[0])
	return &v
}
