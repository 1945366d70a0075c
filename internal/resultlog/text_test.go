package resultlog

import (
	"strings"
	"testing"
)

// TestTextsAreOfAFewLines: texts end where lines do, make up all of a segment, and are short:
// what a reader keeps of a million records must not keep all that they were read from.
func TestTextsAreOfAFewLines(t *testing.T) {
	short, long := strings.Repeat("x", 99)+"\n", strings.Repeat("y", 3*together)+"\n"
	for name, content := range map[string]string{
		"short lines": strings.Repeat(short, 1000), "a long line": long, "both": short + long + strings.Repeat(short, 50) + long,
		"no end": strings.Repeat(short, 50) + strings.TrimSpace(long), "empty lines": strings.Repeat("\n", 2*together), "just one text": strings.Repeat("x", together-1) + "\n" + short,
	} {
		for rest := content; rest != ""; {
			text := textOf([]byte(rest))
			whole := text == rest || strings.HasSuffix(text, "\n")
			if !strings.HasPrefix(rest, text) || text == "" || !whole || len(text) > together && strings.Count(text, "\n") > 1 {
				t.Fatalf("%s: a text of %d bytes of %d", name, len(text), len(rest))
			}
			rest = rest[len(text):]
		}
	}
}
