package progress

import (
	"cmp"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/rollout"
)

// Input is the rollout's input with the progress of all runs in it: pins, running,
// notified, down. The work of a run that has ended is not in it while what is granted
// is the same, nor is that of hosts whose session has ended or that wait for somebody's
// word. Documents are not changed.
func Input(s *State, d *Documents, now int64) *rollout.Input {
	in := *d.Input
	in.AsOf = now
	in.Clients = slices.Clone(d.Input.Clients)
	for i := range in.Clients {
		c := &clientInput{state: s, docs: d, Client: &in.Clients[i], now: now}
		c.fill()
	}
	return &in
}

// clientInput is one client on its way into an input.
type clientInput struct {
	state *State
	docs  *Documents
	*rollout.Client
	now int64
}

func (c *clientInput) fill() {
	c.Plans = slices.Clone(c.Plans)
	c.Progress = rollout.Progress{}
	busy := map[int]bool{}
	for i := range c.Plans {
		p := &c.Plans[i]
		key := c.Name + "/" + p.Name
		run := c.state.Runs[key]
		if run == nil {
			continue
		}
		if run.Ended != 0 {
			if plan := c.docs.Plans[key]; plan != nil && c.state.stands(run, plan) {
				p.Work = nil
			}
			continue
		}
		p.Work, p.Waves = c.left(p.Work, run, c.docs.Plans[key]), run.wavesOf(p.Waves)
	}
	for _, key := range slices.Sorted(maps.Keys(c.state.Runs)) {
		if run := c.state.Runs[key]; run.Client == c.Name && (run.Ended == 0 || len(run.sessions) > 0) {
			c.progress(run, busy)
		}
	}
	for i := range c.Assets {
		if c.state.Down[c.Name+"/"+c.Assets[i].Name] && !busy[i] {
			c.Progress.Down = append(c.Progress.Down, i)
		}
	}
}

// left is the work that is still to be placed in a run.
func (c *clientInput) left(work []rollout.Work, run *Run, plan *Plan) []rollout.Work {
	misfire := ""
	if plan != nil {
		misfire = plan.Misfire
	}
	out := make([]rollout.Work, 0, len(work))
	for i := range work {
		asset := c.Assets[work[i].Asset].Name
		h := run.Hosts[asset]
		if h == nil || !h.State.Ended() && !run.Parked(asset, misfire) || h.Again || h.Busy() {
			out = append(out, work[i])
		}
	}
	return out
}

// progress adds what one run says.
func (c *clientInput) progress(run *Run, busy map[int]bool) {
	begun := false // as long as no wave has, they are drawn anew: nobody is in one yet
	for i := range run.Waves {
		begun = begun || run.Waves[i].Begun != 0
		if run.Ended == 0 && run.Waves[i].Begun != 0 {
			c.Progress.Begun = append(c.Progress.Begun, rollout.Begun{Plan: run.Plan, Wave: run.Waves[i].Name})
		}
	}
	for _, asset := range slices.Sorted(maps.Keys(run.Hosts)) {
		i, known := c.index(asset)
		if !known {
			continue
		}
		h := run.Hosts[asset]
		switch {
		case h.Busy():
			busy[i] = true
			c.Progress.Running = append(c.Progress.Running, rollout.Running{Plan: run.Plan, Asset: i, Start: min(h.Since, c.now), End: c.ends(run, h)})
		case run.Ended == 0 && h.Place != nil && !h.State.Ended():
			c.notified(run, h, i)
		}
		if w := run.wave(h.Wave); w != nil && w.Begun > 0 && !h.member && !h.Busy() && !h.State.Ended() {
			continue // its wave began without it, and it may be in another
		}
		if run.Ended == 0 && h.Wave != "" && (begun || h.Busy()) {
			pin := rollout.Pin{Plan: run.Plan, Asset: i, Wave: h.Wave, Done: h.State.Ended() && !h.Again && !h.Busy()}
			if pin.Done {
				pin.End = h.Since
			}
			c.Progress.Pins = append(c.Progress.Pins, pin)
		}
	}
}

func (c *clientInput) index(asset string) (int, bool) {
	return slices.BinarySearchFunc(c.Assets, asset, func(a rollout.Asset, name string) int { return cmp.Compare(a.Name, name) })
}

// ends is when a session under way is over by what was planned.
func (c *clientInput) ends(run *Run, h *Host) int64 {
	end := h.Since
	if plan := c.docs.Plans[c.Name+"/"+run.Plan]; plan != nil && plan.Jobs[h.Asset] != nil {
		job := plan.Jobs[h.Asset]
		for _, segment := range remaining(h.Segment) {
			if segment != dispatch.Reboot || job.Reboots || h.Reboot {
				end += job.Worst[segment]
			}
		}
	}
	if h.Place != nil {
		end = max(end, h.Since+h.Place.End-h.Place.Start)
	}
	return max(end, c.now)
}

// remaining are a segment and those of a session after it.
func remaining(from dispatch.Segment) []dispatch.Segment {
	switch from {
	case dispatch.Reboot:
		return []dispatch.Segment{dispatch.Reboot, dispatch.Verify}
	case dispatch.Verify:
		return []dispatch.Segment{dispatch.Verify}
	case dispatch.Rollback:
		return []dispatch.Segment{dispatch.Rollback}
	}
	return []dispatch.Segment{dispatch.Install, dispatch.Reboot, dispatch.Verify}
}

// notified is a place that is locked, and whether the client knows of it.
func (c *clientInput) notified(run *Run, h *Host, asset int) {
	w := slices.IndexFunc(c.Windows, func(w rollout.Window) bool { return w.Name == h.Place.Window })
	if w < 0 {
		w = -2 // it is there no more: nothing is in it
	}
	c.Progress.Notified = append(c.Progress.Notified, rollout.Notified{
		Plan: run.Plan, Asset: asset, Window: w, Occurrence: h.Place.Occurrence, Start: h.Place.Start, End: h.Place.End, Quiet: !run.knows(h.Place), At: c.told(run, h.Place),
		Loose: h.Place.Moved == rollout.Freeze || h.Place.Moved == rollout.HAPeerDown,
	})
}

// told is when the last of those who must be told of a place's occurrence was; now as long
// as one of them was not.
func (c *clientInput) told(run *Run, p *Place) int64 {
	at, all := run.informed(p.Window, p.Occurrence)
	if !all {
		return c.now
	}
	return at
}

// Session are the names of the packages that the host's session is about, by what it said
// was there before; none where it said nothing.
func (h *Host) Session() []string {
	var out []string
	for _, p := range h.before() {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
