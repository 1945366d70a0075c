package rollout

import (
	"cmp"
	"fmt"
	"slices"
)

// waveState is one wave while its sessions are placed.
type waveState struct {
	*Wave
	assets     int
	over       instants // ends of the sessions that ended before and have no work left
	ends       instants // of the placed ones
	starts     instants // of the placed ones that are not under way
	concurrent *profile // what is free of maxConcurrent; nil without
	staggered  *profile // 1 where another may start; nil without
}

// draw assigns assets to waves (semantics.md, Waves).
type draw struct {
	inst  *instance
	rest  []*session // in no wave yet, by chance
	n     int        // of the population
	taken int        // in the waves up to this one
}

// assignWaves puts every session into a wave: pinned ones where they were, the
// others as declared, and then later where what they wait for is later.
func (inst *instance) assignWaves() {
	inst.waves = make([]waveState, len(inst.plan.Waves))
	for i := range inst.waves {
		inst.waves[i].Wave = &inst.plan.Waves[i]
	}
	if len(inst.waves) == 0 {
		inst.waves = []waveState{{Wave: &Wave{Name: "all", Percent: 100, Advance: 100}}}
	}
	inst.declared = len(inst.waves)
	pinned, begun := inst.pin()
	d := &draw{inst: inst, n: len(inst.sessions)}
	for k := range inst.waves {
		d.n += inst.waves[k].over.n
	}
	inWave := make([]int, len(inst.waves))
	for i := range inst.sessions {
		s := &inst.sessions[i]
		if s.wave = pinned[i]; s.wave < 0 {
			d.rest = append(d.rest, s)
		} else {
			inWave[s.wave]++
		}
	}
	slices.SortFunc(d.rest, compareChance)
	for k := range inst.waves {
		d.taken += inWave[k] + inst.waves[k].over.n
		if !begun[k] {
			d.fill(k)
		}
	}
	for _, s := range d.rest {
		s.wave = d.leftover(s)
	}
	inst.moveLater(pinned)
	for i := range inst.sessions {
		inst.waves[inst.sessions[i].wave].assets++
	}
	inst.limitWaves()
}

// leftover is the wave of a session that no wave took. It is the last where all
// that would take it have begun, or the session has; else there is none, and it has
// no place: what is in no wave must not look planned.
func (d *draw) leftover(s *session) int32 {
	inst := d.inst
	waves := inst.waves[:inst.declared] // of a plan without any, the one that takes all
	if len(waves) > 1 && !waves[0].Selector {
		waves = waves[1:] // a canary does not take just any
	}
	if inst.client.underWay(workKey{inst.plan.Name, s.work.Asset}) || slices.ContainsFunc(waves, func(w waveState) bool { return w.reaches(s.work.Asset, d.n) }) {
		return int32(inst.declared - 1)
	}
	if len(inst.waves) == inst.declared {
		inst.waves = append(inst.waves, waveState{Wave: &Wave{Advance: 100}})
	}
	return int32(inst.declared)
}

// reaches says whether a wave takes an asset of a population of n, whoever is
// before it.
func (w *Wave) reaches(asset, n int) bool {
	if w.Selector {
		_, chosen := slices.BinarySearch(w.Chosen, asset)
		return chosen
	}
	return w.Percent >= 100 || w.Percent == 0 && w.Count >= n
}

// pin is the wave of each session that was decided before, -1 for the others, and
// which waves have begun: with one that is over, under way or notified.
func (inst *instance) pin() (pinned []int32, begun []bool) {
	pinned = make([]int32, len(inst.sessions))
	for i := range pinned {
		pinned[i] = -1
	}
	begun = make([]bool, len(inst.waves))
	for k := range begun {
		begun[k] = slices.Contains(inst.client.Progress.Begun, Begun{inst.plan.Name, inst.waves[k].Name})
	}
	for _, pin := range inst.client.pins[inst.plan.Name] {
		k := slices.IndexFunc(inst.waves, func(w waveState) bool { return w.Name == pin.Wave })
		if k < 0 {
			continue
		}
		s := inst.at(pin.Asset)
		switch {
		case s != nil:
			pinned[inst.position(s)] = int32(k)
		case pin.Done:
			inst.waves[k].over.add(pin.End)
		}
		key := workKey{inst.plan.Name, pin.Asset}
		begun[k] = begun[k] || pin.Done || inst.client.notified[key].told() || inst.client.underWay(key)
	}
	return pinned, begun
}

// position is the index of a session in its instance.
func (inst *instance) position(s *session) int {
	i, _ := slices.BinarySearchFunc(inst.sessions, s.work.Asset, func(x session, asset int) int { return cmp.Compare(x.work.Asset, asset) })
	return i
}

