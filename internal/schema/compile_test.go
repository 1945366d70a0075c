package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/shape"
)

func compileText(t *testing.T, body string) (*shape.Set, []string) {
	t.Helper()
	set, fs := Compile(map[string][]byte{"test.cue": []byte("package patchops\n" + body)}, nil)
	var lines []string
	for _, f := range fs {
		lines = append(lines, fmt.Sprintf("%s %d:%d %s", f.ID, f.Line, f.Column, f.Message))
	}
	return set, lines
}

// Every construct outside the style is refused at its place (line 2 is the
// first line of the body).
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`#A: {a!: int | *3}`, "schema/default 2:16 a default is not a floor"},
		{`#A: {a!: *3 | int}`, "schema/default 2:10 a default is not a floor"},
		{`#A: {a!: *"x" | "y"}`, "schema/default 2:10 a default"},
		{`#A: {a: int}`, `schema/style 2:6 field "a" is neither`},
		{`#A: {a: b: int}`, `schema/style 2:6 field "a" is neither`},
		{`#A: {a?: int, ...}`, "schema/style 2:15 ... opens"},
		{`#A: {if true {a?: int}}`, "schema/style 2:6 found a comprehension"},
		{`#A: {for x in [1] {a?: x}}`, "schema/style 2:6 found a comprehension"},
		{`#A: {a?: int, matchN(1, [{a!: _}])}`, "schema/style 2:15 matchN"},
		{`#A: {a?: matchN(1, [int])}`, "schema/style 2:10 found a call"},
		{`#A: {a?: close({})}`, "schema/style 2:10 found a call"},
		{`#A: {a?: strings.MinRunes(1)}`, "schema/style 2:10 found a call"},
		{"#B: {b?: int}\n#A: {#B, a?: int}", "schema/style 3:6 found an embedding"},
		{"#B: {b?: int}\n#A: #B & {a?: int}", "schema/style 3:5 & joins #B"},
		{`#A: {let x = 1, a?: int}`, "schema/style 2:6 found let"},
		{`let x = 1`, "schema/style 2:1 found let"},
		{`#A: {a?: !="x"}`, "schema/style 2:10 != alone"},
		{`#A: {a?: string & !="x"}`, "schema/style 2:19 != alone"},
		{`#A: {a?: !~"x"}`, "schema/style 2:10 !~"},
		{`#A: {a?: >=1}`, "schema/style 2:10 a bound without int"},
		{`#A: {a?: >=1 & <=2}`, "schema/style 2:10 a bound without int"},
		{`#A: {a?: >=1 & int}`, "schema/style 2:10 a bound without int"},
		{`#A: {a?: int & >=1 & >=2}`, "schema/style 2:22 a second bound"},
		{`#A: {a?: int & >=3 & <=2}`, "schema/style 2:10 no integer"},
		{`#A: {a?: int & >=1.5}`, "schema/style 2:18 found a number"},
		{`#A: {a?: 1.5}`, "schema/style 2:10 found a number"},
		{`#A: {a?: 0x10}`, "schema/style 2:10 found a number"},
		{`#A: {a?: int & string}`, "schema/style 2:10 nothing is both"},
		{`#A: {a?: =~"(?m)^a$"}`, "schema/style 2:12 a flag"},
		{`#A: {a?: =~"^(?i:a)$"}`, "schema/style 2:12 a flag"},
		{`#A: {a?: =~"^(?P<x>a)$"}`, "schema/style 2:12 a flag"},
		{`#A: {a?: =~"^.$"}`, "schema/style 2:12 . ends"},
		{`#A: {a?: =~"^\\s$"}`, `schema/style 2:12 \s is ASCII`},
		{`#A: {a?: =~"^\\pL$"}`, `schema/style 2:12 \p is not`},
		{`#A: {a?: =~"\\Aa\\z"}`, `schema/style 2:12 \A is not`},
		{`#A: {a?: =~"^[[:alpha:]]$"}`, "schema/style 2:12 [: inside"},
		{`#A: {a?: =~"^[]a]$"}`, "schema/style 2:12 ] at the start"},
		{`#A: {a?: =~"^[^]a]$"}`, "schema/style 2:12 ] at the start"},
		{`#A: {a?: =~"^a]$"}`, "schema/style 2:12 ] alone"},
		{`#A: {a?: =~"^a{,2}$"}`, "schema/style 2:12 { that"},
		{`#A: {a?: =~"^a}$"}`, "schema/style 2:12 } alone"},
		{`#A: {a?: =~"^\\_$"}`, `schema/style 2:12 \_ is not`},
		{`#A: {a?: =~"^(a$"}`, "schema/style 2:12 the pattern cannot be read"},
		{`#A: {a?: =~"^a{2000}$"}`, "schema/style 2:12 the pattern cannot be read"},
		{`#A: {a?: "a" | =~"b"}`, "schema/style 2:16 a union has at most one"},
		{`#A: {a?: "a" | "a"}`, "schema/style 2:16 this value is listed twice"},
		{`#A: {a?: int | 3}`, "schema/style 2:16 a union has at most one"},
		{`#A: {a?: true | false}`, "schema/style 2:17 a union has at most one"},
		{`#A: {a?: string | _}`, "schema/style 2:19 a union has at most one"},
		{`#A: {a?: [...int] | [...string]}`, "schema/style 2:21 a union has at most one"},
		{"#B: {b?: int}\n#C: {c?: int}\n#A: {a?: #B | #C}", "schema/style 4:15 a union has at most one"},
		{`#A: {a?: {b?: int} | {c!: int}}`, "schema/style 2:11 this branch"},
		{`#A: {{a!: int} | {a!: int, b?: int}}`, "schema/style 2:7 this branch"},
		{`#A: {{t!: "a", x?: int} | {t!: "a" | "b", y!: int}}`, "schema/style 2:7 this branch"},
		{`#A: {{t!: "a", x!: int} | {t!: "b"} | {t!: "b", z!: int}}`, "schema/style 2:28 this branch"},
		{`#A: {{t?: "a", x?: int} | {t!: "b"}}`, "schema/style 2:7 this branch"},
		{`#A: {{a!: int} | {}}`, "schema/compile 2:5 a branch"},
		{`#A: {{a!: int, c?: int} | {b!: int, c?: string}}`, `schema/style 2:37 field "c" has another type`},
		{`#A: {a?: int, {a!: int} | {b!: int}}`, `schema/style 2:16 field "a" is named twice`},
		{`#A: {{a!: int} | {b!: int}, {a!: int} | {c!: int}}`, `schema/style 2:30 field "a" is named twice`},
		{`#A: {a?: int, a?: int}`, `schema/style 2:15 field "a" is named twice`},
		{`#A: {a?: int, [string]: int}`, `schema/compile 2:6 field "a" matches`},
		{`#A: {a?: int, [=~"^a"]: int}`, `schema/compile 2:6 field "a" matches`},
		{`#A: {[int]: int}`, "schema/style 2:7 keys are int"},
		{`#A: {["a" | "b"]: int}`, "schema/style 2:6 a key pattern"},
		{`#A: {(a): int}`, "schema/style 2:6 found a computed"},
		{`#A: {"\(a)": int}`, "schema/style 2:6 found a computed"},
		{`#A: {_a?: int}`, "schema/style 2:6 found _a inside"},
		{`#A: {#B: int}`, "schema/style 2:6 found #B inside"},
		{`#A: {string?: int}`, "schema/style 2:6 a field named string"},
		{`#A: {X=a?: int}`, "schema/style 2:6 "},
		{`#A: {a?: int @foo(x)}`, "schema/style 2:14 field a has an attribute"},
		{`@foo(x)`, "schema/style 2:1 found an attribute"},
		{"import \"strings\"\n#A: {a?: int}", "schema/style 2:1 found an import"},
		{`a?: int`, "schema/style 2:1 a schema file holds"},
		{`{a?: int}`, "schema/style 2:1 found an embedding"},
		{"#A: {a?: int}\n#A: {b?: int}", "schema/style 3:1 #A is defined twice"},
		{`#A: {a?: [...]}`, "schema/style 2:10 found a list"},
		{`#A: {a?: [int, ...int]}`, "schema/style 2:10 found a list"},
		{`#A: {a?: [int]}`, "schema/style 2:10 found a list"},
		{`#A: {a?: #Bc}`, "schema/style 2:10 no definition #Bc"},
		{`#A: {a?: uint8}`, "schema/style 2:10 found uint8"},
		{`#A: {a?: number}`, "schema/style 2:10 found number"},
		{`#A: {a?: bytes}`, "schema/style 2:10 found bytes"},
		{`#A: {a?: 'x'}`, "schema/style 2:10 found no string"},
		{`#A: {a?: int, b?: a}`, "schema/style 2:19 found a reference to a"},
		{`#A: {a?: #B.c}`, "schema/style 2:10 found a reference into"},
		{`#A: {a?: 1 + 2}`, "schema/style 2:10 found an operation"},
		{`#A: {a?: _|_}`, "schema/style 2:10 found _|_"},
		{`#A: {a?: "x\(b)"}`, "schema/style 2:10 found an interpolation"},
		{`#A: #A`, "schema/style 2:5 #A is made of itself"},
		{"#A: #B\n#B: #A", "is made of itself"},
		{`#A: #A | string`, "schema/style 2:5 #A is made of itself"},
		{`#A: {a!: #A}`, "schema/compile 2:1 #A requires itself"},
		{`#A: {a!: {b!: #A}}`, "schema/compile 2:1 #A requires itself"},
		{`#A: {{a!: #A} | {b!: #A}}`, "schema/compile 2:1 #A requires itself"},
		{`#A: {`, "schema/compile 2:"},
		{`#B: {apiVersion!: "v", kind!: "A"}`, "schema/compile 2:1 #B is kind A"},
		{`#Ä: {ä?: int, ö: int}`, `schema/style 2:15 field "ö" is neither`},
	} {
		_, lines := compileText(t, tt.body)
		if len(lines) == 0 {
			t.Errorf("%s\n\ttaken, wanted %s", tt.body, tt.want)
			continue
		}
		if !strings.Contains(strings.Join(lines, "\n"), tt.want) {
			t.Errorf("%s\n\tfound %s\n\twanted %s", tt.body, strings.Join(lines, "\n\t\t"), tt.want)
		}
	}
}

