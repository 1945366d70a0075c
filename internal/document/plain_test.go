package document_test

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
)

// scalar reads one value behind "a: ".
func scalar(t *testing.T, text string) document.Value {
	t.Helper()
	docs, fs := document.ParseYAML("f.yaml", []byte("a: "+text+"\n"))
	if len(fs) > 0 || len(docs) != 1 {
		t.Fatalf("%q: findings %v", text, fs)
	}
	return *docs[0].Root.Get("a")
}

// TestPlainScalars: rows Y11 to Y15 and Y22, R32. What readers disagree about is
// Odd, and is told how to be written as what was wanted.
func TestPlainScalars(t *testing.T) {
	const odd, str, num = document.Odd, document.String, document.Int
	for _, c := range []struct {
		row, text string
		kind      document.Kind
		describe  string
		wanted    document.Kind
		hint      string
	}{
		{"Y11", "yes", odd, "yes without quotes", document.Bool, "write true"},
		{"Y11", "No", odd, "No without quotes", str, `quote it: "No"`},
		{"Y11", "off", odd, "off without quotes", document.Bool, "write false"},
		{"Y11", "y", odd, "y without quotes", document.Bool, "write true"},
		{"Y11", "TRUE", odd, "TRUE without quotes", document.Bool, "write true"},
		{"Y11", "True", odd, "True without quotes", num, ""},
		{"Y12", "010", odd, "number 010", num, "write 10, or 8 if it is octal"},
		{"Y12", "-07", odd, "number -07", num, "write -7"},
		{"Y12", "08", odd, "number 08", num, "write 8"},
		{"Y12", "0x_1", odd, "number 0x_1", num, "write 1"},
		{"Y12", "0X1f", odd, "number 0X1f", num, "write 31"},
		{"Y12", "0o17", odd, "number 0o17", num, "write 15"},
		{"Y12", "0b101", odd, "number 0b101", num, "write 5"},
		{"Y12", "1_000", odd, "number 1_000", num, "write 1000"},
		{"Y12", "+5", odd, "number +5", num, "write 5"},
		{"Y13", "1.10", odd, "number 1.10", str, `quote it: "1.10"`},
		{"Y14", "123456789012345678901234567890", odd, "number 123456789012345678901234567890", str, `quote it: "123456789012345678901234567890"`},
		{"Y14", "9007199254740993", odd, "number 9007199254740993", num, "write a number between -9007199254740992 and 9007199254740992, or quote it where a string may stand"},
		{"Y14", "9007199254740992", num, "number 9007199254740992", str, ""},
		{"Y14", "-9007199254740992", num, "number -9007199254740992", str, ""},
		{"Y14", "-9007199254740993", odd, "number -9007199254740993", str, `quote it: "-9007199254740993"`},
		{"Y15", "3.5", odd, "number 3.5", num, "write a whole number"},
		{"Y15", "1e3", odd, "number 1e3", num, "write 1000"},
		{"Y15", "3.0", odd, "number 3.0", num, "write 3"},
		{"Y15", "5034441e2", odd, "number 5034441e2", str, `quote it: "5034441e2"`},
		{"Y15", "1e999999999", odd, "number 1e999999999", num, "write a whole number"},
		{"Y15", ".5", odd, "number .5", num, "write a whole number"},
		{"Y15", "1.", odd, "number 1.", num, "write 1"},
		{"Y22", ".inf", odd, "number .inf", num, "write a whole number"},
		{"Y22", "-.INF", odd, "number -.INF", num, "write a whole number"},
		{"Y22", ".nan", odd, "number .nan", num, "write a whole number"},
		{"null", "~", odd, "~ without quotes", document.Null, "write null"},
		{"null", "Null", odd, "Null without quotes", str, `quote it: "Null"`},
		{"null", "", odd, "nothing", str, "write a value, or remove the key"},
		{"null", "null", document.Null, "null", str, ""},
		{"bool", "true", document.Bool, "true", str, ""},
		{"int", "0", num, "number 0", str, ""},
		{"int", "-12", num, "number -12", str, ""},
		{"quoted", `"yes"`, str, `"yes"`, document.Bool, ""},
		{"quoted", "'010'", str, `"010"`, num, ""},
		{"version", "1.2.3", str, `"1.2.3"`, str, ""},
		{"clock", "22:30", str, `"22:30"`, str, ""},
		{"date", "2026-03-29", str, `"2026-03-29"`, str, ""},
		{"instant", "2026-03-29T00:00:00Z", str, `"2026-03-29T00:00:00Z"`, str, ""},
		{"percent", "20%", str, `"20%"`, str, ""},
		{"text", "0x", str, `"0x"`, str, ""},
		{"text", "0o9", str, `"0o9"`, str, ""},
		{"text", "1e", str, `"1e"`, str, ""},
		{"text", "1e5x", str, `"1e5x"`, str, ""},
		{"text", "-", str, `"-"`, str, ""},
		{"text", "...", str, `"..."`, str, ""},
		{"text", "-x", str, `"-x"`, str, ""},
		{"text", "yess", str, `"yess"`, str, ""},
		{"text", "<<", str, `"<<"`, str, ""},
		{"list", "[1]", document.List, "a list", str, ""},
		{"map", "{}", document.Map, "an empty map", str, ""},
	} {
		if c.text == "-" {
			c.text = `"-"`
		}
		v := scalar(t, c.text)
		if v.Kind != c.kind || document.Describe(&v) != c.describe {
			t.Errorf("%s: %q is of kind %d, %s; want %d, %s", c.row, c.text, v.Kind, document.Describe(&v), c.kind, c.describe)
		}
		if got := document.OddHint(&v, c.wanted); got != c.hint {
			t.Errorf("%s: %q: hint %q, want %q", c.row, c.text, got, c.hint)
		}
	}
}

// TestWordsAsKeysAreStrings: "on" and "no" are fields and languages; what is no
// string anywhere is refused (Y3).
func TestWordsAsKeysAreStrings(t *testing.T) {
	docs, fs := document.ParseYAML("f.yaml", []byte("on: [install]\nno: x\nY: 1\n2026-01-01: 1\n"))
	if len(fs) > 0 || docs[0].Root.Get("on") == nil || docs[0].Root.Get("no") == nil || docs[0].Root.Get("Y") == nil {
		t.Errorf("findings %v", fs)
	}
}
