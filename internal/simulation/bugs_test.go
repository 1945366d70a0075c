package simulation

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var planted = regexp.MustCompile(`museum\.Planted\("([^"]+)"\)`)

// TestEveryPlantedBugIsListed: what is planted anywhere is in the museum's lists, and
// what they list is planted.
func TestEveryPlantedBugIsListed(t *testing.T) {
	found := map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		b, err := os.ReadFile(filepath.Join("..", name))
		for _, m := range planted.FindAllSubmatch(b, -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, x := range museumPieces {
		listed[x.name] = true
	}
	for _, x := range elsewhere {
		listed[x.name] = true
	}
	for name := range found {
		if !listed[name] {
			t.Errorf("%q is planted, and the museum does not list it", name)
		}
	}
	for name := range listed {
		if !found[name] {
			t.Errorf("the museum lists %q, and it is not planted", name)
		}
	}
	if len(museumPieces) < 30 {
		t.Errorf("%d bugs, wanted 30 or more", len(museumPieces))
	}
}