// The style itself is taken, and reads back as written.
func TestTaken(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`#A: int`, "int"},
		{`#A: int & >=1 & <=100`, "int & >=1 & <=100"},
		{`#A: int & >0 & <101`, "int & >=1 & <=100"},
		{`#A: int & >=-5`, "int & >=-5"},
		{`#A: 1 | 2 | -3`, "1 | 2 | -3"},
		{`#A: "a" | "b"`, `"a" | "b"`},
		{`#A: bool`, "bool"},
		{`#A: true`, "true"},
		{`#A: null | string`, "null | string"},
		{`#A: _`, "_"},
		{`#A: string & =~"^a" & =~"b$"`, `=~"^a" & =~"b$"`},
		{`#A: =~#"^(?:a|b)[\w-]{1,3}\.[^\n]+$"#`, `=~"^(?:a|b)[\\w-]{1,3}\\.[^\\n]+$"`},
		{`#A: [..._]`, "[..._]"},
		{"#A: [...#B]\n#B: string", "[...#B]"},
		{`#A: {}`, "{}"},
		{`#A: {[string]: int}`, "{[string]: int}"},
		{`#A: {x?: int, [=~"^y"]: int}`, `{x?, [=~"^y"]: int}`},
		{`#A: {"string"!: int, b?: string}`, "{string!, b?}"},
		{`#A: {x!: int, {a!: int} | {b!: int, c?: int}}`, "{x!, {a!} | {b!, c?}}"},
		{`#A: {{a!: int, n!: int} | {b!: int, n!: int}}`, "{{a!, n!} | {b!, n!}}"},
		{`#A: {{t!: "a"} | {t!: "b" | "c", x!: int} | {t!: "c" | "b", y!: int}}`, "{{t!} | {t!, x!} | {t!, y!}}"},
		{`#A: {all!: [...#A]} | {any!: [...#A]} | string`, "string | {{all!} | {any!}}"},
		{"#A: #B | {a?: #A}\n#B: =~\"^b\"", "#B | {a?}"},
		{"#A: #B\n#B: {a?: #A}", "{a?}"},
		{`#A: ("a" | ("b")) | 5`, `"a" | "b" | 5`},
	} {
		set, lines := compileText(t, tt.body)
		if len(lines) > 0 {
			t.Errorf("%s\n\trefused: %s", tt.body, strings.Join(lines, "\n\t\t"))
			continue
		}
		if got := set.Definitions["#A"].Content(); got != tt.want {
			t.Errorf("%s\n\tfound %s\n\twanted %s", tt.body, got, tt.want)
		}
	}
}

