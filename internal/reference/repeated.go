package reference

import (
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// sequences are the elements of lists in which a value may come again: words of
// a command, paragraphs, numbers by place.
var sequences = []string{"#Argument", "#Text", "#AnyText", "#Risk"}

// repeated finds scalars that a list has twice: whom to tell, what to install,
// on which days. A name that is there twice stands where another was meant.
func (j *judge) repeated(p document.Path, n *shape.Node, v *document.Value) {
	if v.Kind != document.List || n.List == nil || len(v.Items) < 2 || slices.Contains(sequences, n.List.Element.Name) {
		return
	}
	first := make(map[string]int, len(v.Items))
	for i := range v.Items {
		item := &v.Items[i]
		text := item.Str
		switch item.Kind {
		case document.Int:
			text = fmt.Sprint(item.Int)
		case document.String:
		default:
			continue
		}
		at := p.With(document.Segment{Index: i})
		earlier, again := first[text]
		if !again {
			first[text] = i
			continue
		}
		j.report("document/repeated", finding.Error, at, fmt.Sprintf("%q is there twice", text), "remove one of them, or write what was meant")
		f := &j.found[len(j.found)-1]
		f.Related = []finding.Related{{Position: j.doc.At(p.With(document.Segment{Index: earlier})), Message: "first written here"}}
	}
}
