package progress

import (
	"slices"

	"github.com/patchops/patchops/internal/rollout"
)

// WavesIn are the waves of a plan as a run carries them out. Who is in a wave that has begun
// stays in it to its end, and the log knows that wave by the name that it began under: where a
// plan of as many waves calls the one in its place otherwise meanwhile, it keeps that name; where
// the plan has it no more, its hosts are done before those of waves that have not begun.
func (p *Plan) WavesIn(run *Run) []Wave {
	waves := p.Waves
	if len(waves) == 0 {
		waves = []Wave{{Name: "all", Advance: 100}}
	}
	names := run.names(waveNames(waves, func(w Wave) string { return w.Name }))
	if names == nil {
		return waves
	}
	var out []Wave
	for _, n := range names {
		w := Wave{Advance: 100, MaxFailures: rollout.Amount{Set: true}}
		if n.of >= 0 {
			w = waves[n.of]
		}
		w.Name = n.name
		out = append(out, w)
	}
	return out
}

// wavesOf are the same waves of a plan that is computed. One that the plan has no more takes
// nobody in.
func (r *Run) wavesOf(waves []rollout.Wave) []rollout.Wave {
	all := waves
	if len(all) == 0 {
		all = []rollout.Wave{{Name: "all", Percent: 100, Advance: 100}}
	}
	names := r.names(waveNames(all, func(w rollout.Wave) string { return w.Name }))
	if names == nil {
		return waves
	}
	var out []rollout.Wave
	for _, n := range names {
		w := rollout.Wave{Selector: true, Advance: 100}
		if n.of >= 0 {
			w = all[n.of]
		}
		w.Name = n.name
		out = append(out, w)
	}
	return out
}

func waveNames[W any](waves []W, name func(W) string) []string {
	out := make([]string, len(waves))
	for i := range waves {
		out[i] = name(waves[i])
	}
	return out
}

// goesOn says whether a wave that has begun has hosts that are not done with: before its end, or
// stragglers.
func (w *WaveProgress) goesOn() bool {
	return w.Ended == 0 || slices.ContainsFunc(w.hosts, func(h *Host) bool { return !h.State.Ended() || h.Again || h.Busy() })
}

// named is a wave of a run: its name there, and which of the plan's it is; -1 none.
type named struct {
	name string
	of   int
}

// names are the waves of a run, by the names that its plan has now; nil where the run knows all
// of them so.
func (r *Run) names(now []string) []named {
	if r == nil || r.Ended > 0 || r.Schedule == nil {
		return nil
	}
	old := r.Schedule.Waves
	gone := func(k int) bool { // the plan does not name it, and it has begun
		w := r.wave(old[k])
		return w != nil && w.Begun > 0 && !slices.Contains(now, old[k])
	}
	out := make([]named, len(now))
	differ := false
	for k, name := range now {
		out[k] = named{name, k}
		if len(now) == len(old) && gone(k) && !slices.Contains(old, name) {
			out[k].name, differ = old[k], true
		}
	}
	for k := range old {
		known := slices.ContainsFunc(out, func(n named) bool { return n.name == old[k] })
		if !known && gone(k) && r.wave(old[k]).goesOn() {
			first := slices.IndexFunc(out, func(n named) bool { w := r.wave(n.name); return w == nil || w.Begun == 0 })
			if first < 0 {
				first = len(out)
			}
			out, differ = slices.Insert(out, min(k, first), named{old[k], -1}), true
		}
	}
	if !differ {
		return nil
	}
	return out
}
