package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzPretty: the same bytes as json.Indent where nothing is to be escaped, and
// the same value always.
func FuzzPretty(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":"x\"y\\"},[],{}],"c":null}`, `[]`, `"\u202e"`, "{\"é\":\"\u202e\\u007f\"}", strings.Repeat("[", 50) + strings.Repeat("]", 50)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var value any
		if json.Unmarshal(src, &value) != nil {
			return
		}
		var got, want, compact bytes.Buffer
		if err := encode(&got, value); err != nil {
			t.Fatal(err)
		}
		e := json.NewEncoder(&compact)
		e.SetEscapeHTML(false)
		if err := e.Encode(value); err != nil {
			t.Fatal(err)
		}
		if err := json.Indent(&want, compact.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		if Display(strings.ReplaceAll(want.String(), "\n", "")) == strings.ReplaceAll(want.String(), "\n", "") && got.String() != want.String() {
			t.Errorf("got\n%s\nwanted\n%s", &got, &want)
		}
		var back any
		if err := json.Unmarshal(got.Bytes(), &back); err != nil {
			t.Fatalf("%v in\n%s", err, &got)
		}
		a, _ := json.Marshal(value)
		if b, _ := json.Marshal(back); !bytes.Equal(a, b) {
			t.Errorf("the value changed: %s, was %s", b, a)
		}
	})
}
