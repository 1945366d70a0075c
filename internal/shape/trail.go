package shape

import (
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// trail is the way from the judged value to the current one. It is one flat
// value that stays on the stack, so that judging a good document allocates
// nothing; what is deeper than anybody writes goes to more.
type trail struct {
	steps  [32]step
	more   []step
	length int
}

// step is one value on the way: its segment (none for the first) and its node.
type step struct {
	segment document.Segment
	node    *Node
}

func (t *trail) push(s document.Segment, n *Node) {
	if t.length < len(t.steps) {
		t.steps[t.length] = step{s, n}
	} else {
		t.more = append(t.more, step{s, n})
	}
	t.length++
}

func (t *trail) pop() {
	t.length--
	if t.length >= len(t.steps) {
		t.more = t.more[:t.length-len(t.steps)]
	}
}

func (t *trail) at(i int) step {
	if i < len(t.steps) {
		return t.steps[i]
	}
	return t.more[i-len(t.steps)]
}

// path is the way as a data path, in memory of its own.
func (t *trail) path() document.Path {
	path := make(document.Path, 0, t.length)
	for i := 1; i < t.length; i++ {
		path = append(path, t.at(i).segment)
	}
	return path
}

// owner names what the schema says of the current value by the nearest
// definition around it: "#Wave.percent", "#Config.spec.policy.levels[string]".
func (t *trail) owner() string {
	first := t.length - 1
	for first > 0 && t.at(first).node.Name == "" {
		first--
	}
	var b strings.Builder
	b.WriteString(t.at(first).node.Name)
	for i := first + 1; i < t.length; i++ {
		key, m := t.at(i).segment.Key, t.at(i-1).node.Map
		switch {
		case key == "":
			b.WriteString("[...]")
		case m != nil && m.Field(key) == nil:
			b.WriteString("[string]")
		default:
			b.WriteString("." + key)
		}
	}
	return b.String()
}
