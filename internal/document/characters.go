package document

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// forbidden reports whether a character may stand in no file and no value:
// controls other than tab and line feed, line breaks that only some readers
// know, and everything invisible or able to reorder the text around it, so that
// what people review is what is read (security.md R30, R33).
func forbidden(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return true
	case r < 0x00ad:
		return false
	case r == 0x2028 || r == 0x2029:
		return true
	case r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef: // noncharacters
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// why says in people's words why a character is forbidden.
func why(r rune) string {
	switch {
	case r == '\r':
		return "a carriage return that ends no line"
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return "a line break that only some readers know"
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c:
		return "a character that reorders the text around it"
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return "a control character"
	case r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef:
		return "no character"
	}
	return "an invisible character"
}

// charHint says what to do about a forbidden character.
func charHint(r rune) string {
	if r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029 {
		return "end lines with a line feed"
	}
	return "remove it"
}

// encoding checks what the bytes are before anything looks at the text. It
// reports whether the file can be read any further.
func encoding(r *reporter, id string, src []byte) bool {
	switch {
	case bytes.HasPrefix(src, []byte{0xff, 0xfe}), bytes.HasPrefix(src, []byte{0xfe, 0xff}),
		len(src) >= 4 && (src[0] == 0) == (src[2] == 0) && (src[1] == 0) == (src[3] == 0) && (src[0] == 0) != (src[1] == 0):
		r.add(id, Pos{1, 1}, "the file is UTF-16 or UTF-32, not UTF-8").Hint = "save the file as UTF-8"
		return false
	case bytes.HasPrefix(src, []byte("\ufeff")):
		r.add(id, Pos{1, 1}, "the file begins with a byte order mark").Hint = "save the file as UTF-8 without a byte order mark"
		return false
	case utf8.Valid(src):
		return true
	}
	at := 0
	for at < len(src) {
		c, n := utf8.DecodeRune(src[at:])
		if c == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	start := bytes.LastIndexByte(src[:at], '\n') + 1
	pos := Pos{int32(bytes.Count(src[:at], []byte{'\n'})) + 1, column(src[start:], at-start)}
	r.add(id, pos, "byte 0x%02x is not UTF-8", src[at]).Hint = "save the file as UTF-8"
	return false
}

// characters reports every forbidden character of valid UTF-8. It returns
// whether none of them keeps a parser from reading on.
func characters(r *reporter, id string, src []byte) bool {
	readable, line := true, int32(1)
	before := -1 // bytes of the lines above and continuation bytes in this one, less 1
	for i := 0; i < len(src); {
		c, n := rune(src[i]), 1
		if c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRune(src[i:])
		}
		switch {
		case c == '\n':
			line, before = line+1, i
		case c == '\r' && i+1 < len(src) && src[i+1] == '\n':
		case forbidden(c):
			r.add(id, Pos{line, int32(i - before)}, "%s is %s", shown(c), why(c)).Hint = charHint(c)
			readable = readable && unicode.Is(unicode.Cf, c)
			if r.full() {
				return false
			}
		}
		i += n
		before += n - 1
	}
	return readable
}

// shown is a character as a message shows it: \u202e.
func shown(r rune) string {
	const hex = "0123456789abcdef"
	if r < 0x80 {
		return `\x` + string(hex[r>>4]) + string(hex[r&15])
	}
	digits, head := 4, `\u`
	if r > 0xffff {
		digits, head = 8, `\U`
	}
	for d := digits - 1; d >= 0; d-- {
		head += string(hex[r>>(4*d)&15])
	}
	return head
}

// badRune returns the first forbidden character of a decoded value, or -1.
func badRune(s string) rune {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 && s[i] != '\n' && s[i] != '\t' || s[i] >= 0x7f {
			for _, r := range s[i:] {
				if forbidden(r) {
					return r
				}
			}
			return -1
		}
	}
	return -1
}
