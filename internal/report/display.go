package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Display makes a stranger's text safe and visible on one line: control, bidi,
// zero-width and other unprintable characters become `\n`, `\x07`, `\u202e` or
// `\U000e0001`, and bytes that are not UTF-8 become `\xff`. Everything else,
// the backslash included, stays, so that text already quoted by %q reads the same.
// Display(Display(s)) == Display(s).
func Display(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case visible(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
		i += n
	}
	return b.String()
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func escape(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	switch {
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xFFFF:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// visible reports whether a character may stand for itself: printable by Go's
// definition (ASCII space is the only space) and not invisible by Unicode's.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// legible replaces only bytes that are not UTF-8, for formats that can carry
// every character (JSON) but no arbitrary byte.
func legible(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// width is the number of terminal cells of displayed text: 2 for East Asian
// wide characters and emoji, 0 for combining marks, 1 for the rest.
func width(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i + widthOfRunes(s[i:])
		}
	}
	return len(s)
}

func widthOfRunes(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300 || r >= 0x2010 && r <= 0x2027: // before all marks, and dashes: most of what is shown
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303E || r >= 0xFF01 && r <= 0xFF60 || r >= 0x1F300 && r <= 0x1FAFF)
}
