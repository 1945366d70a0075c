package document_test

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// TestSyntaxErrorsHaveTheirPlace also holds the names of what the parser keeps
// in itself: without them every column below would be 1.
func TestSyntaxErrorsHaveTheirPlace(t *testing.T) {
	for _, c := range []struct{ src, want, says string }{
		{"a: 1\n b: 2\n", "2:3", "indent"},
		{"a: b: c\n", "1:5", "quote the value"},
		{"ä: ö: c\n", "1:5", "quote the value"},
		{"--- a: 1\n", "1:6", "next line"},
		{"a: [1, 2\nb: 3\n", "2:2", `close the list with "]"`},
		{"a: [\"x\" 1]\n", "1:9", `expected ","`},
		{"a: {b: 1\nc: 2}\n", "2:2", `expected "," or "}"`},
		{"a: \"x\nb: 1\n", "1:4", "never closed"},
		{"b: 1\na: 'x\n", "2:4", "close the quote"},
		{"a: 1\nb\nc: 2\n", "2:1", "colon"},
		{"a: }\n", "1:4", `unexpected "}"`},
		{"a: @x\n", "1:4", `"@"`},
		{"a: `x`\n", "1:4", "quote the value"},
		{"a: %x\n", "1:4", `"%"`},
		{"a: \"é\\q\"\n", "1:6", `\\q`},
		{"a: \"\\u12\"\n", "1:5", "escape"},
		{"a: \"x\"y\n", "1:7", "behind a closing quote"},
		{"a: [x]y\n", "1:7", "behind a closing bracket"},
		{"- a\nb: 1\n", "2:1", `"- "`},
		{"a: 1\n- b\n", "2:1", "list entry"},
		{"a: - b\n", "1:4", "next line"},
		{"a:\n  - b\n c: 1\n", "3:2", "same column"},
		{"a: |x\n  b\n", "1:5", "next line"},
		{"a: |\n  x\n y\n", "3:2", "key of the map"},
		{"a: [b,", "1:7", "document ends"},
		{"a: !<x b\n", "1:7", "tag"},
		{"a: b\n\tc\n", "2:1", "tab"},
		{"a: |\n\ttext\n", "2:1", "tab"},
		{"-\ta\n", "1:2", "tab"},
	} {
		_, fs := document.ParseYAML("f.yaml", []byte(c.src))
		if len(fs) != 1 {
			t.Errorf("%q: findings %v", c.src, fs)
			continue
		}
		place, _, _ := strings.Cut(short(fs), " ")
		if place != c.want || !strings.Contains(fs[0].Message+" "+fs[0].Hint, c.says) {
			t.Errorf("%q: at %s: %s (%s); want %s and %q", c.src, place, fs[0].Message, fs[0].Hint, c.want, c.says)
		}
	}
}

func TestSyntaxErrorNamesWhereItsListBegan(t *testing.T) {
	_, fs := document.ParseYAML("f.yaml", []byte("a:\n  b: [1,\n    2\n  c: 3\n"))
	if len(fs) != 1 || len(fs[0].Related) != 1 || fs[0].Related[0].Line != 2 || fs[0].Related[0].Column != 6 {
		t.Fatalf("findings %v", fs)
	}
	if got := fs[0].Related[0].Message; got != "the list begins here" {
		t.Errorf("related %q", got)
	}
}

// TestABrokenDocumentHidesNoOther: Y8, PF7.
func TestABrokenDocumentHidesNoOther(t *testing.T) {
	src := "kind: A\n---\n\tkind: B\n---\nkind: C\nx: [\n---\nkind: D\nx: 1\nx: 2\n--- # e\nkind: E\n"
	docs, fs := document.ParseYAML("f.yaml", []byte(src))
	if got := short(fs); got != "3:1 yaml/syntax, 7:1 yaml/syntax, 10:1 yaml/duplicate-key" {
		t.Errorf("findings %s", got)
	}
	var kinds []string
	for _, d := range docs {
		kinds = append(kinds, d.ID.Kind)
	}
	if got := strings.Join(kinds, " "); got != "A D E" {
		t.Fatalf("documents %s", got)
	}
	if docs[1].Index != 3 || docs[2].Index != 4 {
		t.Errorf("indexes %d and %d", docs[1].Index, docs[2].Index)
	}
	if at := docs[2].At(document.Path{{Key: "kind"}}); at.Line != 12 || at.Column != 7 {
		t.Errorf("the last kind is at %v", at)
	}
	if !docs[1].Broken || docs[2].Broken {
		t.Error("only the document with the duplicate is broken")
	}
}

// TestTextIsNotStructure: what looks like an indicator inside text is text.
func TestTextIsNotStructure(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("- ", 100)
	for _, src := range []string{
		"a: |\n  x\n  \ty\n  " + deep + "\n  \"'\nb: 1\n",
		"a:\n  |\n  text\n  \tmore\nb: 1\n",
		"l:\n- k: |2\n     x\n    \ty\n  j: 1\n",
		"a: >-\n\n   x\n\n   " + deep + "\nb: 1\n",
		"a: '" + deep + " it''s'\nb: 1\n",
		"a: \"" + deep + " \\\" \n  %x\n\tmore\"\nb: 1\n",
		"a: it's\n  'tis \"odd\n  [ " + deep + "\nb: 1\n",
		"a: 1 # it's " + deep + "\n# \"\n\nb: 1\n",
		"a: [b'c, \"]\", d\n  'e, f#g]\nb: 1\n",
		"a: {b: c'd}\nb: 1\n",
		"a: x%y\nb: 1\n",
		"a: b\n---x: 1\nc...: 2\n",
		"? a\n: |\n  y\n  \tx\nb: 1\n",
		"a: |\r\n  x\r\n  \ty\r\nb: 1\r\n",
	} {
		docs, fs := document.ParseYAML("f.yaml", []byte(src))
		if len(fs) != 0 || len(docs) != 1 {
			t.Errorf("%q: %d documents, findings %v", src, len(docs), fs)
		}
	}
}
