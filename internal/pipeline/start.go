package pipeline

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/rollout"
)

// startGate is the gate whose input is a wave, or one asset of it, that is about to start.
const startGate = "start"

// Start is a wave, or one asset of it, that is about to start, as rules of the start gate
// see it. Instants are Unix seconds.
type Start struct {
	Client, Plan, Wave string
	Asset              string // "" the wave itself
	Attempt            int64  // 0 is the first
	Place              *rollout.Placement
	Told               int64 // when the notice of its occurrence was sent; 0 none was
	Freezes            []StartFreeze
	Holds              []StartHold
	PeersDown          []string // assets, sorted
	Progress           []StartWave
}

// StartFreeze is a freeze that binds it now.
type StartFreeze struct {
	Document, Reason string
	Until            int64
	Overridden       bool
}

// StartHold is somebody's word that nothing more may start.
type StartHold struct {
	Person, Reason string
	At             int64
}

// StartWave is how far one wave is; every asset of it is in one of the counts.
type StartWave struct {
	Wave, State, Paused                       string
	Pending, InFlight, Succeeded, Failed      int64
	RolledBack, Unreachable, Unknown, Dropped int64
	Gates                                     []string
}

// Starting is a tree whose rules of the start gate are asked again and again.
type Starting struct {
	run  *run
	gate gateJudging
}

// Starting reads a tree for its start gate; nil where it has no rule of it, neither
// built in nor its own.
func (e *Engine) Starting(in Input) (*Starting, error) {
	r := e.run(in)
	r.own = &own{run: r}
	if e.rules.Count(startGate) == 0 && !r.own.has(startGate) {
		return nil, nil
	}
	if err := r.judge(); err != nil {
		return nil, err
	}
	return &Starting{r, gateJudging{e.rules, r.corpus, policy.NewTerms(), r.rulingCorpus()}}, nil
}

// Refuses are, for each start, the findings of severity error, levels and waivers applied
// as of now. Rules that cannot be asked refuse.
func (s *Starting) Refuses(starts []Start, now time.Time) ([][]finding.Finding, error) {
	s.run.in.AsOf = now
	inputs := make([]*document.Document, len(starts))
	for i := range starts {
		of := &starts[i]
		inputs[i] = &document.Document{ID: finding.Identity{Kind: startGate, Client: of.Client, Name: of.Plan}, Root: of.value()}
	}
	own, err := s.run.own.judgeStarts(inputs)
	if err != nil {
		return nil, err
	}
	out := make([][]finding.Finding, len(starts))
	for i, input := range inputs {
		found, _ := s.gate.input(input, input.ID.Client, s.run.corpus.View(input.ID.Client), s.gate.global)
		out[i] = s.errors(append(found, own[i]...))
	}
	return out, nil
}

// errors are the findings that refuse.
func (s *Starting) errors(found []finding.Finding) []finding.Finding {
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

// judgeStarts is what own rules of the start gate say of each input. What they do not
// judge, for whatever reason, they refuse.
func (o *own) judgeStarts(inputs []*document.Document) ([][]finding.Finding, error) {
	out := make([][]finding.Finding, len(inputs))
	if !o.has(startGate) || len(inputs) == 0 {
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
		out[i] = o.judged(a, broken)
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
func (o *own) judged(a Answer, broken string) []finding.Finding {
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
		return []finding.Finding{limit("policy/evaluate", "policies", "own rules of the start gate cannot be asked: "+why)}
	}
	return said.Findings
}

// value is the input (#StartInput).
func (s *Start) value() document.Value {
	r := fields(11)
	r.text("client", s.Client)
	r.text("plan", s.Plan)
	r.text("wave", s.Wave)
	r.text("asset", s.Asset)
	r.number("attempt", max(1, s.Attempt))
	if p := s.Place; p != nil {
		r.set("placement", placementValue(p, list(p.Patches, textValue), list(p.Rejected, rejectionValue)))
		if s.Told != 0 {
			n := fields(2)
			n.instant("sentAt", s.Told)
			n.instant("occurrence", p.Occurrence)
			r.set("notice", n.value())
		}
	}
	r.set("freezes", list(s.Freezes, (*StartFreeze).value))
	r.set("holds", list(s.Holds, (*StartHold).value))
	r.set("peersDown", list(s.PeersDown, textValue))
	r.set("progress", list(s.Progress, (*StartWave).value))
	return r.value()
}

func (f *StartFreeze) value() document.Value {
	r := fields(4)
	r.text("document", f.Document)
	r.text("reason", f.Reason)
	r.instant("until", f.Until)
	r.set("overridden", document.Value{Kind: document.Bool, Bool: f.Overridden})
	return r.value()
}

func (h *StartHold) value() document.Value {
	r := fields(3)
	r.text("person", h.Person)
	r.text("reason", h.Reason)
	r.instant("at", h.At)
	return r.value()
}

func (w *StartWave) value() document.Value {
	r := fields(12)
	r.text("wave", w.Wave)
	r.text("state", w.State)
	r.text("paused", w.Paused)
	for _, n := range []struct {
		name  string
		count int64
	}{
		{"pending", w.Pending},
		{"inFlight", w.InFlight},
		{"succeeded", w.Succeeded},
		{"failed", w.Failed},
		{"rolledBack", w.RolledBack},
		{"unreachable", w.Unreachable},
		{"unknown", w.Unknown},
		{"dropped", w.Dropped},
	} {
		r.number(n.name, n.count)
	}
	r.set("gates", list(w.Gates, textValue))
	return r.value()
}
