package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type plainPart struct {
	Name  string   `json:"name"`
	Notes []string `json:"notes"`
	Count *int     `json:"count"`
	Yes   bool     `json:"yes"`
}

type plainWhole struct {
	Size  int64        `json:"size"`
	Part  plainPart    `json:"part"`
	Other *plainPart   `json:"other"`
	List  []plainPart  `json:"list"`
	Lists [][]string   `json:"lists"`
	Near  []*plainPart `json:"near"`
}

// What is printed straight away is what encoding/json and pretty make of it.
func TestDirectPrintsAsEncodingJSON(t *testing.T) {
	seven := 7
	parts := []plainPart{{}, {Name: `a "quoted" \ word`, Notes: []string{}, Count: &seven}, {Name: "<é\u202e\u2028\x7f\x00\xff>\n", Notes: []string{"", "x & y"}, Yes: true}}
	for _, value := range []any{
		plainWhole{},
		&plainWhole{Size: -1 << 63, Part: parts[1], Other: &parts[2], List: parts, Lists: [][]string{nil, {}, {"a"}}, Near: []*plainPart{nil, &parts[1]}},
		parts,
		[]plainPart{},
		[]plainPart(nil), (*plainWhole)(nil), "text", true, 7, int64(-7), "\x1b[2J",
		jsonOccurrence{Client: "acme", Notes: []string{"MOVED"}},
		someRollout(),
	} {
		if directOf(reflect.TypeOf(value)) == nil {
			t.Errorf("%T is not printed straight away", value)
		}
		samePrint(t, value)
	}
}

func someRollout() jsonRollout {
	return jsonRollout{
		Client: "acme", Cost: &jsonCost{"EUR", 12}, Waves: []jsonWave{}, Notices: []jsonNotice{{Contact: "ops", Channels: []string{"mail"}}},
		Placements: []jsonPlacement{{Asset: "web-01", Patches: []string{"p"}, Due: optional("2026-03-12T09:00:00Z")}},
		Unplaced:   []jsonUnplaced{{Asset: "web-02", Counterfactual: &jsonCounterfactual{Text: "a \u202e b", Places: &jsonPlaces{"nightly", ""}}}},
	}
}

// What encoding/json knows more of is left to it.
func TestDirectLeavesTheRest(t *testing.T) {
	type recursive struct {
		Inner []recursive `json:"inner"`
	}
	type embedded struct{ plainPart }
	type hidden struct{ name string }
	for _, value := range []any{
		recursive{[]recursive{{}}},
		embedded{plainPart{Name: "x"}},
		hidden{"x"},
		map[string]int{"b": 1, "a": 2},
		1.5,
		struct{}{},
		[]byte("bytes"),
		json.Number("7"), json.RawMessage(`{"a":[1]}`), time.Unix(0, 0).UTC(),
		[]any{1, "x"},
		struct {
			A string `json:"a,omitempty"`
		}{},
		struct {
			A string `json:"-"`
		}{"x"},
		struct{ A string }{"x"},
		reflect.Zero(reflect.StructOf([]reflect.StructField{ // encoding/json leaves out both
			{Name: "A", Type: reflect.TypeFor[string](), Tag: `json:"x"`}, {Name: "B", Type: reflect.TypeFor[string](), Tag: `json:"x"`},
		})).Interface(),
	} {
		if directOf(reflect.TypeOf(value)) != nil {
			t.Errorf("%T is printed straight away", value)
		}
		samePrint(t, value)
	}
}

// TestPropDirectPrintsAsEncodingJSON: whatever text there is, and whatever is nil or empty.
func TestPropDirectPrintsAsEncodingJSON(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[<>&'"\\ a\x{2028}\x{200b}\x7f\x00]*`),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	part := rapid.Custom(func(t *rapid.T) plainPart {
		return plainPart{
			text.Draw(t, "name"), rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(text, 0, 3)).Draw(t, "notes"),
			rapid.Ptr(rapid.Int(), true).Draw(t, "count"), rapid.Bool().Draw(t, "yes"),
		}
	})
	whole := rapid.Custom(func(t *rapid.T) plainWhole {
		return plainWhole{
			rapid.Int64().Draw(t, "size"), part.Draw(t, "part"), rapid.Ptr(part, true).Draw(t, "other"), rapid.SliceOfN(part, 0, 3).Draw(t, "list"),
			rapid.SliceOfN(rapid.SliceOfN(text, 0, 2), 0, 3).Draw(t, "lists"), rapid.SliceOfN(rapid.Ptr(part, true), 0, 3).Draw(t, "near"),
		}
	})
	rapid.Check(t, func(r *rapid.T) { samePrint(r, rapid.SliceOfN(whole, 0, 2).Draw(r, "value")) })
}

func samePrint(t rapid.TB, value any) {
	t.Helper()
	var got, want, buffer bytes.Buffer
	p := pretty{out: &got, depth: 1}
	if err := p.value(&buffer, value); err != nil {
		t.Fatal(err)
	}
	q := pretty{out: &want, depth: 1}
	if err := q.encoded(&buffer, value); err != nil {
		t.Fatal(err)
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	if err := q.flush(); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("%T: got\n%s\nwanted\n%s", value, &got, &want)
	}
}
