package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// vectors are values and the one form that they have; Python's json.dumps with
// sort_keys and the shortest separators gives the same (TestPythonAgrees).
var vectors = []struct {
	value any
	want  string
}{
	{nil, "null"},
	{true, "true"},
	{false, "false"},
	{0, "0"},
	{int64(math.MaxInt64), "9223372036854775807"},
	{int64(math.MinInt64), "-9223372036854775808"},
	{"", `""`},
	{"plain / <&>", `"plain / <&>"`},
	{"\"\\\b\f\n\r\t", `"\"\\\b\f\n\r\t"`},
	{"\x00\x1f\x7f", `"\u0000\u001f\u007f"`},
	{"Zürich", `"Z\u00fcrich"`},
	{"\u2028\ufeff", `"\u2028\ufeff"`},
	{"\U0001F600\U0010FFFF", `"\ud83d\ude00\udbff\udfff"`},
	{[]any{}, "[]"},
	{map[string]any{}, "{}"},
	{[]any{1, []any{nil}, "a"}, `[1,[null],"a"]`},
	{map[string]any{"b": 1, "a": map[string]any{"z": true, "": 0}}, `{"a":{"":0,"z":true},"b":1}`},
	// In the order of code points, also where that of UTF-16 is another.
	{map[string]any{"\U0001F600": 1, "\uffee": 2, "a": 3, "A": 4, "ä": 5}, `{"A":4,"a":3,"\u00e4":5,"\uffee":2,"\ud83d\ude00":1}`},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		got, err := Marshal(v.value)
		if err != nil || string(got) != v.want {
			t.Errorf("%v is %s, %v; wanted %s", v.value, got, err, v.want)
		}
		direct, err := Append(nil, v.value)
		if err != nil || string(direct) != v.want {
			t.Errorf("%v is %s, %v by Append; wanted %s", v.value, direct, err, v.want)
		}
		var back any
		if err := Unmarshal([]byte(v.want), &back); err != nil && !strings.Contains(v.want, "9223372036854775") {
			t.Errorf("%s cannot be read: %v", v.want, err)
		}
	}
	if got := Digest([]byte("abc")); got != "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the digest of abc is %s", got)
	}
}

// TestPythonAgrees: the form is that of a program which everybody has.
func TestPythonAgrees(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on this machine")
	}
	const program = `import json, sys
for line in sys.stdin:
    sys.stdout.write(json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")) + "\n")`
	var values []any
	for _, v := range vectors {
		values = append(values, v.value)
	}
	for seed := range 200 {
		values = append(values, generated().Example(seed))
	}
	var in, want bytes.Buffer
	for _, v := range values {
		b, err := json.Marshal(v) // not our form: unsorted escapes of its own
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(b, '\n'))
		c, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		want.Write(append(c, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", program)
	cmd.Stdin, cmd.Env = &in, []string{"PYTHONIOENCODING=utf-8", "PATH=/usr/bin:/bin"}
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		theirs, ours := strings.Split(string(got), "\n"), strings.Split(want.String(), "\n")
		for i := range ours {
			if i >= len(theirs) || theirs[i] != ours[i] {
				t.Fatalf("Python writes %s, we write %s", theirs[min(i, len(theirs)-1)], ours[i])
			}
		}
	}
}

// generated are values of every kind, three levels deep at most.
func generated() *rapid.Generator[any] { return level(3) }

func level(n int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 4
		if n > 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return rapid.Int64().Draw(t, "int")
		case 3:
			return rapid.String().Draw(t, "string")
		case 4:
			return append([]any{}, rapid.SliceOfN(level(n-1), 0, 4).Draw(t, "list")...)
		}
		return rapid.MapOfN(rapid.String(), level(n-1), 0, 4).Draw(t, "map")
	})
}

// TestOneFormEach: what is written is ASCII in one line, reads back as the same
// value, and no other bytes do (safety and liveness of the form).
func TestOneFormEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{"value": generated().Draw(t, "value")}
		b, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b {
			if c < ' ' || c > '~' {
				t.Fatalf("%q holds the byte %#x", b, c)
			}
		}
		var back map[string]any
		if err := Unmarshal(b, &back); err != nil && !strings.Contains(err.Error(), "cannot unmarshal") {
			if !large(v) {
				t.Fatalf("%s cannot be read: %v", b, err)
			}
		}
		at := rapid.IntRange(0, len(b)).Draw(t, "at")
		worse := append(append(append([]byte{}, b[:at]...), ' '), b[at:]...)
		var other map[string]any
		if err := Unmarshal(worse, &other); err == nil {
			if again, _ := Marshal(other); bytes.Equal(again, b) {
				t.Fatalf("%q is read as %q", worse, b)
			}
		}
	})
}

