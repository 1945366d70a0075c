package shape

import (
	"slices"

	"github.com/patchops/patchops/internal/document"
)

// Walk visits v and everything in it with the node that allows it: fields,
// fields of the choice's branch, keys of open maps, elements of lists. Of a
// union it visits the part that allows the value; the union itself only when it
// has a name. What no node allows is not visited, so an invalid document is
// walked as far as it makes sense; below `_` nothing is visited.
//
// The path is overwritten after visit returns: clone it to keep it.
func Walk(n *Node, v *document.Value, visit func(p document.Path, n *Node, v *document.Value)) {
	var buffer [24]document.Segment
	w := walker{visit: visit}
	w.walk(buffer[:0], n, v)
}

type walker struct {
	visit func(document.Path, *Node, *document.Value)
}

func (w *walker) walk(p document.Path, n *Node, v *document.Value) {
	if part := n.Alternative(v.Kind); part != n {
		if n.Name != "" {
			w.visit(slices.Clip(p), n, v)
		}
		w.walk(p, part, v)
		return
	}
	if !n.Allows(v.Kind) {
		return
	}
	w.visit(slices.Clip(p), n, v)
	switch {
	case v.Kind == document.List && n.List != nil:
		for i := range v.Items {
			w.walk(append(p, document.Segment{Index: i}), n.List.Element, &v.Items[i])
		}
	case v.Kind == document.Map && n.Map != nil:
		for i := range v.Items {
			if child := n.Child(v.Keys[i].Name); child != nil {
				w.walk(append(p, document.Segment{Key: v.Keys[i].Name}), child, &v.Items[i])
			}
		}
	}
}
