package document_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
)

// fill repeats s up to a file of the largest size.
func fill(s string) string { return strings.Repeat(s, document.MaxFileBytes/len(s)) }

// worst are files of up to 1 MiB that make a careless reader slow (R31).
func worst() map[string]string {
	var steps strings.Builder
	for i := range 1440 {
		steps.WriteString(strings.Repeat(" ", i) + "-\n")
	}
	return map[string]string{
		"Y5 alias bomb": aliasBomb(), "Y6 keys": manyKeys(40_000), "Y7 brackets": fill("["), "Y7 braces": fill("{"), "Y7 dashes": fill("- "),
		"question marks": fill("? "), "steps": steps.String(), "comments": fill("# a\n"), "documents": fill("---\n"), "small documents": fill("---\na: 1\n"),
		"flow values": "[" + fill("1,")[8:] + "]", "flow pairs": "[" + fill("a: ,")[8:] + "]", "flow lists": "[" + fill("[],")[8:] + "]",
		"keys": fill("a:\n"), "quoted keys": fill("\"a\": b\n"), "empty keys": fill("?\n"), "dash lines": fill("- a\n"), "empty dashes": fill("-\n"),
		"aliases": "- &a b\n" + fill("- *a\n")[16:], "aliases on a line": "a: &a [" + fill("*a,")[16:] + "]", "tags": fill("- !a b\n"),
		"bidi": fill("\u202e")[3:], "escapes": "a: \"" + fill("\\0")[8:] + "\"", "escapes in a list": "a: [" + fill("\"\\0\",")[16:] + "]",
		"blank lines": "a: |\n" + fill("\n")[8:] + " x", "long plain": "a: " + fill("x")[8:], "long key": fill("x")[8:] + ": a",
		"open quote": "a: \"" + fill("b\n")[8:], "errors": fill("---\n\ta\n"), "syntax errors": fill("---\n]\n"), "unknown aliases": fill("---\n*a\n"),
		"comment steps": "a:\n" + fill("  # a\n # b\n# c\n")[16:], "numbers": "[" + fill("1_1.e1,")[16:] + "]", "wide": "ü: [" + fill("\"\\N\", ü,")[32:] + "]",
	}
}

// TestWorstFiles reads every one of them within a ceiling that only a
// super-linear reader on a busy machine breaks; the benchmark has the times.
func TestWorstFiles(t *testing.T) {
	for name, src := range worst() {
		if len(src) > document.MaxFileBytes {
			t.Errorf("%s has %d bytes", name, len(src))
		}
		start := time.Now()
		_, fs := document.ParseYAML("f.yaml", []byte(src))
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if len(fs) > document.MaxFindings {
			t.Errorf("%s gives %d findings", name, len(fs))
		}
	}
}

func TestLimits(t *testing.T) {
	scalar := strings.Repeat("x", document.MaxScalarBytes)
	nest := func(n int) string { return "a: " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n" }
	steps := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String() + strings.Repeat(" ", n) + "a: 1\n"
	}
	list := func(n int) string { return "a: [" + strings.Repeat("b, ", n-1) + "b]\n" }
	for _, c := range []struct{ name, src, want string }{
		{"file", "a: 1\n" + strings.Repeat("#", document.MaxFileBytes-5), ""},
		{"file beyond", "a: 1\n" + strings.Repeat("#", document.MaxFileBytes-4), "1:1 yaml/limit"},
		{"scalar", "a: " + scalar + "\n", ""},
		{"scalar beyond", "ä: x" + scalar + "\n", "1:4 yaml/limit"},
		{"text beyond", "a: |\n  x" + scalar + "\n", "1:4 yaml/limit"},
		{"depth in a line", nest(document.MaxDepth - 1), ""},
		{"depth in a line beyond", nest(document.MaxDepth), "1:67 yaml/limit"},
		{"depth", steps(document.MaxDepth - 1), ""},
		{"depth beyond", steps(document.MaxDepth), "64:64 yaml/limit"},
		{"values", list(document.MaxNodes - 3), ""},
		{"values beyond", list(document.MaxNodes - 2), fmt.Sprintf("1:%d yaml/limit", 5+3*(document.MaxNodes-3))},
		{"values of two documents", list(document.MaxNodes/2) + "---\n" + list(document.MaxNodes/2), fmt.Sprintf("3:%d yaml/limit", 5+3*(document.MaxNodes/2-6))},
	} {
		_, fs := document.ParseYAML("f.yaml", []byte(c.src))
		if got := short(fs); got != c.want {
			t.Errorf("%s: findings %q, want %q", c.name, got, c.want)
		}
	}
}

// TestFindingsAreCountedUpToALimit: the last one says that there are more.
func TestFindingsAreCountedUpToALimit(t *testing.T) {
	_, fs := document.ParseYAML("f.yaml", []byte(strings.Repeat("\u202e", 3*document.MaxFindings)))
	if len(fs) != document.MaxFindings || !strings.Contains(fs[0].Message+fs[1].Message, "or more in one file") {
		t.Errorf("%d findings, the first %v", len(fs), fs[:2])
	}
}
