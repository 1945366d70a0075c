package progress

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// edits is a drama whose plan people edit while it is carried out.
type edits struct {
	*drama
	removed *Plan // while it is not in the repository
	inputs  []rollout.Plan
}

// TestPropertyEditedPlansEnd: hosts come and go, waves are renamed, added and reordered, the
// plan is closed, superseded, removed and brought back while it is carried out, and people
// hold, abort and recall. When all is calm again, it ends; and the log is not flooded.
func TestPropertyEditedPlansEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		d := &edits{drama: newDrama(t, r)}
		d.agrees(rapid.SampledFrom([]int64{0, 0, hour, day}).Draw(r, "lead"))
		d.docs.Input.Clients[0].Windows[0].Def.Length = rapid.SampledFrom([]int64{3 * hour, 3 * hour, 24 * hour}).Draw(r, "length")
		for range rapid.IntRange(1, 20).Draw(r, "edits") {
			d.to(d.now.At + rapid.Int64Range(60, 20*hour).Draw(r, "time"))
			if d.state.Runs[key] != nil && d.run().Ended == 0 {
				d.edit()
			}
		}
		d.to(d.now.At + 2*day)
		d.calm()
		for range 40 {
			if d.to(d.now.At + 12*hour); d.run().Ended == 0 {
				d.answerAll()
			}
		}
		d.expectEnd(r)
		d.expectQuiet(r)
	})
}

// agrees makes notice of so long a part of the agreement, 0 none.
func (d *edits) agrees(lead int64) {
	if lead == 0 {
		return
	}
	a := &d.docs.Input.Clients[0].Agreements[0]
	a.Lead, a.Contacts, a.Channels = rollout.Lead{Seconds: lead}, []rollout.Contact{{Name: "c"}}, []string{"email"}
	d.plan.Notice = true
}

func (d *edits) edit() {
	d.times++
	if d.removed != nil {
		if rapid.Bool().Draw(d.r, "back") {
			d.bringBack()
		} else {
			d.say(resultlog.Resume, key, "ada")
		}
		return
	}
	switch rapid.IntRange(0, 12).Draw(d.r, "edit") {
	case 0:
		if names := sortedKeys(d.plan.Jobs); len(names) > 1 {
			i := rapid.IntRange(0, len(names)-1).Draw(d.r, "which")
			d.selects(slices.Delete(names, i, i+1))
		}
	case 1:
		d.selects(append(sortedKeys(d.plan.Jobs), fmt.Sprintf("n%03d", d.times)))
	case 2, 3:
		d.rewave()
	case 4:
		d.crash()
		for k := range d.run().Claims {
			d.now.InHand[k] = d.flights[k] != nil
		}
	case 5:
		d.change("closed", func(p *Plan) {
			if p.Closed != "" {
				p.Closed, p.ClosedWhy = "", ""
			} else {
				p.Closed, p.ClosedWhy = rollout.ClientNotActive, "the client is suspended"
			}
		})
	case 6:
		d.remove()
	case 7:
		d.say(rapid.SampledFrom([]resultlog.Kind{resultlog.Abort, resultlog.Recall, resultlog.Hold}).Draw(d.r, "word"), key, "ada")
	case 8:
		d.health(rapid.SampledFrom(sortedKeys(d.run().Hosts)).Draw(d.r, "sick"), rapid.SampledFrom([]string{"up", "down"}).Draw(d.r, "health"))
	case 9:
		how := rapid.SampledFrom([]string{"finish", "switch", "abort"}).Draw(d.r, "supersede")
		d.change("superseded", func(p *Plan) { p.Superseded, p.OnSupersede = "newer", how })
	default:
		d.happen()
	}
}

// change edits the plan and commits that.
func (d *edits) change(what string, edit func(*Plan)) {
	plan := *d.plan
	edit(&plan)
	d.plan, d.docs.Plans = &plan, map[string]*Plan{key: &plan}
	d.commit(fmt.Sprint(what, " ", d.times))
}

// client is the client's input, for this commit alone.
func (d *edits) client() *rollout.Client {
	in := *d.docs.Input
	in.Clients = slices.Clone(in.Clients)
	in.Clients[0].Plans = slices.Clone(in.Clients[0].Plans)
	d.docs.Input = &in
	return &in.Clients[0]
}

