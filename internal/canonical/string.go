package canonical

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// AppendString appends a string with its quotes. Bytes that are no UTF-8 are
// U+FFFD each.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = AppendASCII(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r > 0xFFFF {
			r -= 0x10000
			b = appendEscape(b, 0xD800+r>>10)
			r = 0xDC00 + r&0x3FF
		}
		b = appendEscape(b, r)
	}
	return append(b, '"')
}

// AppendASCII appends one character below U+0080 as it stands in a string.
func AppendASCII(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if c < ' ' || c > '~' {
		return appendEscape(b, rune(c))
	}
	return append(b, c)
}

func appendEscape(b []byte, unit rune) []byte {
	return append(b, '\\', 'u', hexDigits[unit>>12&15], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}
