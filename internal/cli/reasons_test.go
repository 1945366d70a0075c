package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/report"
)

// untold are codes that documents alone never give: approvals, evidence and what
// machines report come to a plan that runs.
var untold = []string{"NOT_APPROVED", "TEST_EVIDENCE", "HA_PEER_DOWN"}

var (
	consoleBlock = regexp.MustCompile("(?ms)^```console\n.*?^```$")
	toldReason   = regexp.MustCompile(`(?m)^[^$\n].*\(([A-Z_]+)\)$`)
)

// TestReasonsByExample: whatever a plan says of a machine, some guide makes it
// happen and shows what is printed.
func TestReasonsByExample(t *testing.T) {
	pages, err := filepath.Glob(repositoryRoot + "docs/guides/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range consoleBlock.FindAll(text, -1) {
			for _, reason := range toldReason.FindAllSubmatch(block, -1) {
				shown[string(reason[1])] = true
			}
		}
	}
	for _, r := range report.Reasons() {
		code := string(r.Code)
		if r.Group != "run" && !shown[code] && !slices.Contains(untold, code) {
			t.Errorf("no guide shows an example of %s", code)
		}
		if shown[code] && slices.Contains(untold, code) {
			t.Errorf("%s is shown, so it is told", code)
		}
	}
}
