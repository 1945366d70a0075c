package rollout

import "slices"

// forest joins things into components (union-find with halving).
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

func (f forest) root(i int32) int32 {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// join makes one component of two; its root is the lesser of theirs.
func (f forest) join(a, b int32) {
	a, b = f.root(a), f.root(b)
	f[max(a, b)] = min(a, b)
}

// components are the clients that see each other, by index: those that share a
// shift that both use, and those of one template with rings.
func components(in *Input) [][]int {
	f := newForest(len(in.Clients))
	byShift := make([]int32, len(in.Shifts))
	for i := range byShift {
		byShift[i] = -1
	}
	byPlan := map[string]int32{}
	for i := range in.Clients {
		joinClient(f, &in.Clients[i], int32(i), byShift, byPlan)
	}
	of := make([]int, len(f))
	var out [][]int
	for i := range f {
		root := f.root(int32(i))
		if root == int32(i) {
			of[i] = len(out)
			out = append(out, nil)
		}
		out[of[root]] = append(out[of[root]], i)
	}
	return out
}

func joinClient(f forest, c *Client, index int32, byShift []int32, byPlan map[string]int32) {
	for i := range c.Plans {
		p := &c.Plans[i]
		if p.Ring >= 0 {
			if first, seen := byPlan[p.ID]; seen {
				f.join(first, index)
			} else {
				byPlan[p.ID] = index
			}
		}
		for j := range p.Work {
			if !p.Work[j].ByHand {
				continue
			}
			for _, s := range c.Assets[p.Work[j].Asset].Shift {
				if byShift[s] >= 0 {
					f.join(byShift[s], index)
				}
				byShift[s] = index
			}
		}
	}
}

// bySize is the order in which components are begun: the largest first, so that
// it does not run alone at the end.
func bySize(in *Input, parts [][]int) []int {
	sizes := make([]int, len(parts))
	order := make([]int, len(parts))
	for i, part := range parts {
		order[i] = i
		for _, c := range part {
			for j := range in.Clients[c].Plans {
				sizes[i] += len(in.Clients[c].Plans[j].Work)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return sizes[b] - sizes[a] })
	return order
}
