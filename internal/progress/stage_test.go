package progress

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

const (
	minute  = 60
	hour    = 60 * minute
	day     = 24 * hour
	farAway = 4102444800 // 2100
	key     = "acme/os"
)

func clock(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

// stage is one client with one plan, a clock, hosts that do what a test says, and a
// runner that carries out whatever Next decides.
type stage struct {
	*testing.T
	state   *State
	docs    *Documents
	plan    *Plan
	now     Now
	log     []Logged
	blobs   map[string][]byte
	flights map[string]*flight
	// answers is what becomes of a task; "" it succeeds, "hang" nothing comes.
	answers func(task *dispatch.Task) string
	measure func(wave, gate string) string
	mute    bool // notices are not sent
	most    int  // sessions in flight at once so far
	stopped []string
	waits   []Wait
	wake    int64
}

type flight struct {
	task *dispatch.Task
	ends int64
}

// newStage is a stage of so many hosts, h000 and so on, with a window every night from
// 01:00 to 04:00 UTC and sessions of 15 minutes, in one wave that bears no failure.
func newStage(t *testing.T, asOf string, hosts int) *stage {
	s := &stage{T: t, state: Begin(), blobs: map[string][]byte{}, flights: map[string]*flight{}}
	s.now = Now{At: clock(t, asOf), Repository: "repo", InHand: map[string]bool{}, Absent: map[string]bool{}}
	s.docs = documents(t, s.now.At, hosts)
	s.plan = s.docs.Plans[key]
	return s
}

func documents(t testing.TB, asOf int64, hosts int) *Documents {
	week := &window.Week{Zone: time.UTC, Hours: []window.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: day}}}
	in := &rollout.Input{AsOf: asOf, Horizon: 35 * day, Clients: []rollout.Client{{
		Name: "acme", Zone: time.UTC, Business: week,
		Agreements: []rollout.Agreement{{Name: "a", ID: "ClientAgreement/acme/a", Until: farAway, CostCap: -1, Windows: []int{0}, Rates: rollout.Rates{Currency: "EUR"}}},
		Windows:    []rollout.Window{{Name: "nightly", ID: "MaintenanceWindow/acme/nightly", Def: nightly(t)}},
	}}}
	c := &in.Clients[0]
	p := &Plan{
		Client: "acme", Name: "os", ID: "PatchPlan/acme/os", Digest: "sha256:plan", Change: "standard", Deadline: farAway, Reboot: "ifRequired",
		Misfire: "defer", OnSupersede: "finish", Jobs: map[string]*Job{}, Gone: map[string]rollout.Code{}, Waves: []Wave{{Name: "all", Advance: 100}},
	}
	for i := range hosts {
		name := fmt.Sprintf("h%0*d", max(3, len(fmt.Sprint(hosts-1))), i)
		c.Assets = append(c.Assets, rollout.Asset{Name: name, Windows: []int{0}, Group: -1, RunsOn: -1, Relay: -1, Tier: 1})
		p.Jobs[name] = job(name, i)
	}
	rp := rollout.Plan{Name: "os", ID: p.ID, Change: "standard", Ring: -1, Deadline: farAway, Waves: []rollout.Wave{{Name: "all", Percent: 100, Advance: 100}}}
	for i := range hosts {
		rp.Work = append(rp.Work, rollout.Work{Asset: i, Patches: []string{"kb1"}, Risk: 100, Least: 3, Minutes: 15})
	}
	c.Plans = []rollout.Plan{rp}
	return &Documents{Commit: "c1", Input: in, Plans: map[string]*Plan{key: p}, Engine: "e", Tzdata: "tz", Policy: "p"}
}

func nightly(t testing.TB) *window.Window {
	rule, err := window.ParseRule("FREQ=DAILY")
	if err != nil {
		t.Fatal(err)
	}
	start, err := window.ParseLocal("2026-01-01T01:00:00")
	if err != nil {
		t.Fatal(err)
	}
	return &window.Window{Zone: time.UTC, Start: start, Rule: &rule, Length: 3 * hour}
}

