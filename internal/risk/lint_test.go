package risk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// TestLints: what is no CVSS vector is said, and a severity far below one; nothing
// else is.
func TestLints(t *testing.T) {
	const high, critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
	tests := []struct{ severity, vectors, id, path string }{
		{"high", high, "", ""},
		{"medium", high, "", ""},
		{"critical", high, "", ""},
		{"low", high, "patch/severity-cvss", "spec.severity"},
		{"medium", high + ", " + critical, "patch/severity-cvss", "spec.severity"},
		{"none", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", "", ""},
		{"high", high + ", CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N", "patch/cvss-vector", "spec.cvss[1]"},
		{"high", "CVSS:3.1/AV:N/AC:X/PR:N/UI:N/S:U/C:N/I:N/A:H", "patch/cvss-vector", "spec.cvss[0]"},
	}
	for _, test := range tests {
		src := fmt.Sprintf("kind: Patch\nmetadata: {name: p}\nspec:\n  severity: %s\n  cvss: [%q]\n", test.severity, test.vectors)
		src = strings.ReplaceAll(src, ", CVSS", "\", \"CVSS")
		docs, _ := document.ParseYAML("p.yaml", []byte(src))
		found := Lints(&docs[0])
		switch {
		case test.id == "" && len(found) > 0:
			t.Errorf("%s: %v", src, found)
		case test.id != "" && (len(found) != 1 || found[0].ID != test.id || found[0].Path != test.path || found[0].Line == 0):
			t.Errorf("%s: %v, wanted %s at %s", src, found, test.id, test.path)
		}
	}
}