// fill takes the members of a wave from the rest.
func (d *draw) fill(k int) {
	w := d.inst.waves[k].Wave
	if w.Selector {
		d.take(k, func(s *session) bool {
			_, chosen := slices.BinarySearch(w.Chosen, s.work.Asset)
			return chosen
		}, len(d.rest))
		return
	}
	target := min(w.Count, d.n)
	if w.Percent > 0 {
		target = (w.Percent*d.n + 99) / 100
	}
	if k == 0 && len(d.inst.waves) > 1 && d.inst.hasCanary() {
		d.canary(target - d.taken)
		return
	}
	d.take(k, func(*session) bool { return true }, target-d.taken)
}

// take puts the first of the rest that are wanted into a wave, at most so many.
func (d *draw) take(k int, wanted func(*session) bool, most int) {
	left := d.rest[:0]
	for _, s := range d.rest {
		if most > 0 && wanted(s) {
			s.wave = int32(k)
			most--
			d.taken++
		} else {
			left = append(left, s)
		}
	}
	d.rest = left
}

// hasCanary says whether the first wave is a canary: not for fewer than five
// assets, or one HA group.
func (inst *instance) hasCanary() bool {
	if len(inst.sessions) < 5 {
		return false
	}
	assets := inst.client.Assets
	group := assets[inst.sessions[0].work.Asset].Group
	return group < 0 || slices.ContainsFunc(inst.sessions, func(s session) bool { return assets[s.work.Asset].Group != group })
}

// canary takes the first wave: nothing dear, nothing that waits for others, one
// of each stratum in turn, one of each HA group.
func (d *draw) canary(want int) {
	var names []string
	strata := map[string][]*session{}
	sizes := map[string]int{}
	assets := d.inst.client.Assets
	for i := range d.inst.sessions {
		sizes[assets[d.inst.sessions[i].work.Asset].Stratum]++
	}
	for _, s := range d.rest {
		a := &assets[s.work.Asset]
		if a.Tier == 0 || len(s.work.DependsOn) > 0 || d.inst.client.isPrimary(s.work.Asset) {
			continue
		}
		if strata[a.Stratum] == nil {
			names = append(names, a.Stratum)
		}
		strata[a.Stratum] = append(strata[a.Stratum], s)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(sizes[b]-sizes[a], cmp.Compare(a, b)) })
	drawn := map[*session]bool{}
	groups := map[int]bool{}
	for i := range d.inst.sessions { // pinned before
		if s := &d.inst.sessions[i]; s.wave == 0 {
			groups[assets[s.work.Asset].Group] = true
		}
	}
	for len(names) > 0 && len(drawn) < want {
		left := names[:0]
		for _, name := range names {
			if len(drawn) < want {
				strata[name] = drawOne(strata[name], assets, groups, drawn)
			}
			if len(strata[name]) > 0 {
				left = append(left, name)
			}
		}
		names = left
	}
	d.take(0, func(s *session) bool { return drawn[s] }, len(drawn))
	if len(drawn) < want {
		w := d.inst.waves[0].Wave
		d.inst.remarks = append(d.inst.remarks, Remark{ID: "plan/canary-short", Wave: w.Name, Text: fmt.Sprintf(
			"canary wave %q has %d of %d assets: no others are below tier 0, without dependencies and in an HA group of their own", w.Name, d.taken, d.taken+want-len(drawn))})
	}
}

// drawOne takes the first of a stratum whose HA group has none in the canary, and
// returns the rest.
func drawOne(stratum []*session, assets []Asset, groups map[int]bool, drawn map[*session]bool) []*session {
	for i, s := range stratum {
		g := assets[s.work.Asset].Group
		if g < 0 || !groups[g] {
			drawn[s] = true
			groups[g] = true
			return stratum[i+1:]
		}
	}
	return nil
}

// isPrimary says whether an asset is the primary of a group whose standbys go
// first.
func (c *client) isPrimary(asset int) bool {
	g := c.Assets[asset].Group
	return g >= 0 && c.Groups[g].StandbyFirst && c.Groups[g].Primary == asset
}

// moveLater puts each session that is not pinned into a wave no earlier than those
// of what goes before it. In a cycle all end in the latest.
func (inst *instance) moveLater(pinned []int32) {
	var work []*session
	for i := range inst.sessions {
		if s := &inst.sessions[i]; s.links != nil {
			work = append(work, s)
		}
	}
	for len(work) > 0 {
		s := work[len(work)-1]
		work = work[:len(work)-1]
		later := s.links.after
		if s.links.primary != nil {
			later = append(slices.Clone(later), s.links.primary)
		}
		for _, x := range later {
			if x.wave < s.wave && pinned[inst.position(x)] < 0 && (!s.inNoWave() || !inst.client.underWay(workKey{inst.plan.Name, x.work.Asset})) {
				x.wave = s.wave
				work = append(work, x)
			}
		}
	}
}

// limitWaves makes what bounds the sessions of a wave at once.
func (inst *instance) limitWaves() {
	for k := range inst.waves {
		w := &inst.waves[k]
		if n := limitOf(w.MaxConcurrent, w.assets); n >= 0 {
			w.concurrent = newProfile(n)
		}
		if w.Stagger > 0 {
			w.staggered = newProfile(1)
		}
	}
}