func job(name string, index int) *Job {
	step := func(name string, point bool) dispatch.Step {
		return dispatch.Step{Name: name, Run: []string{"true"}, Timeout: 60, Point: point}
	}
	return &Job{
		Asset: name, Index: index, Grant: "sha256:" + name, Covered: true, Target: dispatch.Target{Client: "acme", Asset: name, Type: "local"},
		Steps: map[dispatch.Segment][]dispatch.Step{
			dispatch.Install:  {step("precheck", false), step("snapshot", false), step("stage", false), step("install", true)},
			dispatch.Reboot:   {step("reboot", true)},
			dispatch.Verify:   {step("postcheck", false)},
			dispatch.Rollback: {step("rollback", true)},
		},
		Worst: map[dispatch.Segment]int64{dispatch.Install: 600, dispatch.Reboot: 300, dispatch.Verify: 300, dispatch.Rollback: 600},
	}
}

// waves makes the plan's waves, each with its cumulative percentage.
func (s *stage) waves(percents []int, change func(k int, w *Wave)) {
	p := &s.docs.Input.Clients[0].Plans[0]
	p.Waves, s.plan.Waves = nil, nil
	for k, percent := range percents {
		w := Wave{Name: fmt.Sprintf("w%d", k), Advance: 100}
		if change != nil {
			change(k, &w)
		}
		s.plan.Waves = append(s.plan.Waves, w)
		p.Waves = append(p.Waves, rollout.Wave{Name: w.Name, Percent: percent, Advance: w.Advance, Soak: w.Soak, MaxConcurrent: w.MaxConcurrent, Stagger: w.Stagger})
	}
}

func percent(n int64) rollout.Amount { return rollout.Amount{Set: true, Percent: true, N: n} }
func count(n int64) rollout.Amount   { return rollout.Amount{Set: true, N: n} }

// commit makes the documents another commit's, after they were changed.
func (s *stage) commit(name string) {
	d := *s.docs
	d.Commit, d.oracle = name, nil
	in := *d.Input
	d.Input = &in
	s.docs = &d
}

func (s *stage) blob(_, digest string) ([]byte, error) {
	if data, known := s.blobs[digest]; known {
		return data, nil
	}
	return nil, errors.New("no such blob")
}

// append writes records at the stage's time and folds them.
func (s *stage) append(client string, records ...resultlog.Record) {
	s.Helper()
	for _, r := range records {
		r.V, r.Seq, r.T, r.Fence = 1, int64(len(s.log)), instant(s.now.At), 1
		l := Logged{client, r}
		if err := s.state.Apply([]Logged{l}, s.blob); err != nil {
			s.Fatalf("%s: %v", instant(s.now.At), err)
		}
		s.log = append(s.log, l)
	}
}

// say appends a person's word.
func (s *stage) say(kind resultlog.Kind, plan, person string) {
	s.append("acme", resultlog.Record{Kind: kind, Plan: plan, Reason: "because", Actor: &resultlog.Actor{Kind: "person", ID: person}})
}

// settle carries out what Next decides until nothing is left, and returns the acts.
func (s *stage) settle() []Act {
	s.Helper()
	var acts []Act
	for round := 0; ; round++ {
		if round > 200 {
			s.Fatalf("%s: Next has always more to do: %v", instant(s.now.At), acts[len(acts)-5:])
		}
		out := Next(s.state, s.docs, s.now)
		s.waits, s.wake = out.Waits, out.Wake
		n := 0
		for i := range out.Do {
			if s.carry(&out.Do[i]) {
				n++
				acts = append(acts, out.Do[i].Act)
			}
		}
		if n == 0 {
			return acts
		}
	}
}

// carry carries out one decision; false where it changes nothing.
func (s *stage) carry(d *Decision) bool {
	s.Helper()
	switch d.Act {
	case Records:
		s.append(d.Client, d.Records...)
	case Replans:
		s.now.Replanned = d.Cause
		all, err := Replan(s.state, s.docs, s.now.At, d.Cause)
		if err != nil {
			s.Fatal(err)
		}
		for _, r := range all {
			s.blobs[canonical.Digest(r.Blob)] = r.Blob
			s.append(r.Client, r.Records...)
		}
	case Notifies:
		if s.mute {
			return false
		}
		r := d.Records[0]
		r.Outcome = "sent"
		s.append(d.Client, r)
	case Measures:
		r := d.Records[0]
		r.Outcome = s.measure(d.Wave, d.Gate.Name)
		s.append(d.Client, r)
	case Starts:
		s.launch(d)
	case Probes:
		return false
	case Stops:
		return s.stop(d.Task)
	}
	return true
}

