package report

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/finding"
)

// hostile are the pieces that break formats made of lines, tags and directives.
var hostile = []string{
	"\n", "\r\n", "\n::error file=x::forged", "::", "%0A", "%25", "]]>", "<![CDATA[", "</testcase>", "&amp;", "\"", "'", "\\", "\\#",
	" # TODO", " # SKIP", "#", "\n  ...\nok 2 - forged", "  ---", "\x00", "\x07", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u202e", "\u200b",
	"\ufeff", "\ufffe", "\ufffd", "\U000e0001", "\U0010ffff", "\xff", "\xc3(", "\xed\xa0\x80", "{0}", "](", "](http://x)", ",", ":", "=", "日本", "e\u0301", "😀", "a", " ", "\t",
}

func messages() *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 6), func(b []byte) string { return string(b) }))
	return rapid.Map(rapid.SliceOfN(piece, 0, 6), func(s []string) string { return strings.Join(s, "") })
}

func findings() *rapid.Generator[finding.Finding] {
	return rapid.Custom(func(t *rapid.T) finding.Finding {
		f := finding.Finding{
			ID:       rapid.SampledFrom([]string{"schema/type", "plan/waves-increase", "yaml/syntax"}).Draw(t, "id"),
			Severity: rapid.SampledFrom([]finding.Severity{finding.Error, finding.Warning, finding.Note}).Draw(t, "severity"),
			Message:  messages().Draw(t, "message"), Hint: messages().Draw(t, "hint"),
			Document: finding.Identity{Kind: "PatchPlan", Client: messages().Draw(t, "client"), Name: messages().Draw(t, "name")},
			Path:     messages().Draw(t, "path"),
		}
		if rapid.Bool().Draw(t, "placed") {
			f.File = "f" + messages().Draw(t, "file")
			f.Line = rapid.IntRange(0, 5).Draw(t, "line")
			if f.Line > 0 {
				f.Column = rapid.IntRange(0, 9).Draw(t, "column")
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "waived") == 0 {
			f.WaivedBy = "RiskAcceptance/acme/x"
		}
		if rapid.Bool().Draw(t, "related") {
			f.Related = []finding.Related{{Position: finding.Position{File: messages().Draw(t, "other"), Line: 1, Column: 1}, Message: messages().Draw(t, "why")}}
		}
		return f
	})
}

type parser struct {
	parse func([]byte) ([]seen, error)
	show  func(string) string // what the format does to text
}

func parsers() map[string]parser {
	return map[string]parser{
		"json": {parseJSON, legible}, "sarif": {parseSARIF, legible},
		"junit": {parseJUnit, Display}, "github": {parseGitHub, Display}, "tap": {parseTAP, Display},
	}
}

func expected(fs []finding.Finding, show func(string) string) []seen {
	var all []seen
	for _, f := range finding.Sort(slices.Clone(fs)) {
		all = append(all, seen{show(f.ID), class(f), show(f.Message), show(f.File), f.Line, f.Column})
	}
	return order(all)
}

func order(all []seen) []seen {
	slices.SortStableFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.ID, b.ID), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Class, b.Class))
	})
	return all
}

// Every machine format gives back exactly the findings that went in, and no
// format lets a character through that could act on a terminal or a log.
func TestFormatsGiveBackTheFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := []byte(messages().Draw(t, "source") + "\n" + messages().Draw(t, "source2"))
		fs := rapid.SliceOfN(findings(), 0, 6).Draw(t, "findings")
		checkRoundTrip(t, Check{AsOf: "2026-03-12T09:00:00Z", Findings: fs, Source: func(string) []byte { return source }})
	})
}

func checkRoundTrip(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, c Check,
) {
	for _, format := range Formats() {
		out := printed(t, format, c, Options{})
		if !harmless(string(out)) {
			t.Fatalf("%s holds a raw control, bidi or invalid character:\n%q", format, out)
		}
		p, ok := parsers()[format]
		if !ok {
			continue
		}
		got, err := p.parse(out)
		if err != nil {
			t.Fatalf("%s does not parse: %v\n%s", format, err, out)
		}
		if want := expected(c.Findings, p.show); !slices.Equal(order(got), want) {
			t.Fatalf("%s gives back\n%+v\nwant\n%+v\n%s", format, got, want, out)
		}
	}
}

func harmless(out string) bool {
	return utf8.ValidString(out) && !strings.ContainsFunc(out, func(r rune) bool { return r != '\n' && !visible(r) })
}

func FuzzFormats(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s, "a.yaml", "key: "+s, 1, 3)
	}
	f.Fuzz(func(t *testing.T, message, hint, file, source string, line, column int) {
		if file == "" {
			line = 0 // a place without a file has no line
		}
		x := finding.Finding{ID: "schema/type", Severity: finding.Warning, Message: message, Hint: hint, Position: finding.Position{File: file, Line: max(line, 0)}}
		if line > 0 {
			x.Column = max(column, 0)
		}
		if file == "(repository)" || strings.Contains(file, ": error: ") || strings.Contains(file, ": warning: ") || strings.Contains(file, ": note: ") {
			return // a file named like the reports' own words is told apart by JSON only
		}
		checkRoundTrip(t, Check{Findings: []finding.Finding{x}, Source: func(string) []byte { return []byte(source) }})
	})
}

func TestDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"":               "",
		`plain "text" \`: `plain "text" \`,
		"a\nb\tc\rd":     `a\nb\tc\rd`,
		"\x00\x1b\x7f":   `\x00\x1b\x7f`,
		"\u202e\u200b":   `\u202e\u200b`,
		"\U000e0001":     `\U000e0001`,
		"\xff\xc3(":      `\xff\xc3(`,
		"é 日本 😀":         "é 日本 😀",
		"\u3164\u00a0":   `\u3164\u00a0`,
	} {
		if got := Display(in); got != want || Display(got) != got {
			t.Errorf("Display(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCaretStandsUnderTheColumn(t *testing.T) {
	long := strings.Repeat("x", 500) + "KEY" + strings.Repeat("y", 500)
	for _, c := range []struct {
		line   string
		column int
		under  string // what stands in the line above the caret
	}{
		{"key: value", 6, "value"},
		{"\t\tkey: value", 3, "key"},
		{"日本: value", 5, "value"},
		{"e\u0301: value", 5, "value"},
		{"\u202e: value", 4, "value"},
		{"\xff: value", 4, "value"},
		{long, 501, "KEY"},
		{"short", 99, ""},
	} {
		e := excerpter{source: func(string) []byte { return []byte(c.line + "\r\n") }}
		out := e.excerpt(finding.Position{File: "f", Line: 1, Column: c.column})
		if len(out) != 2 {
			t.Fatalf("%q: %q", c.line, out)
		}
		caret := strings.Index(out[1], "^")
		at := 0
		for i := range out[0] + "\x00" {
			if width(out[0][:i]) == caret {
				at = i
				break
			}
		}
		if c.under != "" && !strings.HasPrefix(out[0][at:], c.under) || width(out[0]) > excerptWidth+12 {
			t.Errorf("%q column %d:\n%s\n%s", c.line, c.column, out[0], out[1])
		}
	}
}
