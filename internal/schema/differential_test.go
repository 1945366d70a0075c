package schema

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// documents is how many random values the differential tests judge:
// PATCHOPS_DOCUMENTS, else a number that takes a few seconds.
func documents(t testing.TB, usual int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("PATCHOPS_DOCUMENTS"))
	if err != nil {
		return usual
	}
	return n
}

func admits(n *shape.Node, v *document.Value) bool {
	return len(n.Judge("", finding.Identity{}, nil, v)) == 0
}

// The tree is the judge at run time; CUE is the judge of the tree: both give
// the same verdict on the same random documents.
func TestTreeEqualsCUE(t *testing.T) {
	files := builtin(t)
	set := compileBuiltin(t)
	cue, err := NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	g := newGenerator(files, rand.NewPCG(1, 2))
	names := sortedKeys(set.Definitions)
	total, accepted := documents(t, 20_000), 0
	for i := range total {
		name := names[i%len(names)]
		v := g.next(set.Definitions[name])
		tree, other := admits(set.Definitions[name], &v), cue.Admits(name, plain(&v))
		if tree {
			accepted++
		}
		if tree != other {
			t.Errorf("%s: tree %v, CUE %v: %s", name, tree, other, show(plain(&v)))
		}
	}
	t.Logf("%d documents, %d accepted", total, accepted)
	if accepted < total/5 || accepted > total*4/5 {
		t.Errorf("%d of %d accepted: the generator is lopsided", accepted, total)
	}
}
