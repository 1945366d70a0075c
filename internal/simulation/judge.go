package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// judge holds what truly happened beside what the log says, and both to the promises.
// It folds the log by itself, with nothing of progress.
type judge struct {
	w      *World
	p      *party
	claims map[string]*claim
	open   map[string]*claim
	seats  []seat           // by host
	waves  []stage          // by wave
	held   []hold           // in force
	told   map[string]int64 // window and occurrence: when somebody was
	run    string           // of the newest run.begun
	over   string           // its outcome
	overAt int64
	locked []int64 // when schedules were, of the newest hour
}

// hold is what somebody said that stops a plan or a wave.
type hold struct {
	kind    resultlog.Kind
	subject string
}

// ack is an acknowledged record and its place.
type ack struct {
	at     int
	record resultlog.Record
}

// claim is what the log says of one key, and what was done with it.
type claim struct {
	record   resultlog.Record
	host     int
	tip      int // that it was written under
	result   string
	unknown  bool
	began    int   // deeds
	sent     int   // dispatches
	notAfter int64 // of the newest dispatch
	absent   bool  // a probe said so since
}

// seat is what the log says of one host.
type seat struct {
	wave     int
	attempt  int64
	inFlight bool
	failed   bool
	done     bool
	endedAt  int64
	retry    int64 // not before
	failures int64 // attempts that failed
	parked   bool  // until somebody says resume
}

// stage is what the log says of one wave.
type stage struct {
	begun    bool
	members  int
	budget   int64
	ended    string
	said     []string // who approved
	hosts    []int    // members
	started  bool     // somebody of it was claimed
	settled  int      // successes before the newest resume
	paused   bool
	forgiven int
	asked    bool  // people were, for their approval
	passed   bool  // it was promoted when enough had ended, whoever is heard of again since
	last     int64 // when the last of those had
}

func newJudge(p *party) *judge {
	j := &judge{w: p.w, p: p, claims: map[string]*claim{}, open: map[string]*claim{}, told: map[string]int64{}}
	j.seats = make([]seat, p.Shape.Hosts)
	j.waves = make([]stage, len(p.Shape.Waves))
	return j
}

func parse(text string) int64 {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return t.Unix()
}

// pushed sees everything that reaches the log.
func (w *World) pushed(p *process, added []entry) {
	for i := range added {
		e := &added[i]
		r := &e.Record
		if r.T < w.last[e.Client] {
			w.breach("P5", "record %d of %s is of %s, before the one in front of it", r.Seq, e.Client, r.T)
		}
		w.last[e.Client], w.newest = r.T, max(w.newest, parse(r.T))
		of := w.partyOf(r.Plan)
		if w.tracing {
			whose := ""
			if of != nil && len(w.parties) > 1 {
				whose = of.key
			}
			w.notef("%s logs %s %s", p.name, r.Kind, strings.Join(strings.Fields(fmt.Sprint(whose, " ", r.Wave, " ", r.Asset, " ", r.Segment, " ", r.Outcome, " ", r.Code, " ", r.Class, " ", r.Why, " ", r.Begin)), " "))
		}
		if of != nil {
			of.judge.fold(e)
			of.react(r)
		}
	}
}

func (j *judge) fold(e *entry) {
	r := &e.Record
	switch r.Kind {
	case resultlog.Claim:
		j.claimed(e)
	case resultlog.Result:
		j.resulted(r)
	case resultlog.Unknown:
		if c := j.claims[r.Key]; c != nil {
			c.unknown = true
		}
	case resultlog.Deferred:
		if h := j.p.host(r.Asset); h != nil && r.Code == "MISSED_WINDOW" && j.p.Shape.Misfire == "defer" {
			j.seats[h.id].parked = true
		}
	case resultlog.Schedule:
		j.scheduled()
	case resultlog.RunBegun:
		j.run, j.over = r.Run, ""
		j.reset()
	case resultlog.RunEnded:
		j.overAt = j.w.now
		j.over, j.held = r.Outcome, slices.DeleteFunc(j.held, func(s hold) bool { return s.kind != resultlog.Hold }) // an abort was for this run
	case resultlog.WaveBegun, resultlog.WaveEnded, resultlog.WavePaused, resultlog.WaveGoesOn, resultlog.Approval:
		j.wave(r)
	case resultlog.Hold, resultlog.Abort, resultlog.Recall, resultlog.Resume:
		j.word(r)
	}
}

