package progress

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

// drama is a rollout with everything that happens to it drawn by chance.
type drama struct {
	*stage
	r     *rapid.T
	bad   map[string]string // asset -> how its first installation ends
	times int
}

func newDrama(t *testing.T, r *rapid.T) *drama {
	n := rapid.IntRange(1, 24).Draw(r, "hosts")
	s := newStage(t, "2026-06-10T08:00:00Z", n)
	s.plan.Misfire = rapid.SampledFrom([]string{"defer", "nextWindow", "onReconnect"}).Draw(r, "misfire")
	s.plan.Reboot = rapid.SampledFrom([]string{"never", "ifRequired", "always"}).Draw(r, "reboot")
	if s.plan.Reboot == "always" {
		for _, j := range s.plan.Jobs {
			j.Reboots = true
		}
		for i := range s.docs.Input.Clients[0].Plans[0].Work {
			s.docs.Input.Clients[0].Plans[0].Work[i].Minutes = 20
		}
	}
	s.plan.RollbackAuto, s.plan.RollbackOn = rapid.Bool().Draw(r, "rollback"), []string{"install", "postcheck"}
	percents := rapid.SampledFrom([][]int{{100}, {10, 100}, {10, 50, 100}}).Draw(r, "waves")
	s.waves(percents, func(_ int, w *Wave) {
		w.Soak = rapid.Int64Range(0, 7200).Draw(r, "soak")
		w.Advance = rapid.SampledFrom([]int{100, 70}).Draw(r, "advance")
		if rapid.Bool().Draw(r, "bears") {
			w.MaxFailures = rapid.SampledFrom([]rollout.Amount{count(0), count(1), count(4), percent(20), percent(100)}).Draw(r, "maxFailures")
		}
		if rapid.Bool().Draw(r, "limited") {
			w.MaxConcurrent = count(rapid.Int64Range(1, 5).Draw(r, "maxConcurrent"))
		}
	})
	if n > 1 && rapid.Bool().Draw(r, "pair") {
		s.pair(0, 1, nil)
	}
	d := &drama{stage: s, r: r, bad: map[string]string{}}
	for _, asset := range sortedKeys(s.plan.Jobs) {
		d.bad[asset] = rapid.SampledFrom([]string{"", "", "", "failed@install", "failed@precheck", "stopped", "hang"}).Draw(r, asset)
	}
	s.answers = func(task *dispatch.Task) string {
		how := d.bad[task.Asset]
		if task.Segment != dispatch.Install || how == "stopped" && task.Attempt > 1 {
			return ""
		}
		return how
	}
	return d
}

// happen lets something happen to the rollout.
func (d *drama) happen() {
	d.times++
	switch rapid.IntRange(0, 9).Draw(d.r, "event") {
	case 0:
		d.say(resultlog.Hold, key, "ada")
	case 1, 2:
		d.say(resultlog.Resume, key, "ada")
	case 3:
		from := d.now.At + rapid.Int64Range(-hour, hour).Draw(d.r, "from")
		d.freeze(instant(from), instant(from+rapid.Int64Range(60, 30*hour).Draw(d.r, "length")), func(i int) bool { return i%2 == d.times%2 })
	case 4: // the controller is away
		d.now.At += rapid.Int64Range(60, 26*hour).Draw(d.r, "outage")
		d.answer()
	case 5: // somebody is not to be patched any more
		asset := rapid.SampledFrom(sortedKeys(d.plan.Jobs)).Draw(d.r, "excepted")
		d.plan.Gone[asset] = rollout.Exception
		d.commit("exception " + asset)
	case 6: // hosts that hang are unknown
		d.lose()
	case 7: // and come back
		for _, k := range slices.Sorted(maps.Keys(d.flights)) {
			if d.flights[k].ends == farAway {
				d.finish(d.flights[k].task, rapid.SampledFrom([]string{"succeeded", "failed@install", "interrupted"}).Draw(d.r, "back"))
			}
		}
	}
}

