package resultlog

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder reads one line. Strings that need no unescaping share its memory.
type decoder struct {
	text string
	at   int
}

var errForm = errors.New("not canonical JSON")

func (d *decoder) fail(format string, args ...any) error {
	return fmt.Errorf("%w: at byte %d: %s", errForm, d.at, fmt.Sprintf(format, args...))
}

// skip takes one byte.
func (d *decoder) skip(c byte) bool {
	if d.at < len(d.text) && d.text[d.at] == c {
		d.at++
		return true
	}
	return false
}

func (d *decoder) value(s *shape, v reflect.Value) error {
	switch s.kind {
	case reflect.String:
		text, err := d.string()
		v.SetString(text)
		return err
	case reflect.Int64:
		n, err := d.integer()
		v.SetInt(n)
		return err
	case reflect.Bool:
		return d.boolean(v)
	case reflect.Pointer:
		inner := reflect.New(v.Type().Elem())
		v.Set(inner)
		return d.value(s.elem, inner.Elem())
	case reflect.Slice:
		return d.list(s, v)
	default:
		return d.object(s, v)
	}
}

func (d *decoder) boolean(v reflect.Value) error {
	for _, word := range []string{"true", "false"} {
		if strings.HasPrefix(d.text[d.at:], word) {
			d.at += len(word)
			v.SetBool(word == "true")
			return nil
		}
	}
	return d.fail("wanted true or false")
}

func (d *decoder) integer() (int64, error) {
	begin := d.at
	d.skip('-')
	for d.at < len(d.text) && d.text[d.at] >= '0' && d.text[d.at] <= '9' {
		d.at++
	}
	n, err := strconv.ParseInt(d.text[begin:d.at], 10, 64)
	if err != nil || len(d.text[begin:d.at]) > 1 && strings.TrimPrefix(d.text[begin:d.at], "-")[0] == '0' {
		d.at = begin
		return 0, d.fail("wanted an integer")
	}
	return n, nil
}

func (d *decoder) list(s *shape, v reflect.Value) error {
	if !d.skip('[') {
		return d.fail("wanted a list")
	}
	for n := 0; ; n++ {
		if d.skip(']') {
			if n == 0 {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			}
			return nil
		}
		if n > 0 && (!d.skip(',') || d.at < len(d.text) && d.text[d.at] == ']') {
			return d.fail("wanted a comma or the list's end")
		}
		v.Grow(1)
		v.SetLen(n + 1)
		if err := d.value(s.elem, v.Index(n)); err != nil {
			return err
		}
	}
}

// object reads keys in their order. One that says nothing, or is absent and must
// not be, would not be written like that.
func (d *decoder) object(s *shape, v reflect.Value) error {
	if !d.skip('{') {
		return d.fail("wanted an object")
	}
	next := 0
	for n := 0; !d.skip('}'); n++ {
		if n > 0 && !d.skip(',') {
			return d.fail("wanted a comma or the object's end")
		}
		for next < len(s.fields) && !d.ahead(s.fields[next].quoted) {
			if !s.fields[next].omitEmpty {
				return d.fail("wanted key %q first", s.fields[next].key)
			}
			next++
		}
		if next == len(s.fields) {
			return d.fail("a key that is unknown, twice there or out of order")
		}
		f := &s.fields[next]
		d.at += len(f.quoted)
		if err := d.value(f.shape, v.Field(f.index)); err != nil {
			return err
		}
		if f.omitEmpty && f.shape.empty(v.Field(f.index)) {
			return d.fail("key %q says nothing", f.key)
		}
		next++
	}
	for ; next < len(s.fields); next++ {
		if !s.fields[next].omitEmpty {
			return d.fail("key %q is missing", s.fields[next].key)
		}
	}
	return nil
}

// ahead reports whether a key with its quotes and colon follows. Most do not: the first
// letter tells nearly always.
func (d *decoder) ahead(quoted string) bool {
	rest := d.text[d.at:]
	return len(rest) > 1 && rest[1] == quoted[1] && strings.HasPrefix(rest, quoted)
}

func (d *decoder) string() (string, error) {
	if !d.skip('"') {
		return "", d.fail("wanted a string")
	}
	text := d.text[d.at:]
	for i := range len(text) {
		c := text[i]
		if plain[c] {
			continue
		}
		d.at += i
		switch c {
		case '"':
			d.at++
			return text[:i], nil
		case '\\':
			return d.escaped(text[:i])
		}
		return "", d.fail("a character that must be escaped")
	}
	d.at = len(d.text)
	return "", d.fail("a string without end")
}

// plain are the characters that stand for themselves.
var plain = func() (yes [256]bool) {
	for c := ' '; c <= '~'; c++ {
		yes[c] = c != '"' && c != '\\'
	}
	return yes
}()

// escaped reads on from the first escape of a string.
func (d *decoder) escaped(head string) (string, error) {
	out := []byte(head)
	for d.at < len(d.text) {
		c := d.text[d.at]
		switch {
		case c == '"':
			d.at++
			return string(out), nil
		case c < ' ' || c > '~':
			return "", d.fail("a character that must be escaped")
		case c != '\\':
			out = append(out, c)
			d.at++
			continue
		}
		var err error
		if out, err = d.escape(out); err != nil {
			return "", err
		}
	}
	return "", d.fail("a string without end")
}

func (d *decoder) escape(out []byte) ([]byte, error) {
	if d.at+1 >= len(d.text) {
		return nil, d.fail("a string without end")
	}
	c := d.text[d.at+1]
	if at := strings.IndexByte(`"\bfnrt`, c); at >= 0 {
		d.at += 2
		return append(out, "\"\\\b\f\n\r\t"[at]), nil
	}
	r, ok := d.unit()
	if !ok || r < 0x80 && (r >= ' ' && r <= '~' || strings.ContainsRune("\b\f\n\r\t", r)) {
		return nil, d.fail("an escape in another form than canonical")
	}
	if utf16.IsSurrogate(r) {
		low, ok := d.unit()
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return nil, d.fail("half a surrogate pair")
		}
	}
	return utf8.AppendRune(out, r), nil
}

// unit reads \u and four lower-case hex digits.
func (d *decoder) unit() (rune, bool) {
	if !strings.HasPrefix(d.text[d.at:], `\u`) || len(d.text) < d.at+6 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(d.text[d.at+2 : d.at+6]) {
		digit := strings.IndexByte("0123456789abcdef", c)
		if digit < 0 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	d.at += 6
	return r, true
}