// schedulesMost is how often places may be locked anew in an hour.
const schedulesMost = 20

// scheduled bounds how often places are locked anew.
func (j *judge) scheduled() {
	j.locked = append(slices.DeleteFunc(j.locked, func(t int64) bool { return t <= j.w.now-hour }), j.w.now)
	if n := len(j.locked); n > schedulesMost {
		j.w.breach("P9", "%d schedules of %s in an hour, wanted at most %d", n, j.p.key, schedulesMost)
	}
}

// reset begins a run: what failed in the one before is no failure of this one.
func (j *judge) reset() {
	for i := range j.seats {
		j.seats[i] = seat{inFlight: j.seats[i].inFlight}
	}
	clear(j.waves)
}

func (j *judge) waveOf(name string) int {
	for i := range j.p.Shape.Waves {
		if j.p.Shape.Waves[i].Name == name {
			return i
		}
	}
	return -1
}

func (j *judge) wave(r *resultlog.Record) {
	name := r.Wave
	if r.Kind == resultlog.Approval {
		name = r.Plan[len(j.p.key)+1:]
	}
	k := j.waveOf(name)
	if k < 0 {
		j.w.breach("P8", "a %s record names wave %q, which there is not", r.Kind, name)
		return
	}
	s := &j.waves[k]
	switch r.Kind {
	case resultlog.WaveBegun:
		s.begun = true
		s.members += len(r.Assets)
		for _, asset := range r.Assets {
			if h := j.p.host(asset); h != nil {
				s.hosts = append(s.hosts, h.id)
			}
		}
		s.budget = j.p.Shape.budget(k, s.members)
		if r.Budget > s.budget {
			j.w.breach("budget", "wave %s begins with a budget of %d, wanted %d", name, r.Budget, s.budget)
		}
	case resultlog.WaveEnded:
		s.ended = r.Outcome
		ended, members, last := j.ends(k)
		s.last, s.passed = last, r.Outcome == "promoted" && ended > 0 && ended*100 >= j.p.Shape.Waves[k].Advance*members
		if n := j.failures(k) - s.forgiven; r.Outcome == "promoted" && int64(n) > s.budget {
			j.w.breach("budget", "wave %s is promoted with %d failures, and bears %d", name, n, s.budget)
		}
	case resultlog.WavePaused:
		s.paused = true
	case resultlog.WaveGoesOn:
		s.paused = false
	case resultlog.Approval:
		if r.Actor != nil && !slices.Contains(s.said, r.Actor.ID) {
			s.said = append(s.said, r.Actor.ID)
		}
	}
}

// word takes in what people said of the whole run or of a wave.
func (j *judge) word(r *resultlog.Record) {
	if r.Kind != resultlog.Resume {
		j.held = append(j.held, hold{r.Kind, r.Plan})
		return
	}
	j.held = slices.DeleteFunc(j.held, func(h hold) bool {
		return h.kind == resultlog.Hold && (h.subject == r.Plan || r.Plan == j.p.key)
	})
	for k := range j.waves {
		if r.Plan == j.p.key || r.Plan == j.p.key+"/"+j.p.Shape.Waves[k].Name {
			j.waves[k].forgiven, j.waves[k].settled = j.failed(k, clockSlack), j.succeeded(k)
			j.waves[k].paused = false
			for i := range j.seats {
				j.seats[i].parked = false
			}
		}
	}
}

// stopped says whether somebody's word keeps a wave from starting anything.
func (j *judge) stopped(wave string) bool {
	return slices.ContainsFunc(j.held, func(h hold) bool { return h.subject == j.p.key || h.subject == j.p.key+"/"+wave })
}

