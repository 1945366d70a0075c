package spec

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// Duplicate is an asset whose name an earlier asset of its client has already,
// without regard to case.
type Duplicate struct{ First, Again *Asset }

// Duplicates are the assets of one client that repeat a name, in their order.
// Names are ASCII by their schema; case is folded as ASCII has it.
func Duplicates(assets []Asset) []Duplicate {
	first := make(map[string]*Asset, len(assets))
	var out []Duplicate
	for i := range assets {
		a := &assets[i]
		key := strings.ToLower(a.Name)
		if known := first[key]; known != nil {
			out = append(out, Duplicate{known, a})
			continue
		}
		first[key] = a
	}
	return out
}

// Finding says that the name is taken (estate/duplicate-asset).
func (d Duplicate) Finding() finding.Finding {
	message := fmt.Sprintf("asset %q is declared twice", d.Again.Name)
	if d.First.Name != d.Again.Name {
		message = fmt.Sprintf("asset %q differs from asset %q only in case", d.Again.Name, d.First.Name)
	}
	return finding.Finding{
		ID: "estate/duplicate-asset", Severity: finding.Error, Message: message, Hint: "rename or remove one of them",
		Position: at(d.Again.File, d.Again.Pos), Document: d.Again.List,
		Related: []finding.Related{{Position: at(d.First.File, d.First.Pos), Message: "declared here first"}},
	}
}
