package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/rollout"
)

// Planned is the computed rollout of every open plan that was asked for.
type Planned struct {
	Input    *rollout.Input
	Schedule *rollout.Schedule
	Built    *planning.Result
}

// reruns is how many schedules are computed anew for each component to find the
// smallest change that would place a session (semantics.md, Counterfactual).
const reruns = 16

// plan computes the rollouts, and has them verified by what shares no code with
// their computation: an objection is a bug of ours.
func (r *run) plan(o planning.Options) (*Planned, error) {
	built, err := planning.Build(r.corpus, o)
	if err != nil {
		return nil, fmt.Errorf("read what the rollouts depend on: %w", err)
	}
	schedule := rollout.Compute(built.Input)
	if objections := rollout.Verify(built.Input, schedule); len(objections) > 0 {
		first := objections[0]
		return nil, fmt.Errorf("the schedule breaks its own rules in %d places, which is a bug of patchops: plan %q of client %q, asset %q: %s %s",
			len(objections), first.Plan, first.Client, first.Asset, first.Code, first.Text)
	}
	rollout.Counterfactuals(built.Input, schedule, reruns)
	planned := &Planned{Input: built.Input, Schedule: schedule, Built: built}
	r.planning = lastPlanned{o, planned}
	return planned, nil
}

// judgePlanned judges what was planned, client by client, and says what of it
// each verdict depends on.
func (r *run) judgePlanned(p *Planned) error {
	plans := map[string][]*rollout.PlanSchedule{}
	for i := range p.Schedule.Plans {
		s := &p.Schedule.Plans[i]
		plans[s.Client] = append(plans[s.Client], s)
	}
	reads, joined := reads(p)
	shared := reads[corpus.Global]
	delete(reads, corpus.Global)
	clients := slices.Sorted(maps.Keys(reads))
	verdicts, judged := make([]*Verdict, len(clients)), make([][]ownRollout, len(clients))
	judging := &gateJudging{r.engine.rules, r.corpus, policy.NewTerms(), r.rulingCorpus()}
	err := parallel(len(clients), 1, func(i int) error {
		client := clients[i]
		unread := brokenAmong(r.corpus, shared, reads[client])
		verdicts[i], judged[i] = judging.client(client, plans[client], reads[client], unread)
		verdicts[i].Findings = append(verdicts[i].Findings, aboutClient(p.Built.Findings, client, reads[client])...)
		r.corpus.Forget(client)
		return nil
	})
	if err == nil {
		err = r.own.judgeRollouts(slices.Concat(judged...))
	}
	for i, client := range clients {
		r.rollouts[client] = &clientRollouts{Verdict: verdicts[i], joined: joined[client]}
	}
	r.shared = r.keepRead(sharedKey, join(keptRead(r.shared), shared))
	return err
}

// judgeRollouts computes and judges the rollouts of those clients whose kept
// verdict no longer holds.
func (r *run) judgeRollouts() error {
	missed := r.missedRollouts()
	if len(missed) == 0 {
		return nil
	}
	p, err := r.plan(planning.Options{AsOf: r.in.AsOf, Clients: missed})
	if err != nil {
		return err
	}
	if err := r.judgePlanned(p); err != nil {
		return err
	}
	r.holdRollouts()
	return nil
}

// The keys of Kept under which rollouts are kept; no path begins so. What all
// clients depend on, and what all joined clients depend on, is kept once.
const (
	keptPrefix = "//"
	rolloutKey = keptPrefix + "rollout/"
	sharedKey  = keptPrefix + "shared"
	joinedKey  = keptPrefix + "joined"
)

// missedRollouts takes over the kept verdicts that still hold, and lists the
// clients with open plans that have none.
func (r *run) missedRollouts() []string {
	r.shared = r.stillKept(sharedKey)
	if r.shared == nil {
		return r.planned()
	}
	r.joined = r.stillKept(joinedKey)
	var missed []string
	for _, client := range r.planned() {
		kept := r.stillKept(rolloutKey + client)
		if kept == nil || kept.Documents[0].ID.Name == joinedKey && r.joined == nil {
			missed = append(missed, client)
			continue
		}
		head := kept.Documents[0]
		r.rollouts[client] = &clientRollouts{Verdict: head.Verdict, joined: head.ID.Name == joinedKey}
	}
	return missed
}

// stillKept is what is kept under a key, nil when it no longer holds.
func (r *run) stillKept(key string) *FileVerdict {
	kept := r.in.Kept[key]
	if kept == nil || len(kept.Documents) != 1 || !kept.Documents[0].Verdict.stillHolds(r.corpus) {
		return nil
	}
	return kept
}

// keepRead makes an entry of Kept that holds while what was read does.
func (r *run) keepRead(name string, read []corpus.Dependency) *FileVerdict {
	return keptRollout("", name, &Verdict{Read: read, Held: held(r.corpus, read)})
}

func keptRead(f *FileVerdict) []corpus.Dependency {
	if f == nil {
		return nil
	}
	return f.Documents[0].Verdict.Read
}

