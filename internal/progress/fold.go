package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// Apply folds more records, in the order of their log; records of different clients
// may come in any order. The first record that cannot follow what is there is an
// error: it and those after it change nothing, those before it are in.
func (s *State) Apply(records []Logged, blobs Blobs) error {
	for i := range records {
		l := &records[i]
		if err := s.apply(l.Client, &l.Record, blobs); err != nil {
			return fmt.Errorf("record %d of %s, a %s: %w", l.Record.Seq, l.Client, l.Record.Kind, err)
		}
	}
	return nil
}

// executing are the kinds that belong to a run.
var executing = map[resultlog.Kind]func(*State, *Run, *resultlog.Record, int64) error{
	resultlog.Notice:     (*State).notice,
	resultlog.Gate:       (*State).gate,
	resultlog.WaveBegun:  (*State).waveBegun,
	resultlog.WavePaused: (*State).wavePaused,
	resultlog.WaveGoesOn: (*State).waveGoesOn,
	resultlog.WaveEnded:  (*State).waveEnded,
	resultlog.RunEnded:   (*State).runEnded,
	resultlog.Claim:      (*State).claim,
	resultlog.Result:     (*State).result,
	resultlog.Unknown:    (*State).unknown,
	resultlog.Deferred:   (*State).deferred,
	resultlog.Breach:     (*State).breach,
}

func (s *State) apply(client string, r *resultlog.Record, blobs Blobs) error {
	at := seconds(r.T)
	switch r.Kind {
	case resultlog.RunBegun:
		return s.runBegun(client, r, at)
	case resultlog.Schedule:
		return s.schedule(client, r, at, blobs)
	case resultlog.Hold, resultlog.Abort, resultlog.Recall:
		return s.stop(r, at)
	case resultlog.Resume:
		return s.resume(r, at)
	case resultlog.Approval, resultlog.Rejection, resultlog.Withdrawal, resultlog.Consent:
		s.word(r, at)
		return nil
	case resultlog.Facts:
		s.facts(client, r, at)
		return nil
	case resultlog.Restored:
		s.restored(client, r, at)
		return nil
	case resultlog.TaskKind:
		s.task(r, at)
		return nil
	}
	fold, ours := executing[r.Kind]
	if !ours {
		return nil
	}
	run := s.Runs[r.Plan]
	if r.Kind == resultlog.Notice && r.Run == "" && run == nil {
		return nil // of a plan without a run
	}
	if run == nil || clientOf(r.Plan) != client {
		return fmt.Errorf("plan %q, wanted one of client %q with a run", r.Plan, client)
	}
	if past := s.past[r.Run]; past != nil && r.Run != run.ID {
		defer s.forget(past)
		run = past
	}
	if r.Run != "" && r.Run != run.ID {
		return fmt.Errorf("run %s, wanted %s, the newest of %s", r.Run, run.ID, r.Plan)
	}
	return fold(s, run, r, at)
}

func (s *State) runBegun(client string, r *resultlog.Record, at int64) error {
	plan, ok := strings.CutPrefix(r.Plan, client+"/")
	if !ok || strings.Contains(plan, "/") {
		return fmt.Errorf("plan %q, wanted one of client %q", r.Plan, client)
	}
	if old := s.Runs[r.Plan]; old != nil && old.Ended == 0 {
		if old.ID == r.Run {
			return nil
		}
		return fmt.Errorf("run %s while %s goes on", r.Run, old.ID)
	}
	if old := s.Runs[r.Plan]; old != nil && len(old.sessions) > 0 {
		s.past[old.ID] = old
	}
	s.Runs[r.Plan] = &Run{
		ID: r.Run, Client: client, Plan: plan, Commit: r.Commit, Digest: r.Grant, Began: at,
		Hosts: map[string]*Host{}, Claims: map[string]*Claim{}, Notices: map[string]int64{}, Breached: map[string]bool{},
		sessions: map[string]*Host{},
	}
	s.Runs[r.Plan].Hold = heaviest(s.Stops[r.Plan])
	return nil
}

