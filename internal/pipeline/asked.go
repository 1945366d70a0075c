package pipeline

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
)

// asked is a tree whose rules of one gate are asked again and again while rollouts go on:
// before starts, and before a rollout is recorded as ended.
type asked struct {
	run  *run
	gate gateJudging
	name string
}

// asked reads a tree for a gate; nil where it has no rule of it, neither built in nor its
// own.
func (e *Engine) asked(in Input, gate string) (*asked, error) {
	r := e.run(in)
	r.own = &own{run: r}
	if e.rules.Count(gate) == 0 && !r.own.has(gate) {
		return nil, nil
	}
	if err := r.judge(); err != nil {
		return nil, err
	}
	return &asked{r, gateJudging{e.rules, r.corpus, policy.NewTerms(), r.rulingCorpus()}, gate}, nil
}

// refuses are, for each input, the findings of severity error.
func (s *asked) refuses(inputs []*document.Document, now time.Time) ([][]finding.Finding, error) {
	s.run.in.AsOf = now
	own, err := s.run.own.judgeInputs(s.name, inputs)
	if err != nil {
		return nil, err
	}
	out := make([][]finding.Finding, len(inputs))
	for i, input := range inputs {
		found, _ := s.gate.input(input, input.ID.Client, s.run.corpus.View(input.ID.Client), s.gate.global)
		out[i] = s.errors(append(found, own[i]...))
	}
	return out, nil
}

// errors are the findings that refuse.
func (s *asked) errors(found []finding.Finding) []finding.Finding {
	levels := s.run.levels()
	found = s.run.engine.level(found, levels)
	s.run.engine.relevel(found, levels)
	s.run.waive(found, nil)
	var out []finding.Finding
	for _, f := range finding.Sort(found) {
		if f.Severity == finding.Error && f.WaivedBy == "" {
			out = append(out, f)
		}
	}
	return out
}

// judgeInputs is what own rules of a gate say of each input. What they do not judge, for
// whatever reason, they refuse.
func (o *own) judgeInputs(gate string, inputs []*document.Document) ([][]finding.Finding, error) {
	out := make([][]finding.Finding, len(inputs))
	if !o.has(gate) || len(inputs) == 0 {
		return out, nil
	}
	items := [][]byte{encode(ownItem{Compile: true})}
	for _, input := range inputs {
		items = append(items, encode(ownItem{Input: input}))
	}
	answers, err := o.run.in.Child(ownJob, encode(o.shared()), items)
	if err != nil {
		return nil, err
	}
	broken := o.whyUnjudged(answers[0])
	for i, a := range answers[1:] {
		out[i] = o.judged(gate, a, broken)
	}
	return out, nil
}

// whyUnjudged is why own rules judge nothing; "" they do.
func (o *own) whyUnjudged(compiled Answer) string {
	var said ownAnswer
	switch {
	case o.skipped:
		return "they could not be used when the documents were read"
	case compiled.Problem != "":
		return "their compilation " + compiled.Problem
	case decode(compiled.Output, &said) != nil:
		return "their compilation gave no answer"
	}
	for _, f := range said.Findings {
		if f.Severity == finding.Error {
			return "they do not compile: " + f.Message
		}
	}
	return ""
}

// judged is what own rules say in one answer.
func (o *own) judged(gate string, a Answer, broken string) []finding.Finding {
	var said ownAnswer
	why := broken
	switch {
	case why != "":
	case a.Problem != "":
		why = "the evaluation " + a.Problem
	case decode(a.Output, &said) != nil:
		why = "the evaluation gave no answer"
	default:
		why = said.Unjudged
	}
	if why != "" {
		return []finding.Finding{limit("policy/evaluate", "policies", "own rules of the "+gate+" gate cannot be asked: "+why)}
	}
	return said.Findings
}