// large reports whether some integer is lost in a float64, which an `any` is read
// into: whoever has such integers reads them into an int64.
func large(v any) bool {
	switch v := v.(type) {
	case int64:
		return int64(float64(v)) != v || v > 1<<53 || v < -(1<<53)
	case []any:
		return slices.ContainsFunc(v, large)
	case map[string]any:
		for _, item := range v {
			if large(item) {
				return true
			}
		}
	}
	return false
}

type record struct {
	Name  string `json:"name"`
	Count int64  `json:"count,omitempty"`
	List  []int  `json:"list,omitempty"`
}

// TestUnmarshalRefuses whatever two readers could read differently.
func TestUnmarshalRefuses(t *testing.T) {
	var good record
	if err := Unmarshal([]byte(`{"count":9007199254740993,"list":[1],"name":"\u00e4"}`), &good); err != nil || good.Count != 1<<53+1 || good.Name != "ä" {
		t.Fatalf("read %+v, %v", good, err)
	}
	for name, text := range map[string]string{
		"empty":                   "",
		"no JSON":                 "{",
		"space":                   `{"name": "a"}`,
		"line feed":               "{\"name\":\"a\"}\n",
		"two values":              `{"name":"a"}{"name":"a"}`,
		"order":                   `{"name":"a","count":1}`,
		"duplicate key":           `{"name":"a","name":"a"}`,
		"duplicate, other value":  `{"name":"a","name":"b"}`,
		"key in another case":     `{"Name":"a"}`,
		"unknown key":             `{"name":"a","other":1}`,
		"says nothing":            `{"count":0,"name":"a"}`,
		"null for a string":       `{"name":null}`,
		"missing key":             `{"count":1}`,
		"float":                   `{"count":1.0,"name":"a"}`,
		"exponent":                `{"count":1e2,"name":"a"}`,
		"negative zero":           `{"count":-0,"name":"a"}`,
		"beyond 64 bits":          `{"count":9223372036854775808,"name":"a"}`,
		"raw UTF-8":               `{"name":"ä"}`,
		"escaped ASCII":           `{"name":"\u0061"}`,
		"upper-case hex":          `{"name":"\u00E4"}`,
		"escaped slash":           `{"name":"\/"}`,
		"lone surrogate":          `{"name":"\ud800"}`,
		"no UTF-8":                "{\"name\":\"\xff\"}",
		"deep":                    strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		"a list":                  `[]`,
		"another type":            `{"name":1}`,
		"byte order mark":         "\ufeff{\"name\":\"a\"}",
		"null":                    `null`,
		"escaped key, same bytes": `{"\u006eame":"a"}`,
	} {
		var r record
		if err := Unmarshal([]byte(text), &r); !errors.Is(err, ErrForm) {
			t.Errorf("%s is read as %+v, %v; wanted ErrForm", name, r, err)
		}
	}
}

// TestMarshalRefuses what has no one form.
func TestMarshalRefuses(t *testing.T) {
	for _, v := range []any{1.5, math.NaN(), map[string]any{"a": 1e300}, uint64(math.MaxUint64), make(chan int), json.Number("1.0")} {
		if b, err := Marshal(v); err == nil {
			t.Errorf("%v has the form %s", v, b)
		}
	}
	if b, err := Append(nil, struct{}{}); !errors.Is(err, ErrForm) {
		t.Errorf("a struct has the form %s", b)
	}
}

// TestBytesThatAreNoUTF8: each becomes U+FFFD, so that the form is always text.
func TestBytesThatAreNoUTF8(t *testing.T) {
	if got := string(AppendString(nil, "a\xff\xfeb")); got != `"a\ufffd\ufffdb"` {
		t.Errorf("got %s", got)
	}
}

// FuzzUnmarshal: what is read is what would be written, whatever the bytes.
func FuzzUnmarshal(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(v.want))
	}
	f.Add([]byte(`{"count":9007199254740993,"list":[1],"name":"\u00e4"}`))
	f.Add([]byte(`{"name":"a","Name":"b"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r record
		if Unmarshal(b, &r) == nil {
			if again, err := Marshal(r); err != nil || !bytes.Equal(again, b) {
				t.Fatalf("%q is read, and written as %q, %v", b, again, err)
			}
		}
		s := string(b)
		quoted := AppendString(nil, s)
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || utf8.ValidString(s) && back != s {
			t.Fatalf("%q is written as %s, read as %q, %v", s, quoted, back, err)
		}
	})
}
