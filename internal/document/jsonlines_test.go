package document_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

func TestJSONLinesHaveTheirPlaces(t *testing.T) {
	src := `{"name": "web-01", "tier": 1, "labels": {"ü": "x", "team": "linux"}, "windowRefs": ["a", "b"]}` + "\n\r\n" +
		` {"name":"\u00e9\ud83d\ude00\n","snapshot":true,"eol":null}` + "\r\n"
	rows, fs := allRows("a.jsonl", []byte(src), nil)
	if len(fs) > 0 {
		t.Fatalf("findings %v", fs)
	}
	want := `name="web-01"@1:10 tier=number 1@1:28 labels={ü="x"@1:47 team="linux"@1:60}@1:31 windowRefs=["a""b"]@1:70
name="é😀\n"@3:10 snapshot=true@3:44 eol=null@3:55
`
	if got := rowsText(rows); got != want {
		t.Errorf("rows\n%swant\n%s", got, want)
	}
}

// TestJSONNamesAreReadAnew: that a row before had a field forgives nothing in how
// this row writes it, and its fields take no room from this row's.
func TestJSONNamesAreReadAnew(t *testing.T) {
	src := `{"a\tb": 1, "c": 2, "\u0064": 3}` + "\n" + "{\"a\tb\": 1}\n" + `{"c\"": 1}` + "\n" + `{"d": 1, "c": 2, "e": 3, "f": 4}` + "\n" + `{"c": 1, "\u0063": 2}` + "\n" + `{"c`
	rows, fs := allRows("a.jsonl", []byte(src), nil)
	want := `a\tb=number 1 c=number 2 d=number 3
c"=number 1
d=number 1 c=number 2 e=number 3 f=number 4
`
	want = strings.ReplaceAll(want, `\t`, "\t")
	if got := regexp.MustCompile(`@[0-9]+:[0-9]+`).ReplaceAllString(rowsText(rows), ""); got != want {
		t.Errorf("rows\n%swant\n%s", got, want)
	}
	var lines []int
	for _, f := range fs {
		lines = append(lines, f.Line)
	}
	if !slices.Equal(lines, []int{2, 5, 6}) {
		t.Errorf("findings in lines %v, wanted 2, 5 and 6: %v", lines, fs)
	}
}

func TestJSONMistakesCostTheirRow(t *testing.T) {
	for _, c := range []struct{ src, want, says string }{
		{`{"a": 1, "ü": 2, "a": 3}`, "1:18 bulk/row", "twice"},
		{`{"a": 1} x`, "1:10 bulk/row", "behind the object"},
		{`{"a": 1}{"b": 2}`, "1:9 bulk/row", "new line"},
		{`[1]`, "1:1 bulk/row", "object"},
		{`"a"`, "1:1 bulk/row", "object"},
		{`{"é": 1.5}`, "1:7 bulk/row", "number 1.5"},
		{`{"a": 1e3}`, "1:7 bulk/row", "write 1000"},
		{`{"a": 1.0}`, "1:7 bulk/row", "write 1"},
		{`{"a": 010}`, "1:7 bulk/row", "number 010"},
		{`{"a": 9007199254740993}`, "1:7 bulk/row", "9007199254740993"},
		{`{"a": yes}`, "1:7 bulk/row", "yes"},
		{`{"a": NaN}`, "1:7 bulk/row", `"N"`},
		{`{"a": x}`, "1:7 bulk/row", "double quotes"},
		{`{a: 1}`, "1:2 bulk/row", "double quotes"},
		{`{'a': 1}`, "1:2 bulk/row", `'`},
		{`{"a" 1}`, "1:6 bulk/row", `":"`},
		{`{"a": 1,}`, "1:9 bulk/row", "key"},
		{`{"a": [1,]}`, "1:10 bulk/row", "value"},
		{`{"a": [1 2]}`, "1:10 bulk/row", `","`},
		{`{"a": `, "1:7 bulk/row", "ends"},
		{`{"a": "b`, "1:7 bulk/row", "closed"},
		{`{"a": "b\`, "1:9 bulk/row", "escape"},
		{`{"a": "\x"}`, "1:8 bulk/row", "escape"},
		{`{"a": "\u12"}`, "1:8 bulk/row", "escape"},
		{`{"a": "\ud83d"}`, "1:8 bulk/row", "escape"},
		{`{"a": "\u0000"}`, "1:8 bulk/row", `\x00`},
		{`{"a": "\u202e"}`, "1:8 bulk/row", `\u202e`},
		{"{\"a\": \"\t\"}", "1:8 bulk/row", "tab"},
		{"{\"ä\": \"\x07\"}", "1:8 bulk/row", "control"},
		{"{\"ä\": \"\xff\"}", "1:8 bulk/row", "UTF-8"},
		{`{"": 1}`, "1:2 bulk/row", "empty"},
		{`{"a": ` + strings.Repeat("[", 70), "1:70 bulk/limit", "64"},
		{`{"a": "` + strings.Repeat("x", document.MaxRowBytes) + `"}`, "1:1 bulk/limit", "65,536"},
	} {
		rows, fs := allRows("a.jsonl", []byte(c.src+"\n{\"name\": \"next\"}\n"), nil)
		if short(fs) != c.want || len(rows) != 1 {
			t.Errorf("%q: findings %q, %d rows; want %q: %v", c.src, short(fs), len(rows), c.want, fs)
			continue
		}
		if !strings.Contains(fs[0].Message+" "+fs[0].Hint, c.says) {
			t.Errorf("%q: %q, want %q in it", c.src, fs[0].Message, c.says)
		}
	}
	if _, fs := allRows("a.jsonl", nil, nil); short(fs) != "1:1 bulk/syntax" {
		t.Errorf("an empty file: findings %q", short(fs))
	}
}

// inFile holds that every place is in the file.
func inFile(t *testing.T, src []byte, rows []document.Value, fs []finding.Finding) {
	t.Helper()
	lines := strings.Split(string(src), "\n")
	inside := func(line, column int) bool {
		return line >= 1 && column >= 1 && line <= len(lines) && column <= len(lines[line-1])+1
	}
	for _, f := range fs {
		if !inside(f.Line, f.Column) {
			t.Fatalf("%q: %v is not in the file", src, f)
		}
	}
	var walk func(v *document.Value)
	walk = func(v *document.Value) {
		if !inside(int(v.Pos.Line), int(v.Pos.Column)) || !utf8.ValidString(v.Str) {
			t.Fatalf("%q: %v is not in the file", src, v)
		}
		for i := range v.Items {
			walk(&v.Items[i])
		}
	}
	for i := range rows {
		walk(&rows[i])
	}
}

// FuzzParseJSONLines: never a panic, every place is in the file, and a row that
// is read is what encoding/json reads.
func FuzzParseJSONLines(f *testing.F) {
	for _, src := range []string{`{"a": [1, {"b": "\u00e9"}]}`, `{"a": -1, "b": null}` + "\n{}", `{"a": "\ud83d\ude00\/"}`, `{"a":1}x`} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		rows, fs := allRows("a.jsonl", src, nil)
		inFile(t, src, rows, fs)
		for i := range rows {
			line := strings.Split(string(src), "\n")[rows[i].Pos.Line-1]
			var other any
			if err := json.Unmarshal([]byte(line), &other); err != nil {
				t.Fatalf("%q is read: %v", line, err)
			}
			if d := differs(&rows[i], whole(other)); d != "" {
				t.Fatalf("%q: %s", line, d)
			}
		}
	})
}

// whole turns the numbers of encoding/json into integers.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		return int(v)
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	}
	return v
}
