package pipeline

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
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
type Starting struct{ *asked }

// Starting reads a tree for its start gate; nil where it has no rule of it, neither
// built in nor its own.
func (e *Engine) Starting(in Input) (*Starting, error) {
	a, err := e.asked(in, startGate)
	if a == nil || err != nil {
		return nil, err
	}
	return &Starting{a}, nil
}

// Refuses are, for each start, the findings of severity error, levels and waivers applied
// as of now. Rules that cannot be asked refuse.
func (s *Starting) Refuses(starts []Start, now time.Time) ([][]finding.Finding, error) {
	inputs := make([]*document.Document, len(starts))
	for i := range starts {
		of := &starts[i]
		inputs[i] = &document.Document{ID: finding.Identity{Kind: startGate, Client: of.Client, Name: of.Plan}, Root: of.value()}
	}
	return s.refuses(inputs, now)
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
