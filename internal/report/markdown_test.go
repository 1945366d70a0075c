package report

import (
	"regexp"
	"testing"
)

// What strangers wrote is neither link nor mention nor reference, also where it is
// shown as code: HTML's code holds bare addresses that GitHub makes links.
func TestStrangersTextIsPlainInMarkdown(t *testing.T) {
	active := regexp.MustCompile(`(?i)://|www\.|gh-\d|@\w|#\d|<(?:a|img|script)\b|\]\(`)
	entity := regexp.MustCompile(`&#\d+;`)
	for _, text := range []string{
		"www.evil.example|x", "https://evil.example/<b>", "x|HTTPS://evil.example", "WWW.evil.example|x", "gh-12 Gh-12 GH-12",
		"@ada|x", "acme/plans#12|x", "a@b.example|x", "[x](https://evil.example)|", "<img src=https://evil.example>", "`|https://evil.example",
		"&#64;ada", "\\@ada|", "<!-- https://evil.example|",
	} {
		for what, got := range map[string]string{"text": markdown(text), "code": code(text)} {
			if what == "code" && got[0] == '`' {
				continue // a span of code, in which nothing is active
			}
			if found := active.FindString(entity.ReplaceAllString(got, "~")); found != "" {
				t.Errorf("%s %q: %s: %q is active", what, text, got, found)
			}
		}
	}
}