func TestPositionsAndDocs(t *testing.T) {
	set, lines := compileText(t, "// A thing.\n//\n// More.\n#A: {\n\t// The\n\t// name.\n\tname!: #B\n\tsub?: {\n\t\t// Deep.\n\t\tx!: int}\n}\n#B: string")
	if len(lines) > 0 {
		t.Fatal(lines)
	}
	a := set.Definitions["#A"]
	name, x := a.Map.Field("name"), a.Child("sub").Map.Field("x")
	for _, tt := range []struct{ got, want string }{
		{a.Doc, "A thing. More."},
		{fmt.Sprint(a.Pos), "{schemas/test.cue 5 1}"},
		{name.Doc, "The name."},
		{fmt.Sprint(name.Pos), "{schemas/test.cue 8 2}"},
		{fmt.Sprint(name.Node.Pos), "{schemas/test.cue 13 1}"},
		{x.Doc, "Deep."},
		{fmt.Sprint(x.Node.Pos), "{schemas/test.cue 11 7}"},
	} {
		if tt.got != tt.want {
			t.Errorf("found %s, wanted %s", tt.got, tt.want)
		}
	}
}

func TestChecks(t *testing.T) {
	source := map[string][]byte{"a.cue": []byte("package patchops\n#A: string\n#B: #A\n#C: int")}
	refuse := func(word string) shape.Check {
		return func(s string) (string, string) {
			if s == word {
				return "is " + word, ""
			}
			return "", ""
		}
	}
	set, fs := Compile(source, map[string]shape.Check{"#A": refuse("a"), "#B": refuse("b")})
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	for _, word := range []string{"a", "b"} {
		if problem, _ := set.Definitions["#B"].Check(word); problem == "" {
			t.Errorf("#B takes %q: an alias lost a check", word)
		}
	}
	_, fs = Compile(source, map[string]shape.Check{"#C": refuse("c"), "#D": refuse("d")})
	if len(fs) != 2 {
		t.Errorf("found %v, wanted a finding for the check of an integer and for that of nothing", fs)
	}
}
