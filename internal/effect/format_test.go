package effect

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// TestFormatPage computes what docs/formats/effect.md shows. With UPDATE_DOCS=1
// the page is corrected.
func TestFormatPage(t *testing.T) {
	const file = "../../docs/formats/effect.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fence := regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	blocks := fence.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 7 {
		t.Fatalf("the page has %d blocks, wanted 7", len(blocks))
	}
	src := blocks[0][2]
	docs, found := document.ParseYAML("rules/freeze.yaml", []byte(src))
	if len(found) > 0 {
		t.Fatal(found)
	}
	removed := Between(repo{"rules/freeze.yaml": src}.tree(t), repo{}.tree(t))
	sub := removed.SubEffects()[0]
	v := sub.Effect.Value()
	v.Keys = append(v.Keys, document.Key{Name: "client"}, document.Key{Name: "version"})
	v.Items = append(v.Items, *text(sub.Client), *text(Version))
	want := []string{
		src,
		string(AppendCanonical(nil, &docs[0].Root)), DigestOf(&docs[0].Root).String(),
		string(AppendCanonical(nil, v)), sub.Digest().String(),
		`["` + sub.Digest().String() + `"]`, removed.Digest().String(),
	}
	next := 0
	after := fence.ReplaceAllStringFunc(string(page), func(block string) string {
		next++
		first, _, _ := strings.Cut(block, "\n")
		return first + "\n" + strings.TrimSuffix(want[next-1], "\n") + "\n```"
	})
	switch {
	case after == string(page):
	case os.Getenv("UPDATE_DOCS") == "":
		t.Errorf("run `make golden` if this is right: %q", want[1:])
	default:
		if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
			t.Error(err)
		}
	}
}
