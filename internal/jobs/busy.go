package jobs

import (
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// begun says whether a host has a session of a run under way, or had one in a run that goes
// on: what a session brings makes its work vanish, and it may still be rolled back, and
// counts when it is asked what failures have in common.
func begun(run *progress.Run, h *progress.Host) bool {
	return h.Busy() || run.Ended == 0 && h.Attempt > 0 && h.State.Ended()
}

// keepBegun adds jobs for hosts of a run that have begun, or have an open claim, and no work
// by what the documents say now: what began must be probed, verified and ended, or undone.
// Hosts that the run knows and the plan does not are gone.
func (c *client) keepBegun(p *progress.Plan, read *spec.Plan, run *progress.Run, g grants) {
	if run == nil || run.Ended != 0 && len(run.Claims) == 0 {
		return
	}
	for _, asset := range slices.Sorted(maps.Keys(run.Hosts)) {
		h := run.Hosts[asset]
		if p.Jobs[asset] != nil {
			continue
		}
		i, known := c.index(asset)
		if _, said := p.Gone[asset]; !said {
			p.Gone[asset] = rollout.NotSelected
		}
		if !known || c.assets[i] == nil || !begun(run, h) {
			continue
		}
		job := c.job(p, read, c.workOf(i, run, p.Reboot), run)
		c.cover(p.Client+"/"+p.Name, job, g)
		p.Jobs[asset] = job
	}
}

// workOf is the work of a session that began, as it was planned.
func (c *client) workOf(asset int, run *progress.Run, reboot string) *rollout.Work {
	w := &rollout.Work{Asset: asset, Reboots: reboot == "always"}
	if run.Schedule != nil {
		place := run.Schedule.Placements[c.Assets[asset].Name]
		w.Patches, w.Minutes = place.Patches, (place.End-place.Start)/60
	}
	for _, name := range w.Patches {
		if p := c.patch(name); p != nil && reboot == "ifRequired" && p.Restart == "system" {
			w.Reboots = true
		}
	}
	w.Minutes = max(1, w.Minutes)
	return w
}

// lost are runs of plans that the documents do not have open any more, at clients that
// they have: nothing starts, and what began is ended.
func (b *builder) lost() {
	if b.options.State == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(b.options.State.Runs)) {
		run := b.options.State.Runs[key]
		if b.out.Plans[key] != nil || run.Ended != 0 && len(run.Claims) == 0 {
			continue
		}
		i := slices.IndexFunc(b.out.Input.Clients, func(c rollout.Client) bool { return c.Name == run.Client })
		p := &progress.Plan{
			Client: run.Client, Name: run.Plan, ID: "PatchPlan/" + key, Digest: run.Digest, Reboot: "ifRequired", Misfire: "defer",
			OnSupersede: "finish", Snapshot: "none", Ring: -1, Jobs: map[string]*progress.Job{}, Gone: map[string]rollout.Code{},
			Closed: rollout.NotSelected, ClosedWhy: "the documents of the authorised tip have no such open plan",
		}
		for _, w := range run.Waves {
			p.Waves = append(p.Waves, progress.Wave{Name: w.Name, Advance: 100, MaxFailures: rollout.Amount{Set: true}})
		}
		if i < 0 {
			p.Closed, p.ClosedWhy = rollout.ClientNotActive, "the documents have no client "+run.Client+", or it has ended"
			for asset := range run.Hosts {
				p.Gone[asset] = rollout.ClientNotActive
			}
		} else {
			c := b.again(&b.out.Input.Clients[i])
			c.keepBegun(p, nil, run, grants{})
		}
		b.out.Plans[key] = p
	}
}

// again is a client as far as jobs of its assets need it.
func (b *builder) again(in *rollout.Client) *client {
	c := &client{builder: b, Client: in, zone: in.Zone.String(), grants: map[string]grants{}, shared: map[shareKey]*shared{}}
	c.readAssets()
	return c
}
