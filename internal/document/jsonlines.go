package document

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

func readJSONLines(r *reporter, src []byte, each Rows) {
	line := int32(0)
	var rows rowCount
	values, fields := 0, 0 // of the row before
	names := map[string]string{}
	for len(src) > 0 && !r.full() {
		var text []byte
		text, src = cutLine(src)
		line++
		if !rows.room(r, line, values) {
			return
		}
		values = 0
		if len(bytes.TrimSpace(text)) == 0 || rowTooLong(r, len(text), line) || !cleanText(r, "bulk/row", text, Pos{line, 1}) {
			continue
		}
		j := jsonRow{reporter: r, src: text, at: cursor{src: text}, line: line, fields: fields, names: names}
		v, ok := j.row()
		fields = min(len(v.Keys), 32)
		if values = j.values; ok {
			each(v)
		}
	}
	if line == 0 {
		r.add("bulk/syntax", Pos{1, 1}, "the file is empty").Hint = "write one JSON object in each line"
	}
}

// jsonRow reads the JSON of one line (RFC 8259), strictly: no duplicate key, no
// number that is no integer within ±2^53, no lone surrogate.
type jsonRow struct {
	*reporter
	src  []byte
	i    int
	at   cursor
	line int32
	bad  bool

	values int               // read so far
	fields int               // of the row before: this one likely has as many
	names  map[string]string // of fields, each once for the file
}

func (j *jsonRow) row() (Value, bool) {
	j.space()
	if j.i == len(j.src) || j.src[j.i] != '{' {
		j.fail(j.i, "a row is no JSON object", `write {"name": "..."}`)
		return Value{}, false
	}
	v := j.value(1)
	if j.space(); !j.bad && j.i < len(j.src) {
		j.fail(j.i, "text behind the object", "begin a new line")
	}
	return v, !j.bad
}

func (j *jsonRow) pos(i int) Pos { return Pos{j.line, j.at.at(i).Column} }

// fail reports the first mistake of the row; what follows it means nothing.
func (j *jsonRow) fail(i int, message, hint string) {
	if !j.bad {
		j.add("bulk/row", j.pos(i), "%s", message).Hint = hint
	}
	j.bad = true
	j.i = len(j.src)
}

// found is the character at a byte, for messages.
func (j *jsonRow) found() string {
	if j.i >= len(j.src) {
		return "the end of the line"
	}
	c, _ := utf8.DecodeRune(j.src[j.i:])
	return strconv.Quote(string(c))
}

func (j *jsonRow) space() {
	for j.i < len(j.src) && (j.src[j.i] == ' ' || j.src[j.i] == '\t') {
		j.i++
	}
}

func (j *jsonRow) take(c byte) bool {
	j.space()
	if j.i < len(j.src) && j.src[j.i] == c {
		j.i++
		return true
	}
	return false
}

func (j *jsonRow) value(depth int) Value {
	j.space()
	j.values++
	at := j.pos(j.i)
	switch {
	case j.i == len(j.src):
		j.fail(j.i, "the line ends where a value is expected", "close every bracket that is open")
	case depth > MaxDepth:
		j.add("bulk/limit", at, "more than %d lists and maps inside each other", MaxDepth)
		j.bad, j.i = true, len(j.src)
	case j.src[j.i] == '{':
		return j.object(at, depth)
	case j.src[j.i] == '[':
		return j.array(at, depth)
	case j.src[j.i] == '"':
		return Value{Kind: String, Str: j.text(), Pos: at}
	default:
		return j.word(at)
	}
	return Value{Pos: at}
}

func (j *jsonRow) object(at Pos, depth int) Value {
	v := Value{Kind: Map, Pos: at}
	if depth == 1 && j.fields > 0 {
		v.Keys, v.Items = make([]Key, 0, j.fields), make([]Value, 0, j.fields)
	}
	seen := keySet{keys: &v.Keys}
	j.i++
	for more := !j.take('}'); more && !j.bad; {
		if j.space(); j.i == len(j.src) || j.src[j.i] != '"' {
			j.fail(j.i, "found "+j.found()+", expected a key in double quotes", "")
			break
		}
		start := j.i
		key := Key{Pos: j.pos(start)}
		if key.Name = j.name(); key.Name == "" {
			j.fail(start, "a key is empty", "name the key")
			break
		}
		if first, dup := seen.add(key); dup {
			j.fail(start, "key "+strconv.Quote(clip(key.Name))+" stands twice in one object, first in column "+strconv.Itoa(int(first.Pos.Column)), "remove one of them")
			break
		}
		if !j.take(':') {
			j.fail(j.i, "found "+j.found()+`, expected ":"`, "")
			break
		}
		value := j.value(depth + 1)
		if value.Kind == List || value.Kind == Map {
			value.Pos = key.Pos
		}
		v.Keys, v.Items = append(v.Keys, key), append(v.Items, value)
		more = j.more('}')
	}
	return v
}