// Claim is an open claim of a plan's run, or of a run before that; nil there is none.
func (s *State) Claim(plan, key string) *Claim {
	if run := s.Runs[plan]; run != nil && run.Claims[key] != nil {
		return run.Claims[key]
	}
	for _, r := range s.past {
		if c := r.Claims[key]; c != nil && r.Client+"/"+r.Plan == plan {
			return c
		}
	}
	return nil
}

// forget lets a run go that another one has followed, once nothing of it is open.
func (s *State) forget(r *Run) {
	if len(r.sessions) == 0 {
		delete(s.past, r.ID)
	}
}

func (s *State) notice(run *Run, r *resultlog.Record, at int64) error {
	if r.Outcome != "failed" {
		run.Notices[NoticeKey(r.Contact, r.Window, seconds(r.Occurrence))] = at
		run.told(r.Window, seconds(r.Occurrence))
	}
	return nil
}

// told makes the hosts of an occurrence Notified once the client knows of it.
func (r *Run) told(window string, occurrence int64) {
	for _, h := range r.Hosts {
		if p := h.Place; p != nil && h.State == Planned && p.Window == window && p.Occurrence == occurrence {
			h.State = Notified
		}
	}
}

func (s *State) breach(run *Run, r *resultlog.Record, _ int64) error {
	if r.Asset == "" {
		run.Reviewed = true
	} else {
		run.Breached[r.Asset] = true
	}
	return nil
}

func (s *State) task(r *resultlog.Record, at int64) {
	if _, said := s.Tasks[r.Key]; said || r.Key == "" {
		return // the first word counts
	}
	t := Said{Outcome: r.Outcome, Text: r.Why, At: at}
	if r.Actor != nil {
		t.Person = r.Actor.ID
	}
	s.Tasks[r.Key] = t
}

// FactKey names a fact of a host.
func FactKey(name, subject string) string {
	if subject == "" {
		return name
	}
	return name + "\x00" + subject
}

func (s *State) facts(client string, r *resultlog.Record, at int64) {
	s.learn(client+"/"+r.Asset, r.Facts, at)
	for _, run := range s.Runs {
		if h := run.Hosts[r.Asset]; h != nil && run.Client == client {
			if h.seen = true; r.Evidence == "" { // what people report is nothing to go back to
				h.recall(r.Facts)
			}
		}
	}
}

// recall completes what was installed before a session from facts that follow its
// result: a result holds only so many.
func (h *Host) recall(facts []resultlog.Fact) {
	for _, f := range facts {
		known := func(p dispatch.Package) bool { return p.Name == f.Subject }
		if f.Name == beforeFact && len(h.was) > 0 && h.Segment == dispatch.Install && !slices.ContainsFunc(h.was, known) {
			h.was = append(slices.Clip(h.was), dispatch.Package{Name: f.Subject, Version: f.Value})
		}
	}
}

func (s *State) learn(host string, facts []resultlog.Fact, at int64) {
	if len(facts) > 0 {
		s.FactsAt[host] = max(s.FactsAt[host], at)
	}
	known := s.Facts[host]
	if known == nil && len(facts) > 0 {
		known = map[string]resultlog.Fact{}
		s.Facts[host] = known
	}
	for _, f := range facts {
		known[FactKey(f.Name, f.Subject)] = f
		if f.Name != "health" {
			continue
		}
		if delete(s.Down, host); f.Value == "down" || f.Value == "unreachable" {
			s.Down[host] = true
		}
	}
}

// restored forgets what was known of a host that came back from a snapshot.
func (s *State) restored(client string, r *resultlog.Record, at int64) {
	host := client + "/" + r.Asset
	delete(s.Facts, host)
	delete(s.Down, host)
	s.learn(host, r.Facts, at)
}

func clientOf(plan string) string {
	client, _, _ := strings.Cut(plan, "/")
	return client
}

// waveOf splits "CLIENT/PLAN/WAVE"; without a wave it is "".
func waveOf(subject string) (plan, wave string) {
	parts := strings.SplitN(subject, "/", 3)
	if len(parts) < 3 {
		return subject, ""
	}
	return parts[0] + "/" + parts[1], parts[2]
}

// seconds reads an instant of a record; 0 where there is none.
func seconds(instant string) int64 {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return 0
	}
	return t.Unix()
}