// planned are the clients that an open plan may be for, sorted.
func (r *run) planned() []string {
	own, all := map[string]bool{}, false
	for _, e := range r.corpus.Entries() {
		if e.ID.Kind == "PatchPlan" && !e.Closed {
			own[e.ID.Client] = true
			all = all || e.ID.Client == ""
		}
	}
	var clients []string
	for _, e := range r.corpus.Entries() {
		if e.ID.Kind == "Client" && e.ID.Client != "" && (all || own[e.ID.Client]) {
			clients = append(clients, e.ID.Client)
		}
	}
	slices.Sort(clients)
	return slices.Compact(clients)
}

// holdRollouts makes the verdicts ready to be kept.
func (r *run) holdRollouts() {
	read, joined := r.plans(), false
	for _, client := range slices.Sorted(maps.Keys(r.rollouts)) {
		v := r.rollouts[client]
		v.Held = held(r.corpus, v.Read)
		read = append(read, v.Read...)
		joined = joined || v.joined
	}
	r.joined = nil
	if joined {
		r.joined = r.keepRead(joinedKey, join(read, nil))
	}
}

// plans is that there are just these plans.
func (r *run) plans() []corpus.Dependency {
	out := []corpus.Dependency{{Reading: corpus.Clients, Kind: "PatchPlan"}, {Reading: corpus.Clients, Kind: "Client"}}
	for _, e := range r.corpus.Entries() {
		if e.ID.Kind != "PatchPlan" {
			continue
		}
		client := e.ID.Client
		if client == "" {
			client = corpus.Global
		}
		out = append(out, corpus.Dependency{Reading: corpus.Names, Kind: "PatchPlan", Client: client},
			corpus.Dependency{Reading: corpus.Content, Kind: "PatchPlan", Client: client, Name: e.ID.Name})
	}
	return out
}

func keptRollout(client, name string, v *Verdict) *FileVerdict {
	return &FileVerdict{Documents: []*Head{{ID: finding.Identity{Kind: rolloutGate, Client: client, Name: name}, Verdict: v}}}
}

// keepRollouts adds the verdicts to what is kept. Those of rollouts that were
// asked for in particular are no verdicts of a check, which keeps what it had.
func (r *run) keepRollouts(kept Kept) {
	if r.asked {
		for key, old := range r.in.Kept {
			if strings.HasPrefix(key, keptPrefix) {
				kept[key] = old
			}
		}
		return
	}
	for client, v := range r.rollouts {
		name := client
		if v.joined {
			name = joinedKey
		}
		kept[rolloutKey+client] = keptRollout(client, name, v.Verdict)
	}
	if r.shared != nil {
		kept[sharedKey] = r.shared
	}
	if r.joined != nil {
		kept[joinedKey] = r.joined
	}
}

// rolloutFindings are those to show. With a base, those of clients that the
// difference can affect, where the plan was edited or the base has them not.
func (r *run) rolloutFindings(shown about) []finding.Finding {
	var out []finding.Finding
	doubtful := r.doubtful()
	for _, client := range slices.Sorted(maps.Keys(r.rollouts)) {
		left := doubtful.among(r.rollouts[client].Read, keptRead(r.shared))
		for _, f := range r.rollouts[client].Findings {
			if plan := r.corpus.Entry(f.Document); plan != nil && left.concerns(plan.Document()) {
				continue
			}
			if shown(r.fileOf(f), nil) || !r.inBase(client, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// fileOf is the file of the document that a finding is about.
func (r *run) fileOf(f finding.Finding) *file {
	for _, file := range r.files {
		if file.source.Path == f.File {
			return file
		}
	}
	return nil
}

// inBase reports whether the base has a finding about a client's rollouts too.
func (r *run) inBase(client string, f finding.Finding) bool {
	same := func(old finding.Finding) bool { return old.Fingerprint() == f.Fingerprint() }
	return slices.ContainsFunc(r.earlier[client], same)
}

// judgeBase finds what the base has to say about the rollouts of those clients
// that the difference can affect; the others say what they say now.
func (r *run) judgeBase(base *run) error {
	var affected []string
	r.earlier = map[string][]finding.Finding{}
	shared := r.shared == nil || !r.shared.Documents[0].Verdict.stillHolds(base.corpus)
	for _, client := range slices.Sorted(maps.Keys(r.rollouts)) {
		v := r.rollouts[client]
		if shared || !v.stillHolds(base.corpus) {
			affected = append(affected, client)
			continue
		}
		r.earlier[client] = v.Findings
	}
	affected = r.withGone(base, affected)
	if len(affected) == 0 {
		return nil
	}
	p, err := base.plan(planning.Options{AsOf: r.in.AsOf, Clients: affected})
	if err != nil {
		return fmt.Errorf("plan the base: %w", err)
	}
	if err := r.compare(p, affected); err != nil {
		return err
	}
	if err := base.judgePlanned(p); err != nil {
		return err
	}
	for client, v := range base.rollouts {
		r.earlier[client] = v.Findings
	}
	return nil
}
