package pipeline

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
)

// changeGate is the gate whose input is a change as a whole.
const changeGate = "change"

// Proposed is what the change gate judges beside the trees that were checked.
type Proposed struct {
	Change      string // the branch, or "#41"
	Head        string // commit; "" for a work tree
	Base        string // commit that it is compared with
	RulesCommit string // whose rules judge; "" for Base
	Effect      *effect.Effect
	// Author and Contributors are names of Persons; Unknown are commits.
	Author       string
	Contributors []string
	Unknown      []string
	// Decision is what people said; nil where nobody was asked yet, so that rules
	// about approvals are silent.
	Decision *Decision
}

// Decision is what people said to a change, and what follows.
type Decision struct {
	Approvals []Approval // oldest first
	Verdict   string     // approved, pending, rejected, error
}

// Approval is what one person said, as rules see it.
type Approval struct {
	Person  string
	Groups  []string
	Verdict string // approved, rejected
	AsOf    time.Time
	Head    string
	Effect  string // the digest
	Signed  bool
	Counts  bool
	Why     string // it does not count; one of #Approval's words
	Reason  string
	Contact string // whose word it passes on; "" for the person's own
}

// JudgeChange judges a change by the rules of its gate, built-in and own, of the
// tree that rules. The outcome is that of a check of the tree that would land,
// with a base, and with Compare where rules shall see rollouts. Levels and
// waivers are applied. What does not depend on approvals comes out the same with
// and without a Decision.
func (e *Engine) JudgeChange(out *Outcome, p Proposed) ([]finding.Finding, error) {
	if out.run.before == nil || p.Effect == nil {
		return nil, errors.New("a change is judged against a base only")
	}
	j := changeJudging{run: out.run, proposed: p}
	j.input = &document.Document{ID: finding.Identity{Kind: changeGate, Name: p.Change}, Root: j.value()}
	gate := gateJudging{e.rules, j.run.corpus, policy.NewTerms(), j.run.rulingCorpus()}
	found, _ := gate.input(j.input, "", j.run.corpus.View(""), gate.global)
	own, err := j.run.own.judgeInput(j.input)
	if err != nil {
		return nil, err
	}
	found = append(found, own...)
	for i := range found {
		found[i] = j.placed(found[i])
	}
	levels := j.run.levels()
	found = j.run.engine.level(found, levels)
	j.run.engine.relevel(found, levels)
	j.run.waive(found, nil)
	return finding.Sort(found), nil
}

// changeJudging is the judgement of one change.
type changeJudging struct {
	run      *run
	proposed Proposed
	loosened []effect.Loosening
	input    *document.Document
}

// input judges the input of a gate. Where that met a broken document it is done
// again rule by rule, and what a rule says because it could not see that document
// is dropped.
func (j *gateJudging) input(input *document.Document, client string, view *corpus.View, terms *policy.Terms) ([]finding.Finding, int) {
	found, evaluated := j.rules.Judge(input, data{view, terms, j.global, j.ruling})
	if !view.Broken() || len(found) == 0 {
		return found, evaluated
	}
	found = nil
	for n := range j.rules.Count(input.ID.Kind) {
		alone := j.corpus.View(client)
		if said := j.rules.JudgeRule(n, input, data{alone, terms, j.global, j.ruling}); !alone.Broken() {
			found = append(found, said...)
		}
	}
	return found, evaluated
}

// judgeInput is what own rules say of the input of a gate; rules that do not
// compile have a finding of the check already.
func (o *own) judgeInput(input *document.Document) ([]finding.Finding, error) {
	if o.skipped || !o.has(input.ID.Kind) {
		return nil, nil
	}
	shared, items := encode(o.shared()), [][]byte{encode(ownItem{Compile: true}), encode(ownItem{Input: input})}
	answers, err := o.run.in.Child(ownJob, shared, items)
	if err != nil {
		return nil, err
	}
	apart := own{run: o.run}
	if apart.take(answers[0], nil, "policies") == nil {
		return apart.findings, nil
	}
	apart.findings = nil // of compilation: told by the check
	apart.take(answers[1], nil, "policies")
	return apart.findings, nil
}

// gateRule reports whether a rule, built-in or own, is of a gate.
func (r *run) gateRule(id, gate string) bool {
	file := "policies/" + id + "/rule.rego"
	mark := []byte("schema." + gate)
	for _, m := range r.engine.modules {
		if m.File == file {
			return bytes.Contains(m.Source, mark)
		}
	}
	return slices.ContainsFunc(r.in.ruling().Policies, func(s Source) bool {
		of, ok := ruleOfPath(s.Path)
		return ok && of == id && bytes.Contains(s.Bytes, mark)
	})
}