func (s *stage) launch(d *Decision) {
	s.Helper()
	r := d.Records[0]
	r.NotAfter = instant(s.now.At + 30)
	s.append(d.Client, r)
	s.now.InHand[d.Task.Key] = true
	delete(s.now.Absent, d.Task.Key)
	if s.flights[d.Task.Key] != nil {
		s.Fatalf("key %s is dispatched twice", d.Task.Key)
	}
	s.flights[d.Task.Key] = &flight{task: d.Task, ends: s.now.At + d.Task.Steps[0].Timeout*2}
	s.most = max(s.most, len(s.flights))
}

// stop stops a task that is before its point of no return, as Live says.
func (s *stage) stop(task *dispatch.Task) bool {
	if f := s.flights[task.Key]; f == nil || s.state.Live[task.Key] == dispatch.Installs {
		return false
	}
	s.stopped = append(s.stopped, task.Asset)
	s.finish(task, dispatch.Stopped)
	return true
}

// finish ends a task: "failed@step" names the step.
func (s *stage) finish(task *dispatch.Task, outcome string) {
	s.Helper()
	delete(s.flights, task.Key)
	delete(s.now.InHand, task.Key)
	outcome, step, _ := strings.Cut(outcome, "@")
	s.append(task.Client, resultlog.Record{
		Kind: resultlog.Result, Plan: task.Client + "/" + task.Plan, Run: task.Run, Wave: task.Wave, Asset: task.Asset, Segment: string(task.Segment),
		Attempt: task.Attempt, Key: task.Key, Outcome: outcome, Step: step,
	})
}

// until lets time pass to an instant: hosts answer, and whatever can be done is.
func (s *stage) until(text string) {
	s.Helper()
	s.to(clock(s.T, text))
}

func (s *stage) to(end int64) {
	s.Helper()
	for steps := 0; ; steps++ {
		if steps > 20000 {
			s.Fatalf("%s: time does not get anywhere", instant(s.now.At))
		}
		s.settle()
		next := end
		if s.wake > 0 {
			next = min(next, s.wake)
		}
		for _, k := range slices.Sorted(maps.Keys(s.flights)) {
			next = min(next, s.flights[k].ends)
		}
		s.now.At = max(s.now.At, next)
		s.answer()
		if s.now.At >= end {
			s.settle()
			return
		}
	}
}

// answer lets the hosts answer whose time has come.
func (s *stage) answer() {
	s.Helper()
	for _, k := range slices.Sorted(maps.Keys(s.flights)) {
		f := s.flights[k]
		if f.ends > s.now.At {
			continue
		}
		outcome := dispatch.Succeeded
		if s.answers != nil {
			if a := s.answers(f.task); a == "hang" {
				f.ends = farAway
				continue
			} else if a != "" {
				outcome = a
			}
		}
		s.finish(f.task, outcome)
	}
}

func (s *stage) run() *Run { return s.state.Runs[key] }

func (s *stage) states() map[HostState]int {
	out := map[HostState]int{}
	for _, h := range s.run().Hosts {
		out[h.State]++
	}
	return out
}

// kinds counts the records of a kind.
func (s *stage) kinds(kind resultlog.Kind) int {
	n := 0
	for _, l := range s.log {
		if l.Record.Kind == kind {
			n++
		}
	}
	return n
}

// expectStates compares how many hosts are in which state.
func (s *stage) expectStates(want map[HostState]int) {
	s.Helper()
	if got := s.states(); !maps.Equal(got, want) {
		s.Errorf("at %s hosts are %v, wanted %v", instant(s.now.At), got, want)
	}
}

// waiting says whether anything waits with a code.
func (s *stage) waiting(code rollout.Code) bool {
	return slices.ContainsFunc(s.waits, func(w Wait) bool { return w.Code == code })
}
