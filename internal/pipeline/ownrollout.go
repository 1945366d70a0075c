package pipeline

import (
	"bytes"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// ownRollout is the rollout of one plan at one client, to be judged by own rules.
type ownRollout struct {
	schedule *rollout.PlanSchedule
	plan     *corpus.Entry
	verdict  *Verdict // of the client
}

// judgeRollouts adds what own rules of the rollout gate say to the verdicts of
// clients. Their modules were vetted when the documents were judged; where that
// failed there is a finding, and nothing is judged here.
func (o *own) judgeRollouts(rollouts []ownRollout) error {
	if o.skipped || len(rollouts) == 0 || !o.has(rolloutGate) {
		return nil
	}
	items := [][]byte{encode(ownItem{Compile: true})}
	inputs := make([]*document.Document, len(rollouts))
	for i, r := range rollouts {
		inputs[i] = rolloutDocument(r.schedule)
		items = append(items, encode(ownItem{Input: inputs[i]}))
	}
	answers, err := o.run.in.Child(ownJob, encode(o.shared()), items)
	if err != nil || o.take(answers[0], nil, "policies") == nil {
		return err
	}
	for i, r := range rollouts {
		a := o.take(answers[i+1], r.plan, "")
		for _, f := range a.Findings {
			r.verdict.Findings = append(r.verdict.Findings, declared(f, &inputs[i].Root, r.plan.Document()))
		}
		r.verdict.Evaluated += a.Evaluated
		r.verdict.Read = join(r.verdict.Read, a.Read)
	}
	return nil
}

// has reports whether some own rule may be of a gate.
func (o *own) has(gate string) bool {
	return slices.ContainsFunc(o.run.in.ruling().Policies, func(s Source) bool { return bytes.Contains(s.Bytes, []byte("schema."+gate)) })
}

// rolloutDocument is the input of the rollout gate as what rules judge.
func rolloutDocument(s *rollout.PlanSchedule) *document.Document {
	return &document.Document{ID: finding.Identity{Kind: rolloutGate, Client: s.Client, Name: s.Plan}, Root: rolloutInput(s)}
}

// judgeInput is the child's side.
func (j *ownJudge) judgeInput(input *document.Document) ownAnswer {
	if j.corpus == nil {
		j.setUp()
	}
	if j.rules == nil {
		return ownAnswer{Unjudged: "they do not compile"}
	}
	view := j.corpus.View(input.ID.Client)
	found, evaluated := j.rules.Judge(input, data{view, j.terms, j.terms, j.ruling})
	why := ""
	if view.Broken() {
		found, why = nil, "they met a document that is broken"
	}
	return ownAnswer{Findings: found, Evaluated: evaluated, Read: view.Dependencies(), Unjudged: why}
}
