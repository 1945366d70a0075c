package document_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// short writes findings as "line:column id", one after the other.
func short(fs []finding.Finding) string {
	var all []string
	for _, f := range fs {
		all = append(all, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.ID))
	}
	return strings.Join(all, ", ")
}

// manyKeys is a map of n sibling keys.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key-%05d: 1\n", i)
	}
	return b.String()
}

func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9))
	}
	return b.String()
}

func utf16File(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// TestBadYAML has one case for each way of table Y in security.md that the
// loader itself refuses, named by the row.
func TestBadYAML(t *testing.T) {
	for _, c := range []struct {
		row, src, want string
		says           string // part of the message or hint of the first finding
	}{
		{"Y1", "spec:\n  count: 2\n  count: 2\n", "3:3 yaml/duplicate-key", "first in line 2"},
		{"Y1 decoded", "a: 1\n\"\\x61\": 1\n", "2:1 yaml/duplicate-key", `key "a"`},
		{"Y1 composed", "\u00e9: 1\ne\u0301: 2\n", "2:1 yaml/duplicate-key", "twice"},
		{"Y1 in flow", "a: {ä: 1, ä: 1}\n", "1:11 yaml/duplicate-key", "first in line 1"},
		{"Y2", "match: {a: 1}\nmatch: {b: 2}\n", "2:1 yaml/duplicate-key", "remove one"},
		{"Y3", "labels:\n  10: a\n  0xa: b\n", "2:3 yaml/key, 3:3 yaml/key", "keys must be strings"},
		{"Y3 null", "null: 1\ntrue: 2\n~: 3\n1.10: 4\nTrue: 5\n010: 6\n", "1:1 yaml/key, 2:1 yaml/key, 3:1 yaml/key, 4:1 yaml/key, 5:1 yaml/key, 6:1 yaml/key", "a key is null"},
		{"Y3 empty", "a: 1\n\"\": 3\n?\n: 2\n", "2:1 yaml/key, 3:2 yaml/key", "a key is empty"},
		{"Y3 complex", "? [a]\n: 1\n? {b: 1}\n: 2\n", "1:3 yaml/key, 3:3 yaml/key", "a key is a list"},
		{"Y4", "x: 9\n<<: {x: 1}\n", "2:1 yaml/merge-key", "merge keys are not allowed"},
		{"Y7 flow", "a: " + strings.Repeat("[", 9000), "1:68 yaml/limit", "more than 64"},
		{"Y7 line", strings.Repeat("- ", 20000), "1:129 yaml/limit", "more than 64"},
		{"Y9", "a: 1\n...\ngarbage\n", "3:1 yaml/syntax", "..."},
		{"Y9 same line", "a: 1\n... garbage\n", "2:5 yaml/syntax", "..."},
		{"Y10 local", "a: !foo x\n", "1:4 yaml/tag", `tag "!foo"`},
		{"Y10 python", "a: !!python/object/apply:os.system [id]\n", "1:4 yaml/tag", "tags are not allowed"},
		{"Y10 binary", "a:\n  b: !!binary aGk=\n", "2:6 yaml/tag", "!!binary"},
		{"Y10 root", "--- !!map\na: 1\n", "1:5 yaml/tag", "!!map"},
		{"Y10 bare", "a: ! 12\n", "1:4 yaml/tag", `tag "!"`},
		{"Y16 tab", "a:\n\tb: 1\n", "2:1 yaml/syntax", "tab"},
		{"Y16 mixed", "a:\n  b:\n  \t- c\n", "3:3 yaml/syntax", "indent with spaces"},
		{"Y16 flow", "a: {b: 1,\n\tc: 2}\n", "2:1 yaml/syntax", "tab"},
		{"Y16 between", "a:\t1\n", "1:3 yaml/syntax", "write a space"},
		{"Y16 CR", "a: 1\rb: 2\r", "1:5 yaml/character, 1:10 yaml/character", "ends no line"},
		{"Y16 NEL", "a: x\u0085y\n", "1:5 yaml/character", "line break"},
		{"Y16 LS", "ä: x\u2028y\n", "1:5 yaml/character", "line break"},
		{"Y17 raw", "name: a\x00b\n", "1:8 yaml/character", `\x00`},
		{"Y17 second byte", "a\x00: 1\n", "1:2 yaml/character", `\x00`},
		{"Y17 escaped", "name: \"x\\0y\"\n", "1:9 yaml/character", `\x00`},
		{"Y17 hex", "ä: \"é\\x07\"\n", "1:6 yaml/character", `\x07`},
		{"Y17 later line", "a: \"b \\\" \\\\\n  c \\r\"\n", "2:5 yaml/character", "carriage return"},
		{"Y17 key", "\"k\\u202e\": 1\n", "1:3 yaml/character", `\u202e`},
		{"Y18 bytes", "a: 1\nb: ä\xff\n", "2:5 yaml/encoding", "0xff"},
		{"Y18 UTF-16", utf16File("a: 1\n"), "1:1 yaml/encoding", "UTF-16"},
		{"Y18 UTF-16 without mark", utf16File("a: 1\n")[2:], "1:1 yaml/encoding", "UTF-16"},
		{"Y18 BOM", "\ufeffa: 1\n", "1:1 yaml/encoding", "byte order mark"},
		{"Y19 bidi", "host: web\u202e10\n", "1:10 yaml/character", `\u202e`},
		{"Y19 zero width", "na\u200bme: x\n", "1:3 yaml/character", `\u200b`},
		{"Y19 comment", "a: 1 # \u2066x\n", "1:8 yaml/character", "reorders"},
		{"Y20 empty", "", "1:1 yaml/empty", "the file is empty"},
		{"Y20 blank", " \n\n", "1:1 yaml/empty", "empty"},
		{"Y20 comments", "# nothing\n", "1:1 yaml/empty", "only comments"},
		{"Y20 null", "null\n", "1:1 yaml/empty", "null"},
		{"Y20 scalar", "hello\n", "1:1 yaml/empty", `"hello"`},
		{"Y20 list", "- a\n", "1:1 yaml/empty", "a list"},
		{"Y20 second", "a: 1\n---\n", "2:1 yaml/empty", "the document is empty"},
		{"R30 directive", "%YAML 1.1\n---\na: 1\n", "1:1 yaml/directive", "%YAML 1.1"},
		{"R30 unknown directive", "a: 1\n...\n%FOO\n---\nb: 1\n", "3:1 yaml/directive", "%FOO"},
		{"R30 anchor", "a: &x 1\nb: *x\n", "1:4 yaml/alias, 2:4 yaml/alias", `anchor "&x"`},
		{"R30 unknown alias", "a: 1\nb: [*x]\n", "2:5 yaml/alias", `alias "*x"`},
		{"R30 anchor and tag", "a: &x !t {b: 1}\n", "1:4 yaml/alias, 1:7 yaml/tag", "anchor"},
		{"R30 anchored key", "&x a: 1\n", "1:1 yaml/alias", "anchor"},
	} {
		t.Run(c.row, func(t *testing.T) {
			_, fs := document.ParseYAML("f.yaml", []byte(c.src))
			if got := short(fs); got != c.want {
				t.Fatalf("findings %s, want %s: %v", got, c.want, fs)
			}
			if !strings.Contains(fs[0].Message+" "+fs[0].Hint, c.says) {
				t.Errorf("message %q, hint %q, want %q in them", fs[0].Message, fs[0].Hint, c.says)
			}
			if fs[0].File != "f.yaml" || fs[0].Severity != finding.Error {
				t.Errorf("finding in %q of severity %q", fs[0].File, fs[0].Severity)
			}
		})
	}
}

func TestY5AliasBombIsRefusedAtEveryAnchorAndAlias(t *testing.T) {
	docs, fs := document.ParseYAML("f.yaml", []byte(aliasBomb()))
	if len(fs) == 0 || fs[0].ID != "yaml/alias" || fs[0].Line != 1 || fs[0].Column != 5 {
		t.Fatalf("findings %s", short(fs))
	}
	for _, d := range docs {
		if !d.Broken {
			t.Error("a document with aliases is not broken")
		}
	}
}

func TestY6KeysBeyondTheLimitAreRefusedAtTheFirst(t *testing.T) {
	_, fs := document.ParseYAML("f.yaml", []byte(manyKeys(40_000)))
	if got := short(fs); got != "10001:1 yaml/limit" {
		t.Errorf("findings %s", got)
	}
	if _, fs := document.ParseYAML("f.yaml", []byte(manyKeys(document.MaxKeys))); len(fs) > 0 {
		t.Errorf("as many keys as allowed: %s", short(fs))
	}
}

// TestDuplicateNamesTheFirst: Y1, the second position.
func TestDuplicateNamesTheFirst(t *testing.T) {
	docs, fs := document.ParseYAML("f.yaml", []byte("kind: Patch\nspec:\n  ä: {x: 1, x: 2}\n"))
	if len(fs) != 1 || len(fs[0].Related) != 1 || fs[0].Related[0].Line != 3 || fs[0].Related[0].Column != 7 {
		t.Fatalf("findings %v", fs)
	}
	if fs[0].Path != `spec["ä"].x` || fs[0].Document.Kind != "Patch" || fs[0].Related[0].File != "f.yaml" {
		t.Errorf("path %q, document %v", fs[0].Path, fs[0].Document)
	}
	if v := docs[0].Root.Get("spec").Get("ä").Get("x"); !docs[0].Broken || v.Int != 1 {
		t.Errorf("broken %v, value %v", docs[0].Broken, v)
	}
}

// TestRefusedValuesStandForThemselves: what was reported says nothing else.
func TestRefusedValuesStandForThemselves(t *testing.T) {
	docs, _ := document.ParseYAML("f.yaml", []byte("kind: Patch\nspec: !x {a: 1}\nb: \"\\0\"\n"))
	if len(docs) != 1 || !docs[0].Broken || docs[0].ID.Kind != "Patch" {
		t.Fatalf("documents %v", docs)
	}
	for _, key := range []string{"spec", "b"} {
		if v := docs[0].Root.Get(key); v == nil || v.Kind != document.Refused {
			t.Errorf("%s is %v, want a refused value", key, v)
		}
	}
}