func (j *jsonRow) array(at Pos, depth int) Value {
	v := Value{Kind: List, Pos: at}
	j.i++
	for more := !j.take(']'); more && !j.bad; {
		v.Items = append(v.Items, j.value(depth+1))
		more = j.more(']')
	}
	return v
}

// more reads what stands between two elements and reports whether one follows.
func (j *jsonRow) more(closer byte) bool {
	switch {
	case j.bad, j.take(closer):
		return false
	case j.take(','):
		return true
	}
	j.fail(j.i, "found "+j.found()+`, expected "," or "`+string(closer)+`"`, "")
	return false
}

// word reads a number or a literal.
func (j *jsonRow) word(at Pos) Value {
	start := j.i
	for j.i < len(j.src) && bytes.IndexByte([]byte(" \t,:[]{}\""), j.src[j.i]) < 0 {
		j.i++
	}
	v := scanPlain(string(j.src[start:j.i]))
	v.Pos = at
	switch v.Kind {
	case Null, Bool, Int:
		return v
	case Odd:
		hint := OddHint(&v, Int)
		j.fail(start, "found "+Describe(&v)+", expected a whole number, a string, true, false or null", hint)
	default:
		j.i = start
		j.fail(start, "found "+j.found()+", expected a value", "write strings in double quotes")
	}
	return v
}

// name reads the name of a field, as the string that the rows before have for it.
func (j *jsonRow) name() string {
	const most = 256 // names to remember
	end := j.i + 1
	for end < len(j.src) && j.src[end] != '"' && j.src[end] != '\\' {
		end++
	}
	if known, ok := j.names[string(j.src[j.i+1:end])]; ok && end < len(j.src) && j.src[end] == '"' {
		j.i = end + 1
		return known
	}
	raw := j.src[j.i+1 : end]
	name := j.text()
	if !j.bad && len(j.names) < most && name == string(raw) { // as written, so without escapes
		j.names[name] = name
	}
	return name
}

// text reads a string; the raw characters of the line were checked before.
func (j *jsonRow) text() string {
	start := j.i
	j.i++
	simple := j.i
	for j.i < len(j.src) && j.src[j.i] != '"' && j.src[j.i] != '\\' && j.src[j.i] >= ' ' {
		j.i++
	}
	if j.i < len(j.src) && j.src[j.i] == '"' {
		j.i++
		return string(j.src[simple : j.i-1])
	}
	b := append([]byte(nil), j.src[simple:j.i]...)
	for j.i < len(j.src) && j.src[j.i] != '"' {
		switch c := j.src[j.i]; {
		case c == '\\':
			b = j.escape(b)
		case c < ' ':
			j.fail(j.i, "a tab inside a string", `write \t`)
		default:
			b = append(b, c)
			j.i++
		}
	}
	if j.i >= len(j.src) {
		j.fail(start, "a string is opened and never closed", "close the quote")
		return ""
	}
	j.i++
	return string(b)
}

// escape decodes one escape and appends it.
func (j *jsonRow) escape(b []byte) []byte {
	start := j.i
	named := map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}
	if j.i+1 >= len(j.src) {
		j.fail(start, "the line ends inside an escape", "")
		return b
	}
	r, ok := named[j.src[j.i+1]]
	switch {
	case ok:
		j.i += 2
	case j.src[j.i+1] == 'u':
		r, ok = j.unicode()
	}
	switch {
	case !ok:
		j.fail(start, "an escape that is none of JSON's", `write "\\" for a backslash`)
		return b
	case forbidden(r):
		j.fail(start, "the escape gives "+shown(r)+", "+why(r), "remove it")
		return b
	}
	return utf8.AppendRune(b, r)
}

// unicode decodes \uXXXX, and a pair of them that makes one character.
func (j *jsonRow) unicode() (rune, bool) {
	first, ok := j.hex(j.i)
	if !ok || !utf16.IsSurrogate(first) {
		j.i += 6
		return first, ok
	}
	second, _ := j.hex(j.i + 6)
	r := utf16.DecodeRune(first, second)
	j.i += 12
	return r, r != utf8.RuneError
}

func (j *jsonRow) hex(i int) (rune, bool) {
	if i+6 > len(j.src) || j.src[i] != '\\' || j.src[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(j.src[i+2:i+6]), 16, 16)
	return rune(n), err == nil
}
