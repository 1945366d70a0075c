package pipeline

import (
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// closeGate is the gate whose input is a plan whose rollout at a client is about to be
// recorded as ended.
const closeGate = "close"

// Close is a rollout that is about to be recorded as ended, as rules of the close gate see
// it, beside documents. Instants are Unix seconds.
type Close struct {
	Client, Plan string
	ID           string // "PatchPlan/acme/x", "PatchPlan/_/x" of a template
	Begun        int64
	Assets       []string // of the run
	Patches      []string // of the plan
	Results      []CloseResult
}

// CloseResult is where one asset ended.
type CloseResult struct {
	Asset, Wave, State, Triage string
	Attempt, At                int64
	Patches                    []string // that are installed now
	MinutesOutside             int64
}

// Closing is a tree whose rules of the close gate are asked again and again.
type Closing struct{ *asked }

// Closing reads a tree for its close gate; nil where it has no rule of it.
func (e *Engine) Closing(in Input) (*Closing, error) {
	a, err := e.asked(in, closeGate)
	if a == nil || err != nil {
		return nil, err
	}
	return &Closing{a}, nil
}

// Refuses are, for each rollout, the findings of severity error that hold its closing,
// levels and waivers applied as of now. Rules that cannot be asked refuse.
func (c *Closing) Refuses(all []Close, now time.Time) ([][]finding.Finding, error) {
	inputs := make([]*document.Document, len(all))
	for i := range all {
		inputs[i] = &document.Document{
			ID: finding.Identity{Kind: closeGate, Client: all[i].Client, Name: all[i].Plan}, Root: c.value(&all[i], now),
		}
	}
	return c.refuses(inputs, now)
}

// value is the input (#CloseInput).
func (c *Closing) value(of *Close, now time.Time) document.Value {
	run := fields(3)
	run.text("client", of.Client)
	run.text("plan", of.Plan)
	run.instant("begun", of.Begun)
	r := fields(7)
	r.text("subject", of.ID)
	r.set("runs", document.Value{Kind: document.List, Items: []document.Value{run.value()}})
	r.set("results", list(of.Results, of.result))
	for _, part := range []struct {
		name, kind string
		about      func(*document.Document) bool
	}{
		{"evidence", "TestEvidence", func(d *document.Document) bool { return shares(d.Root.Get("spec").Get("patches"), of.Patches) }},
		{"reviews", "Review", func(d *document.Document) bool { return d.Root.Get("spec").Get("subject").Text() == of.ID }},
		{"acceptances", "RiskAcceptance", func(d *document.Document) bool { return of.accepted(d, c.zone(of.Client), now) }},
		{"incidents", "Incident", of.disturbed},
	} {
		r.set(part.name, c.documents(part.kind, of.Client, part.about))
	}
	return r.value()
}

func (of *Close) result(x *CloseResult) document.Value {
	r := fields(10)
	r.text("client", of.Client)
	r.text("plan", of.Plan)
	r.text("asset", x.Asset)
	r.text("wave", x.Wave)
	r.number("attempt", max(1, x.Attempt))
	r.text("state", x.State)
	r.set("patches", list(x.Patches, textValue))
	r.instant("at", x.At)
	r.number("minutesOutside", x.MinutesOutside)
	r.text("triage", x.Triage)
	return r.value()
}

// documents are those of a kind, of the client and of all, that are about a rollout.
func (c *Closing) documents(kind, client string, about func(*document.Document) bool) document.Value {
	out := document.Value{Kind: document.List, Items: []document.Value{}}
	view := c.run.corpus.View(client)
	for _, owner := range []string{corpus.Global, client} {
		for _, name := range view.Names(kind, owner) {
			id := finding.Identity{Kind: kind, Client: owner, Name: name}
			if owner == corpus.Global {
				id.Client = ""
			}
			root := view.Document(kind, owner, name)
			if root != nil && about(&document.Document{ID: id, Root: *root}) {
				out.Items = append(out.Items, *root)
			}
		}
	}
	return out
}

func (c *Closing) zone(client string) string {
	if zone := c.run.corpus.View(client).Document("Client", client, client).Get("spec").Get("timezone").Text(); zone != "" {
		return zone
	}
	return "UTC"
}

func shares(list *document.Value, names []string) bool {
	return slices.ContainsFunc(spec.Texts(list), func(name string) bool { return slices.Contains(names, name) })
}

// accepted reports whether a risk is in force now for patches or assets of the rollout.
func (of *Close) accepted(d *document.Document, zone string, now time.Time) bool {
	a := spec.ParseAcceptance(d, zone)
	within := func(named, of []string) bool {
		return len(named) == 0 || slices.ContainsFunc(named, func(name string) bool { return slices.Contains(of, name) })
	}
	return a.Live(now) && !now.Before(a.From) && within(a.Assets, of.Assets) && within(a.Patches, of.Patches)
}

// disturbed reports whether an incident is linked to the rollout, or is on one of its assets
// and not older than it.
func (of *Close) disturbed(d *document.Document) bool {
	s := d.Root.Get("spec")
	if s.Get("causedByRollout").Text() == of.Client+"/"+of.Plan {
		return true
	}
	item := s.Get("configurationItem").Text()
	on := slices.ContainsFunc(of.Assets, func(asset string) bool { return item == of.Client+"/"+asset || d.ID.Client != "" && item == asset })
	return on && s.Get("at").Text() >= time.Unix(of.Begun, 0).UTC().Format(time.DateOnly)
}
