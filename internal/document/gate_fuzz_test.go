package document

import (
	"strings"
	"testing"
)

// FuzzEvaluateCUE feeds the gate only: what lies behind it may take all time and
// memory there is, and runs in a limited process. Never a panic, every finding
// has a place in the file, and what passes holds no attribute and no import that
// is not listed.
func FuzzEvaluateCUE(f *testing.F) {
	for _, src := range []string{cueSeed, "import \"tool/exec\"\n", "@embed()\n", "a: {b: }\n", "x: \"\\(y)\" @tag(z)\n", "import x \"list\"\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c := newCUEFile("f.cue", src)
		file := c.gate()
		lines := strings.Split(string(src), "\n")
		for _, found := range c.findings {
			if found.Line < 1 || found.Column < 1 || found.Line > len(lines) || found.Column > len(lines[found.Line-1])+1 {
				t.Fatalf("%q: %v is not in the file", src, found)
			}
		}
		if (file == nil) != (len(c.findings) > 0) {
			t.Fatalf("%q: passed with %d findings", src, len(c.findings))
		}
		if file == nil {
			return
		}
		for spec := range file.ImportSpecs() {
			if !cuePackages[strings.Trim(spec.Path.Value, "\"#")] {
				t.Fatalf("%q: import of %s passed", src, spec.Path.Value)
			}
		}
	})
}

const cueSeed = `package x

import "strings"

a: {b: strings.ToUpper("x"), if true {c: [for x in [1, 2] {x}]}}
`
