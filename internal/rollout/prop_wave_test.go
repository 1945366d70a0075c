package rollout

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naiveWaves draws the waves of a plan as semantics.md says it, (a) to (f), step
// by step; by asset.
type naiveWaves struct {
	client *Client
	plan   *Plan
	of     map[int]int
	pinned map[int]bool
	over   map[int]int // by wave: assets that are done and have no work left
	begun  map[int]bool
}

func (w *naiveWaves) hash(asset int) string {
	sum := sha256.Sum256([]byte(w.plan.Name + "/" + w.client.Name + "/" + w.client.Assets[asset].Name))
	return string(sum[:])
}

func drawWaves(c *Client, p *Plan) map[int]int {
	w := &naiveWaves{client: c, plan: p, of: map[int]int{}, pinned: map[int]bool{}, over: map[int]int{}, begun: map[int]bool{}}
	w.pin()
	population := len(p.Work)
	for _, n := range w.over {
		population += n
	}
	for k := range p.Waves {
		if w.begun[k] {
			continue
		}
		wave := &p.Waves[k]
		target := min(wave.Count, population)
		if wave.Percent > 0 {
			target = wave.Percent * population / 100
			if wave.Percent*population%100 > 0 {
				target++
			}
		}
		for _, a := range w.candidates(k) {
			inside := 0
			for i := range k + 1 {
				inside += w.over[i]
			}
			for _, at := range w.of {
				if at <= k {
					inside++
				}
			}
			if wave.Selector || inside < target {
				w.of[a] = k
			}
		}
	}
	for _, a := range w.left() {
		w.of[a] = len(p.Waves) - 1
	}
	w.later()
	return w.of
}

// pin puts those whose wave was decided before where they were.
func (w *naiveWaves) pin() {
	for _, pin := range w.client.Progress.Pins {
		k := slices.IndexFunc(w.plan.Waves, func(v Wave) bool { return v.Name == pin.Wave })
		if pin.Plan != w.plan.Name || k < 0 {
			continue
		}
		has := slices.ContainsFunc(w.plan.Work, func(x Work) bool { return x.Asset == pin.Asset })
		running := slices.ContainsFunc(w.client.Progress.Running, func(r Running) bool { return r.Plan == pin.Plan && r.Asset == pin.Asset })
		switch {
		case has:
			w.of[pin.Asset], w.pinned[pin.Asset] = k, true
		case pin.Done:
			w.over[k]++
		}
		w.begun[k] = w.begun[k] || pin.Done || running
	}
}

// left are the assets without a wave, by chance.
func (w *naiveWaves) left() []int {
	var out []int
	for _, x := range w.plan.Work {
		if _, has := w.of[x.Asset]; !has {
			out = append(out, x.Asset)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(w.hash(a), w.hash(b)) })
	return out
}

// candidates are those that a wave may take, in the order in which it does.
func (w *naiveWaves) candidates(k int) []int {
	left := w.left()
	if wave := &w.plan.Waves[k]; wave.Selector {
		return slices.DeleteFunc(left, func(a int) bool { return !slices.Contains(wave.Chosen, a) })
	}
	groups := map[int]int{}
	for _, x := range w.plan.Work {
		groups[w.client.Assets[x.Asset].Group]++
	}
	if k > 0 || len(w.plan.Waves) == 1 || len(w.plan.Work) < 5 || len(groups) == 1 && groups[-1] == 0 {
		return left
	}
	return w.canary(left)
}

// canary is one of each stratum in turn, of those that are not dear.
func (w *naiveWaves) canary(left []int) []int {
	sizes := map[string]int{}
	for _, x := range w.plan.Work {
		sizes[w.client.Assets[x.Asset].Stratum]++
	}
	strata := []string{"x", "y"}
	slices.SortStableFunc(strata, func(a, b string) int { return sizes[b] - sizes[a] })
	used := map[int]bool{}
	for a, k := range w.of {
		if k == 0 {
			used[w.client.Assets[a].Group] = true
		}
	}
	var out []int
	for {
		before := len(out)
		for _, s := range strata {
			i := slices.IndexFunc(left, func(a int) bool { return w.client.Assets[a].Stratum == s && w.eligible(a, used) })
			if i >= 0 {
				out = append(out, left[i])
				used[w.client.Assets[left[i]].Group] = true
				left = slices.Delete(left, i, i+1)
			}
		}
		if len(out) == before {
			return out
		}
	}
}

func (w *naiveWaves) eligible(a int, used map[int]bool) bool {
	x := &w.client.Assets[a]
	depends := slices.ContainsFunc(w.plan.Work, func(v Work) bool { return v.Asset == a && len(v.DependsOn) > 0 })
	primary := x.Group >= 0 && w.client.Groups[x.Group].StandbyFirst && w.client.Groups[x.Group].Primary == a
	return x.Tier != 0 && !depends && !primary && (x.Group < 0 || !used[x.Group])
}

// later moves assets to the waves of what goes before them.
func (w *naiveWaves) later() {
	for again := true; again; {
		again = false
		for _, x := range w.plan.Work {
			before := slices.Clone(x.DependsOn)
			before = append(before, (&naiveClient{Client: w.client}).standbysOf(x.Asset)...)
			for _, b := range before {
				if k, has := w.of[b]; has && k > w.of[x.Asset] && !w.pinned[x.Asset] {
					w.of[x.Asset], again = k, true
				}
			}
		}
	}
}

func TestPropWavesAreDrawnAsDeclared(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 8)
		n := newNaive(in, Compute(in))
		for i := range in.Clients[0].Plans {
			p := &in.Clients[0].Plans[i]
			want := drawWaves(&in.Clients[0], p)
			for _, x := range n.sessions {
				if x.plan == p && x.work != nil && x.wave != want[x.asset] {
					t.Errorf("%s: asset %d is in wave %d, wanted %d\n%s", p.Name, x.asset, x.wave, want[x.asset], dump(in))
				}
			}
		}
	})
}