func (d *drama) lose() {
	for _, k := range slices.Sorted(maps.Keys(d.flights)) {
		if task := d.flights[k].task; d.flights[k].ends == farAway && !d.run().Claims[k].Probed {
			delete(d.now.InHand, k)
			d.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: task.Run, Wave: task.Wave, Asset: task.Asset, Key: k, Why: "no answer"})
		}
	}
}

// TestPropertySafety: whatever happens, no more is in flight than the budget bears, no
// session starts outside its window, in a freeze, under a hold or in a pause that waits
// for a person; one claim is open per host, and what ended is not begun again.
func TestPropertySafety(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDrama(t, r)
		for range rapid.IntRange(1, 12).Draw(r, "events") {
			d.to(d.now.At + rapid.Int64Range(60, 20*hour).Draw(r, "time"))
			if d.state.Runs[key] != nil && d.run().Ended == 0 {
				d.happen()
			}
		}
		d.to(d.now.At + 2*day)
		j := newJudge(d.stage)
		for _, l := range d.log {
			if why := j.record(&l.Record); why != "" {
				r.Fatalf("%s: %s %s: %s", l.Record.T, l.Record.Kind, l.Record.Asset, why)
			}
		}
		d.refold(r)
	})
}

// judge follows the log alone, by rules of its own.
type judge struct {
	*stage
	open     map[string]string // asset -> key
	begun    map[string]bool   // sessions that are in flight, by asset
	failures int64             // since the newest resume
	budget   map[string]int64
	wave     map[string]string
	late     map[string]int64 // when a claim that nobody knows of counts as a failure
	unknown  map[string]int64
	places   map[string]Place
	held     bool
	paused   bool
}

func newJudge(s *stage) *judge {
	return &judge{stage: s, open: map[string]string{}, begun: map[string]bool{}, budget: map[string]int64{}, wave: map[string]string{}, late: map[string]int64{}, unknown: map[string]int64{}}
}

func (j *judge) record(r *resultlog.Record) string {
	switch r.Kind {
	case resultlog.Schedule:
		l, err := decodeLocked(j.blobs[r.Schedule])
		if err != nil {
			return err.Error()
		}
		j.places = l.Placements
	case resultlog.WaveBegun:
		j.budget[r.Wave] = r.Budget
	case resultlog.Hold:
		j.held = true
	case resultlog.Resume:
		j.held, j.paused, j.failures = false, false, 0
		for asset, late := range j.unknown { // a person says that it goes on without them
			if seconds(r.T) >= late {
				delete(j.begun, asset)
			}
		}
	case resultlog.Unknown:
		j.unknown[r.Asset] = j.late[r.Asset]
	case resultlog.WavePaused:
		j.paused = j.paused || r.Code == PauseThreshold
	case resultlog.Claim:
		return j.claim(r)
	case resultlog.Result:
		delete(j.open, r.Asset)
		delete(j.unknown, r.Asset)
		switch {
		case r.Outcome == dispatch.Stopped && r.Segment == string(dispatch.Install), r.Outcome == dispatch.Succeeded && r.Segment == string(dispatch.Verify):
			delete(j.begun, r.Asset)
		case r.Outcome != dispatch.Succeeded && r.Outcome != dispatch.Stopped && r.Segment != string(dispatch.Rollback):
			j.failures++
			delete(j.begun, r.Asset)
		}
	}
	return ""
}

func (j *judge) claim(r *resultlog.Record) string {
	at := seconds(r.T)
	if j.open[r.Asset] != "" {
		return "claimed while claim " + j.open[r.Asset] + " is open"
	}
	j.open[r.Asset] = r.Key
	j.late[r.Asset] = at + r.Worst + 600
	if r.Segment != string(dispatch.Install) {
		return ""
	}
	inFlight := int64(0)
	for asset := range j.begun {
		if j.wave[asset] == r.Wave {
			inFlight++
		}
	}
	j.begun[r.Asset], j.wave[r.Asset] = true, r.Wave
	place := j.places[r.Asset]
	switch clock := at % day; {
	case place.Window != r.Window || place.Occurrence != seconds(r.Occurrence) || at < place.Start:
		return "started in another place than the one that is locked, " + instant(place.Start)
	case j.held:
		return "started under a hold"
	case j.paused:
		return "started in a pause that waits for a person"
	case clock < hour || clock >= 4*hour-15*minute+minute:
		return "started outside its window"
	case inFlight > j.budget[r.Wave]-j.waveFailures(r.Wave) && inFlight > 0 && j.waveFailures(r.Wave) == j.failures:
		return fmt.Sprintf("%d in flight beside it, the budget is %d and %d failed", inFlight, j.budget[r.Wave], j.failures)
	}
	return ""
}