// claimed holds a claim to everything that must be true when it is made.
func (j *judge) claimed(e *entry) {
	r := e.Record
	h := j.p.host(r.Asset)
	if h == nil {
		j.w.breach("P4", "a claim names %q, which there is not", r.Asset)
		return
	}
	c := j.claims[r.Key]
	if c != nil {
		if c.result != "" {
			j.w.breach("P2", "%s of %s is claimed again after its result %s", r.Segment, r.Asset, c.result)
		}
		c.record, c.tip = r, e.tip
		j.starts(c)
		return
	}
	c = &claim{record: r, host: h.id, tip: e.tip}
	j.claims[r.Key], j.open[r.Key] = c, c
	s := &j.seats[h.id]
	if r.Segment == string(dispatch.Install) {
		if r.Attempt <= s.attempt {
			j.w.breach("P2", "attempt %d of %s is claimed after attempt %d", r.Attempt, r.Asset, s.attempt)
		}
		j.again(s, &r)
		*s = seat{wave: j.waveOf(r.Wave), attempt: r.Attempt, inFlight: true, failures: s.failures}
	}
	j.starts(c)
	j.bounds(c)
}

// starts is what must hold for whatever begins something on a host.
func (j *judge) starts(c *claim) {
	w, r := j.w, &c.record
	at := parse(r.T)
	switch dispatch.Segment(r.Segment) {
	case dispatch.Verify, dispatch.Rollback:
		return
	case dispatch.Install:
		if j.stopped(r.Wave) {
			w.breach("P8", "%s of %s is claimed while %v hold", r.Segment, r.Asset, j.held)
		}
	}
	tip := &j.p.tips[c.tip]
	if why := tip.forbids(c.host); why != "" || r.Grant != grant(tip.Version, c.host) && r.Segment == string(dispatch.Install) {
		if r.Segment == string(dispatch.Install) {
			w.breach("P4", "%s of %s is claimed: grant %.15s, %s", r.Segment, r.Asset, r.Grant, why)
		}
	}
	if at > epoch+j.p.Shape.Days*day+clockSlack && r.Segment == string(dispatch.Install) {
		w.breach("P4", "%s of %s is claimed after the deadline", r.Segment, r.Asset)
	}
	j.noticed(c, at)
	if end := at + j.p.Shape.rest(dispatch.Segment(r.Segment)) - slack; !j.p.Shape.open(tip, at+clockSlack, end) {
		w.breach("P3", "%s of %s is claimed at %s, outside its window", r.Segment, r.Asset, stamp(at))
	}
}

// noticed says that contacts were told of the occurrence in time.
func (j *judge) noticed(c *claim, at int64) {
	r := &c.record
	if !j.p.Shape.Notice || r.Segment != string(dispatch.Install) {
		return
	}
	sent, told := j.told[r.Window+r.Occurrence]
	if !told || at < sent+noticeLead-clockSlack {
		j.w.breach("notice", "%s of %s is claimed at %s, and nobody was told of %s in time", r.Segment, r.Asset, stamp(at), r.Occurrence)
	}
}

// Slack for clocks: the controllers' may be 30 s off, and hosts' 10 s more.
const (
	clockSlack = 31
	slack      = 75
)

// rest is how long a segment and those after it take at most.
func (s *Shape) rest(from dispatch.Segment) int64 {
	n := worst[dispatch.Verify]
	if from == dispatch.Install {
		n += worst[dispatch.Install]
	}
	if s.Reboot == "always" || from == dispatch.Reboot {
		n += worst[dispatch.Reboot]
	}
	return n
}

// forbids is why a host may not be touched by what the documents say.
func (t *Tip) forbids(host int) string {
	if t.Absent {
		return "the plan is not there"
	}
	if t.Leaves {
		return "another plan supersedes it"
	}
	if t.Closed {
		return "the client is not active"
	}
	if slices.Contains(t.Excepted, host) {
		return "it is excepted"
	}
	if slices.Contains(t.Uncovered, host) {
		return "its grant is not covered"
	}
	return ""
}

// budget is how many failures a wave bears, by the documents.
func (s *Shape) budget(k, members int) int64 {
	m := s.Waves[k].MaxFailures
	switch {
	case !m.Set:
		return 0
	case m.Percent && s.Waves[k].OfRollout:
		return m.N * int64(s.Hosts) / 100
	case m.Percent:
		return m.N * int64(members) / 100
	}
	return m.N
}

// notified remembers that a contact was really told.
func (j *judge) notified(n rollout.Notice) {
	key := n.Window + resultlog.Instant(time.Unix(n.Occurrence, 0))
	if _, told := j.told[key]; !told {
		j.told[key] = j.w.now
	}
}
