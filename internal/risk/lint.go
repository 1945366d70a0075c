package risk

import (
	"fmt"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// Lints says what the CVSS vectors of a Patch have against it: that they are no
// vectors (patch/cvss-vector), or that the severity lies two steps or more below
// what the worst of them scores (patch/severity-cvss). Vendors who know where
// their software runs often rate one step lower, and a higher rating is no harm.
func Lints(doc *document.Document) []finding.Finding {
	if doc.ID.Kind != "Patch" {
		return nil
	}
	var out []finding.Finding
	report := func(id string, severity finding.Severity, p document.Path, message, hint string) {
		out = append(out, finding.Finding{
			ID: id, Severity: severity, Message: message, Hint: hint, Position: doc.At(p), Document: doc.ID, Path: p.String(),
		})
	}
	patch := spec.ReadPatch(&doc.Root)
	field := document.Path{{Key: "spec"}}
	for i, vector := range patch.CVSS {
		if _, err := Base(vector); err != nil {
			p := field.With(document.Segment{Key: "cvss"}).With(document.Segment{Index: i})
			report("patch/cvss-vector", finding.Error, p, err.Error(), "copy the vector from the advisory")
		}
	}
	tenths, i := Worst(patch.CVSS)
	if i >= 0 && patch.Severity != "" && spec.Level(Rating(tenths))-spec.Level(patch.Severity) >= 2 {
		report("patch/severity-cvss", finding.Note, field.With(document.Segment{Key: "severity"}),
			fmt.Sprintf("severity is %s, vector %q scores %d.%d, which is %s", patch.Severity, patch.CVSS[i], tenths/10, tenths%10, Rating(tenths)),
			"compare both with the advisory")
	}
	return out
}
