package pipeline

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/rollout"
)

// rolloutGate is the gate whose input is the rollout of one plan at one client.
const rolloutGate = "rollout"

// gateJudging is the judgement of rollouts by the rules of their gate.
type gateJudging struct {
	rules  *policy.Engine
	corpus *corpus.Corpus
	global *policy.Terms  // of global documents
	ruling *corpus.Corpus // whose settings rules follow; nil: of the same
}

// client judges the rollouts of one client, which were computed from what was
// read. A rollout for which something broken was left unread says nothing about
// anybody's intent, so no rule speaks of it.
func (j *gateJudging) client(client string, plans []*rollout.PlanSchedule, read []corpus.Dependency, left unread) (v *Verdict, judged []ownRollout) {
	terms := policy.NewTerms()
	v = &Verdict{Read: read}
	for _, s := range plans {
		entry := j.corpus.Entry(planID(s))
		if entry == nil || entry.Broken || left.concerns(entry.Document()) {
			continue
		}
		view := j.corpus.View(client)
		found, evaluated := j.plan(s, entry.Document(), view, terms)
		v.Findings = append(v.Findings, found...)
		v.Evaluated += evaluated
		v.Read = join(v.Read, view.Dependencies())
		judged = append(judged, ownRollout{s, entry, v})
	}
	return v, judged
}

// planID is the identity of a rollout's plan: the client's own, or one over
// several clients.
func planID(s *rollout.PlanSchedule) finding.Identity {
	id := finding.Identity{Kind: "PatchPlan", Client: s.Client, Name: s.Plan}
	if id.String() != s.ID {
		id.Client = ""
	}
	return id
}

func (j *gateJudging) plan(s *rollout.PlanSchedule, plan *document.Document, view *corpus.View, terms *policy.Terms) ([]finding.Finding, int) {
	input := rolloutDocument(s)
	found, evaluated := j.input(input, s.Client, view, terms)
	for i := range found {
		found[i] = declared(found[i], &input.Root, plan)
	}
	return found, evaluated
}

// declared moves a finding about a rollout to the field of the plan that it
// follows from. One about the rule itself stays there.
func declared(f finding.Finding, input *document.Value, plan *document.Document) finding.Finding {
	f.Document = plan.ID
	if f.File == "" {
		p := declaredPath(f.Path, input, &plan.Root)
		f.Path, f.Position = p.String(), plan.At(p)
	}
	return f
}

var inputPath = regexp.MustCompile(`^([A-Za-z]+)(?:\[([0-9]+)\])?(?:\.([A-Za-z]+))?`)

// declaredPath is the field of a plan that a path in its rollout follows from.
func declaredPath(path string, input, plan *document.Value) document.Path {
	parts := inputPath.FindStringSubmatch(path)
	if parts == nil {
		return documentPath("metadata", "name")
	}
	field, below := parts[1], parts[3]
	var item *document.Value
	index, err := strconv.Atoi(parts[2])
	if items := input.Get(field).Elements(); err == nil && index < len(items) {
		item = &items[index]
	}
	switch field {
	case "waves":
		if below == "gateOpens" && index > 0 {
			return wavePath(input.Get(field).Items[index-1].Get("name").Text(), plan, "soak")
		}
		return wavePath(item.Get("name").Text(), plan, "")
	case "remarks":
		return wavePath(item.Get("wave").Text(), plan, "")
	case "placements":
		return constraintPath(item.Get("binding").Text(), item.Get("wave").Text(), plan)
	case "unplaced":
		return constraintPath(item.Get("code").Text(), item.Get("wave").Text(), plan)
	case "slaBreaches":
		return documentPath("spec", "deadline")
	case "client":
		return clientTargetPath(input.Get("client").Text(), plan)
	case "excluded", "cost", "notices":
		return documentPath("spec", "targets")
	}
	return documentPath("metadata", "name")
}

// wavePath is a wave of the plan by its name, or a field of it that is written.
func wavePath(name string, plan *document.Value, field string) document.Path {
	waves := documentPath("spec", "waves")
	list, _ := plan.Find(waves)
	for i := range list.Elements() {
		if wave := &list.Items[i]; wave.Get("name").Text() == name {
			p := waves.With(document.Segment{Index: i})
			if field != "" && wave.Get(field) != nil {
				p = p.With(document.Segment{Key: field})
			}
			return p
		}
	}
	return waves
}

// constraintPath is the field of the plan that a reason stands for; else what
// the plan is for.
func constraintPath(code, wave string, plan *document.Value) document.Path {
	switch rollout.Code(code) {
	case rollout.NotBefore:
		return documentPath("spec", "notBefore")
	case rollout.MinAge:
		return documentPath("spec", "minimumAge")
	case rollout.Deadline:
		return documentPath("spec", "deadline")
	case rollout.WaveGate:
		return wavePath(wave, plan, "")
	}
	return documentPath("spec", "targets")
}

func clientTargetPath(client string, plan *document.Value) document.Path {
	clients := documentPath("spec", "targets", "clients")
	list, _ := plan.Find(clients)
	if i := slices.IndexFunc(list.Elements(), func(v document.Value) bool { return v.Text() == client }); i >= 0 {
		return clients.With(document.Segment{Index: i})
	}
	return documentPath("spec", "targets")
}
