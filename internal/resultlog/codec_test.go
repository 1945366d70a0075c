package resultlog

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/statement"
)

var anyText = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\"\\\x00\x7f\u2028\U0001f600\xff", "é\b\f\n\r\t</script>"}))

// anyRecord has every kind of field.
var anyRecord = rapid.Custom(func(t *rapid.T) Record {
	r := Record{
		V: 1, Seq: rapid.Int64Min(0).Draw(t, "seq"), T: "2026-03-12T09:00:00Z",
		Kind:   rapid.SampledFrom([]Kind{Approval, Merge, KeyAdd}).Draw(t, "kind"),
		Change: anyText.Draw(t, "change"), Subs: rapid.SliceOfN(anyText, 0, 3).Draw(t, "subs"),
		Cold: rapid.Bool().Draw(t, "cold"), Clients: rapid.Int64().Draw(t, "clients"),
	}
	if rapid.Bool().Draw(t, "more") {
		r.Actor = &Actor{Kind: anyText.Draw(t, "actor"), Account: rapid.Int64().Draw(t, "account")}
		r.Review = &Review{ID: 1, State: anyText.Draw(t, "state")}
		r.Statement = &statement.Signed{Statement: anyText.Draw(t, "statement")}
		r.Statements = []statement.Signed{{}, {Signature: anyText.Draw(t, "signature")}}
	}
	return r
})

// TestLineIsCanonical: Line gives what canonical.Marshal gives, and Parse reads it.
func TestLineIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord.Draw(t, "record")
		line, err := r.Line()
		if err != nil {
			t.Fatal(err)
		}
		if want, err := canonical.Marshal(r); err != nil || !bytes.Equal(line, want) {
			t.Fatalf("%s\nwanted\n%s (%v)", line, want, err)
		}
		back, err := Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := back.Line(); err != nil || !bytes.Equal(again, line) {
			t.Fatalf("%s\nwanted\n%s (%v)", again, line, err)
		}
	})
}

// FuzzParse: Parse takes exactly the lines that canonical.Unmarshal takes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"kind":"lease","seq":0,"t":"2026-03-12T09:00:00Z","v":1}`))
	f.Add([]byte(`{"actor":{"id":"\ud83d\ude00\u00e9","kind":""},"cold":true,"kind":"a","seq":1,"subs":["",""],"t":"2026-03-12T09:00:00Z","v":1}`))
	f.Add([]byte(`{"kind":"a","review":{"account":0,"commit":"","id":-1,"state":"","submitted":""},"seq":0,"statements":[{"signature":"","statement":"\\\"\n"}],"t":"2026-03-12T09:00:00Z","v":1}`))
	f.Add([]byte(`{"kind":"a","seq":00,"t":"\ud83d","v":1,"why":"\u0041\u001F"}`))
	f.Add([]byte(`{"cold":false,"kind":"a","seq":-0,"subs":[],"t":"2026-03-12T09:00:00Z","v":1,"why":""}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := Parse(line)
		var want Record
		wantErr := canonical.Unmarshal(line, &want)
		if wantErr == nil {
			wantErr = want.form()
		}
		if (err == nil) != (wantErr == nil) && len(line) <= MaxLine {
			t.Fatalf("%q: %v, wanted %v", line, err, wantErr)
		}
		if err != nil {
			return
		}
		if again, err := r.Line(); err != nil || !bytes.Equal(again, line) {
			t.Fatalf("%q comes back as %q (%v)", line, again, err)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	const good = `{"kind":"lease","seq":0,"t":"2026-03-12T09:00:00Z","v":1}`
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]string{
		"empty":           "",
		"line feed":       good + "\n",
		"space":           strings.Replace(good, ",", ", ", 1),
		"order":           `{"seq":0,"kind":"lease","t":"2026-03-12T09:00:00Z","v":1}`,
		"twice":           `{"kind":"lease","kind":"lease","seq":0,"t":"2026-03-12T09:00:00Z","v":1}`,
		"unknown key":     `{"kind":"lease","seq":0,"t":"2026-03-12T09:00:00Z","v":1,"w":1}`,
		"other case":      `{"Kind":"lease","seq":0,"t":"2026-03-12T09:00:00Z","v":1}`,
		"missing":         `{"kind":"lease","t":"2026-03-12T09:00:00Z","v":1}`,
		"null":            strings.Replace(good, "0,", "null,", 1),
		"float":           strings.Replace(good, `"seq":0`, `"seq":0.0`, 1),
		"exponent":        strings.Replace(good, `"seq":0`, `"seq":1e3`, 1),
		"zeros":           strings.Replace(good, `"seq":0`, `"seq":00`, 1),
		"minus zero":      strings.Replace(good, `"seq":0`, `"seq":-0`, 1),
		"minus":           strings.Replace(good, `"seq":0`, `"seq":-`, 1),
		"too large":       strings.Replace(good, `"seq":0`, `"seq":9223372036854775808`, 1),
		"negative":        strings.Replace(good, `"seq":0`, `"seq":-1`, 1),
		"empty text":      strings.Replace(good, `"seq"`, `"reason":"","seq"`, 1),
		"empty list":      strings.Replace(good, `,"v"`, `,"uncovered":[],"v"`, 1),
		"raw byte":        strings.Replace(good, "lease", "l\xffase", 1),
		"upper hex":       strings.Replace(good, "lease", `\u00E9`, 1),
		"needless escape": strings.Replace(good, "lease", `\u006cease`, 1),
		"surrogate":       strings.Replace(good, `"seq"`, `"reason":"\ud83dx","seq"`, 1),
		"version":         strings.Replace(good, `"v":1`, `"v":2`, 1),
		"kind":            strings.Replace(good, "lease", "Lease", 1),
		"time zone":       strings.Replace(good, "00Z", "00+00:00", 1),
		"fraction":        strings.Replace(good, "00Z", "00.5Z", 1),
		"no such day":     strings.Replace(good, "03-12", "02-30", 1),
		"too long":        strings.Replace(good, `"seq"`, `"reason":"`+strings.Repeat("x", MaxLine)+`","seq"`, 1),
		"deep":            strings.Repeat("[", 60000),
		"cut":             good[:len(good)-1],
		"two":             good + good,
	} {
		if r, err := Parse([]byte(line)); err == nil {
			t.Errorf("%s: %q is read as %+v", name, line, r)
		}
	}
}
