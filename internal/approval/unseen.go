package approval

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/effect"
)

// mostUnseen is how often it is asked again whether approvals are enough without some
// of them; what is beyond stays uncovered.
const mostUnseen = 64

// unseen are the grants that too few of those who count saw: those for which, without
// the approvals that do not cover them, some rule that takes them is not satisfied.
func (j *judge) unseen(rulings []*ruling) []effect.Difference {
	blind := map[effect.Difference][]*word{}
	for _, w := range j.words {
		if w.counted {
			for _, d := range w.uncovered {
				blind[d] = append(blind[d], w)
			}
		}
	}
	type group struct {
		words []*word
		takes string // by rule, whether it takes the grants
	}
	var out []effect.Difference
	var groups []group
	var enough []bool
	for _, d := range slices.SortedFunc(maps.Keys(blind), compareGrants) {
		words := blind[d]
		g := group{words, takers(rulings, d)}
		i := slices.IndexFunc(groups, func(o group) bool { return o.takes == g.takes && slices.Equal(o.words, g.words) })
		if i < 0 && len(groups) < mostUnseen {
			i = len(groups)
			groups, enough = append(groups, g), append(enough, j.enoughWithout(rulings, g.takes, words))
		}
		if i < 0 || !enough[i] {
			out = append(out, d)
		}
	}
	return out
}

func compareGrants(a, b effect.Difference) int {
	return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Document.String(), b.Document.String()), strings.Compare(a.Asset, b.Asset))
}

// takers says of each rule whether it takes a grant.
func takers(rulings []*ruling, d effect.Difference) string {
	text := grantText(d)
	out := make([]byte, len(rulings))
	for i, r := range rulings {
		out[i] = '-'
		if r.root == nil {
			continue
		}
		if _, takes := slices.BinarySearch(r.node.Covers, text); takes { // entries are sorted
			out[i] = '+'
		}
	}
	return string(out)
}

// enoughWithout reports whether these rules are satisfied without some words.
func (j *judge) enoughWithout(rulings []*ruling, takes string, words []*word) bool {
	for i, r := range rulings {
		if takes[i] != '+' || r.node.State == Skipped {
			continue
		}
		t := *r.tree
		t.without = words
		again := &ruling{tree: &t, root: t.make(&t.rule.Require)}
		if again.found = assign(again.root, t.rule.DistinctPeople); again.found == nil || again.show(again.root).State != Approved {
			return false
		}
	}
	return true
}