// selects makes the plan select exactly these hosts.
func (d *edits) selects(names []string) {
	slices.Sort(names)
	c := d.client()
	known := map[string]rollout.Asset{}
	for _, a := range c.Assets {
		known[a.Name] = a
	}
	c.Assets, c.Groups, c.Plans[0].Work = nil, nil, nil
	jobs, gone := map[string]*Job{}, map[string]rollout.Code{}
	for i, name := range names {
		a, is := known[name]
		if !is {
			a = rollout.Asset{Name: name, Windows: []int{0}, RunsOn: -1, Relay: -1, Tier: 1}
		}
		a.Group = -1
		c.Assets = append(c.Assets, a)
		c.Plans[0].Work = append(c.Plans[0].Work, rollout.Work{Asset: i, Patches: []string{"kb1"}, Risk: 100, Least: 3, Minutes: 15})
		jobs[name] = job(name, i)
	}
	for _, name := range append(sortedKeys(d.plan.Jobs), sortedKeys(d.plan.Gone)...) {
		if jobs[name] == nil {
			gone[name] = rollout.NotSelected
		}
	}
	d.change("hosts", func(p *Plan) { p.Jobs, p.Gone, p.Digest = jobs, gone, fmt.Sprint(names) })
}

// rewave gives the plan other waves, some by names that it had.
func (d *edits) rewave() {
	percents := rapid.SampledFrom([][]int{{100}, {10, 100}, {10, 50, 100}, {30, 100}}).Draw(d.r, "percents")
	names := rapid.Permutation([]string{"w0", "w1", "w2", "x0", "y1"}).Draw(d.r, "names")
	c := d.client()
	d.change("waves", func(p *Plan) {
		d.plan = p
		d.waves(percents, func(_ int, w *Wave) {
			w.MaxFailures, w.Soak = count(1), rapid.Int64Range(0, 7200).Draw(d.r, "soak")
		})
		for i := range percents {
			p.Waves[i].Name, c.Plans[0].Waves[i].Name = names[i], names[i]
		}
	})
}

// remove takes the plan out of the repository, as its documents are read then.
func (d *edits) remove() {
	run := d.run()
	left := &Plan{
		Client: "acme", Name: "os", ID: d.plan.ID, Digest: run.Digest, Reboot: "ifRequired", Misfire: "defer", OnSupersede: "finish", Ring: -1,
		Jobs: map[string]*Job{}, Gone: map[string]rollout.Code{}, Closed: rollout.NotSelected, ClosedWhy: "the plan is not there any more",
	}
	for _, w := range run.Waves {
		left.Waves = append(left.Waves, Wave{Name: w.Name, Advance: 100, MaxFailures: rollout.Amount{Set: true}})
	}
	for name, h := range run.Hosts {
		left.Gone[name] = rollout.NotSelected
		if j := d.plan.Jobs[name]; j != nil && (h.Busy() || h.Attempt > 0 && h.State.Ended()) {
			left.Jobs[name] = j
		}
	}
	c := d.client()
	d.removed, d.inputs, c.Plans = d.plan, c.Plans, nil
	d.docs.Plans = map[string]*Plan{key: left}
	d.commit(fmt.Sprint("removed ", d.times))
}

func (d *edits) bringBack() {
	d.client().Plans = d.inputs
	d.plan, d.removed = d.removed, nil
	d.change("back", func(*Plan) {})
}

// calm is the end of all that keeps the plan from being carried out.
func (d *edits) calm() {
	if d.removed != nil {
		d.bringBack()
	}
	d.answers = nil
	c := &d.docs.Input.Clients[0]
	c.Windows[0].Def.Length, c.Denies = 3*hour, nil
	for i := range c.Assets {
		c.Assets[i].Denies = nil
	}
	d.change("calm", func(p *Plan) { p.Closed, p.ClosedWhy = "", "" })
}

// answerAll lets hosts and people answer all that is asked of them.
func (d *edits) answerAll() {
	for _, k := range sortedKeys(d.flights) {
		d.finish(d.flights[k].task, string(dispatch.Succeeded))
	}
	for k := range d.run().Claims {
		d.now.Absent[k] = d.flights[k] == nil
	}
	for _, host := range sortedKeys(d.state.Down) {
		d.health(host[len("acme/"):], "up")
	}
	d.say(resultlog.Resume, key, "ada")
}

func (d *edits) expectEnd(r *rapid.T) {
	if d.run().Ended != 0 || slices.ContainsFunc(d.waits, func(w Wait) bool { return w.Code == rollout.WaveGate && w.Asset != "" }) {
		return // new hosts that may join no wave keep it open, as long as there is time
	}
	for _, l := range d.log {
		r.Log(l.Record.T, l.Record.Kind, l.Record.Wave, l.Record.Asset, l.Record.Segment, l.Record.Outcome, l.Record.Code, l.Record.Why)
	}
	r.Fatalf("not ended: %v %+v", d.waits, d.states())
}

// expectQuiet wants no more schedules in an hour than edits explain.
func (d *edits) expectQuiet(r *rapid.T) {
	per := map[string]int{}
	for _, l := range d.log {
		if l.Record.Kind == resultlog.Schedule {
			at := l.Record.T[:len("2026-06-10T08")]
			if per[at]++; per[at] > 12 {
				r.Fatalf("over 12 schedules in the hour of %s", at)
			}
		}
	}
}
