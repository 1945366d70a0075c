package policy

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// TestSharedListsShareATerm: lists with the same elements in the same place are one
// term, also where more of them are met than are remembered; a shorter one is not.
func TestSharedListsShareATerm(t *testing.T) {
	items := yaml("[a, b, c]").Items
	list := func(n int) document.Value { return document.Value{Kind: document.List, Items: items[:n]} }
	all := document.Value{Kind: document.List, Items: []document.Value{list(3), list(2), list(3), list(0), list(0), list(1), *yaml("[a, b, c]"), list(2)}}
	term := toTerm(&all).Value
	if got, want := term.String(), `[["a", "b", "c"], ["a", "b"], ["a", "b", "c"], [], [], ["a"], ["a", "b", "c"], ["a", "b"]]`; got != want {
		t.Errorf("the term is %s, wanted %s", got, want)
	}
	items = yaml("[[a], [b], [c], [d], [e], [a]]").Items
	nested := list(6)
	twice := document.Value{Kind: document.List, Items: []document.Value{nested, nested}}
	if got, want := toTerm(&twice).Value.String(), `[[["a"], ["b"], ["c"], ["d"], ["e"], ["a"]], [["a"], ["b"], ["c"], ["d"], ["e"], ["a"]]]`; got != want {
		t.Errorf("the term is %s, wanted %s", got, want)
	}
}
