package archtest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	markdownCode = regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`")
	heading      = regexp.MustCompile(`(?m)^#{1,6} +(.*?)\s*$`)
)

// TestLinks: every link from one page to another, or to a heading, leads somewhere.
func TestLinks(t *testing.T) {
	links := 0
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		text := markdownCode.ReplaceAllString(page(t, name), "")
		for _, m := range markdownLink.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			} else if anchor != "" && !hasHeading(page(t, target), anchor) {
				t.Errorf("%s: the link %s is to a heading that %s does not have", name, m[1], target)
			}
		}
	})
	if links < 100 {
		t.Errorf("found %d links, wanted those of all pages", links)
	}
}

// TestNoPageIsLost: docs/README.md leads to every guide, reference and format.
func TestNoPageIsLost(t *testing.T) {
	linked := map[string]bool{"docs/README.md": true}
	for _, index := range []string{"docs/README.md", "docs/reference/README.md"} {
		for _, m := range markdownLink.FindAllStringSubmatch(page(t, index), -1) {
			file, _, _ := strings.Cut(m[1], "#")
			linked[path.Join(path.Dir(index), file)] = true
		}
	}
	walk(t, func(name string) {
		dir := path.Dir(name)
		if path.Ext(name) == ".md" && strings.HasPrefix(name, "docs/") && !linked[dir] && !linked[path.Dir(dir)] && !linked[name] {
			t.Errorf("%s: docs/README.md does not lead there", name)
		}
	})
}

func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// hasHeading compares anchors as forges make them: letters and digits in lower case, and
// a dash for each space.
func hasHeading(text, anchor string) bool {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])
		if slug == anchor {
			return true
		}
	}
	return false
}