// waveFailures are all failures since the resume where there is one wave; with several,
// those of others are not this wave's, and the strict bound is not asked.
func (j *judge) waveFailures(string) int64 {
	if len(j.budget) > 1 {
		return -1
	}
	return j.failures
}

// refold wants the same state from all records at once as from one after the other.
func (s *stage) refold(r *rapid.T) {
	whole := Begin()
	if err := whole.Apply(s.log, s.blob); err != nil {
		r.Fatalf("folded at once: %v", err)
	}
	whole.Live, s.state.Live = nil, nil
	for _, state := range []*State{whole, s.state} {
		for _, run := range state.Runs {
			run.judged = judged{}
			for _, h := range run.Hosts {
				h.fine, h.asked, h.answered, h.answerer, h.answer = 0, nil, 0, nil, rollout.Answer{}
			}
		}
	}
	if !reflect.DeepEqual(whole, s.state) {
		r.Fatal("folding all at once gives another state than one by one")
	}
}

// TestPropertyLiveness: when nothing fails any more, and a person resumes every day, the
// run ends.
func TestPropertyLiveness(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDrama(t, r)
		for range rapid.IntRange(0, 6).Draw(r, "events") {
			d.to(d.now.At + rapid.Int64Range(60, 20*hour).Draw(r, "time"))
			if d.state.Runs[key] != nil && d.run().Ended == 0 {
				d.happen()
			}
		}
		clear(d.bad)
		d.docs.Input.Clients[0].Denies = []rollout.Deny{{ID: "Freeze/_/q1", Fixed: window.Span{}}}
		d.commit("calm")
		for range 40 {
			if d.state.Runs[key] != nil && d.run().Ended > 0 {
				return
			}
			for _, k := range slices.Sorted(maps.Keys(d.flights)) {
				if d.flights[k].ends == farAway {
					d.finish(d.flights[k].task, dispatch.Succeeded)
				}
			}
			if d.state.Runs[key] != nil {
				d.say(resultlog.Resume, key, "ada")
				for asset := range d.run().Hosts {
					d.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: asset, Facts: []resultlog.Fact{{Name: "health", Value: "up"}}})
				}
			}
			d.to(d.now.At + day)
		}
		r.Fatalf("the run does not end: %v %v", d.states(), d.waits)
	})
}

// TestPropertyClientsDoNotMatterToEachOther: the records of different clients may be
// folded in any order.
func TestPropertyClientsDoNotMatterToEachOther(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDrama(t, r)
		d.to(d.now.At + 2*day)
		other := slices.Clone(d.log)
		for i := range other {
			other[i].Client = "beta"
			if p := other[i].Record.Plan; p != "" {
				other[i].Record.Plan = "beta" + p[len("acme"):]
			}
		}
		fold := func(order []Logged) *State {
			s := Begin()
			if err := s.Apply(order, d.blob); err != nil {
				r.Fatal(err)
			}
			return s
		}
		var mixed []Logged
		for i, k := 0, 0; i < len(d.log) || k < len(other); {
			if k >= len(other) || i < len(d.log) && rapid.Bool().Draw(r, "acme") {
				mixed = append(mixed, d.log[i])
				i++
			} else {
				mixed = append(mixed, other[k])
				k++
			}
		}
		if !reflect.DeepEqual(fold(slices.Concat(d.log, other)), fold(mixed)) {
			r.Fatal("the order of different clients' records matters")
		}
	})
}
