package pipeline

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
)

// startGate is the gate whose input is a wave that is about to start.
const startGate = "start"

// Start is a wave that is about to start, as rules of the start gate see it. Instants
// are Unix seconds.
type Start struct {
	Client, Plan, Wave string
	Holds              []StartHold
	PeersDown          []string // assets, sorted
	Progress           []StartWave
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

// Refuses are the findings of severity error about one start, levels and waivers
// applied. Rules that cannot be asked refuse.
func (s *Starting) Refuses(of Start) ([]finding.Finding, error) {
	input := &document.Document{ID: finding.Identity{Kind: startGate, Client: of.Client, Name: of.Plan}, Root: of.value()}
	found, _ := s.gate.input(input, of.Client, s.run.corpus.View(of.Client), s.gate.global)
	if s.run.own.skipped && s.run.own.has(startGate) {
		found = append(found, limit("policy/not-evaluated", "policies", "own rules of the start gate cannot be asked"))
	}
	own, err := s.run.own.judgeInput(input)
	if err != nil {
		return nil, err
	}
	found = append(found, own...)
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
	return out, nil
}

// value is the input (#StartInput).
func (s *Start) value() document.Value {
	r := fields(8)
	r.text("client", s.Client)
	r.text("plan", s.Plan)
	r.text("wave", s.Wave)
	r.number("attempt", 1)
	r.set("freezes", document.Value{Kind: document.List}) // no wave starts in one
	r.set("holds", list(s.Holds, func(h *StartHold) document.Value {
		r := fields(3)
		r.text("person", h.Person)
		r.text("reason", h.Reason)
		r.instant("at", h.At)
		return r.value()
	}))
	r.set("peersDown", list(s.PeersDown, textValue))
	r.set("progress", list(s.Progress, (*StartWave).value))
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
