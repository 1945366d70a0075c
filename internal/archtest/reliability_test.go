package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var promiseRow = regexp.MustCompile(`^\| (P\d+) \|`)

// TestReliabilityPageNamesTests: each of the twelve promises in docs/reliability.md names
// tests that exist.
func TestReliabilityPageNamesTests(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs/reliability.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(string(b), "\n") {
		row := promiseRow.FindStringSubmatch(line)
		if row == nil {
			continue
		}
		if seen[row[1]] {
			t.Errorf("%s has two rows", row[1])
		}
		seen[row[1]] = true
		found := namedTest.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("%s names no test", row[1])
		}
		for _, f := range found {
			if _, err := testText(f[1], f[2], f[3]); err != nil {
				t.Errorf("%s: %v", row[1], err)
			}
		}
	}
	for i := range 12 {
		if id := fmt.Sprintf("P%d", i+1); !seen[id] {
			t.Errorf("%s has no row", id)
		}
	}
}
