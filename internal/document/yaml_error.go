package document

import (
	"bytes"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	tabMessage = "a tab in the indentation"
	tabHint    = "indent with spaces"
)

// failure is a syntax error of the YAML parser: what it says, where it stopped,
// and where the thing began that it was reading.
type failure struct {
	problem, context string
	at, began        Pos
}

var lineInText = regexp.MustCompile(`^line (\d+): (.*)`)

// failed takes an error apart. The parser's text has a line that is often one
// too few and never a column; the marks it keeps in itself have both, so they
// are read from there. A test holds the names; without them the line of the
// text is what is left.
func (y *yamlFile) failed(dec *yaml.Decoder, err error) failure {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	f := failure{problem: text, at: Pos{y.line + 1, 1}, began: Pos{y.line + 1, 1}}
	if m := lineInText.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		f.at.Line, f.problem = y.line+int32(n), m[2]
	}
	p := reflect.ValueOf(dec).Elem().FieldByName("parser")
	if p.Kind() == reflect.Pointer && !p.IsNil() {
		p = p.Elem().FieldByName("parser")
	}
	if p.Kind() != reflect.Struct || p.FieldByName("problem").Kind() != reflect.String || p.FieldByName("problem").Len() == 0 {
		return f
	}
	at, okAt := y.mark(p.FieldByName("problem_mark"))
	began, okBegan := y.mark(p.FieldByName("context_mark"))
	if context := p.FieldByName("context"); okAt && okBegan && context.Kind() == reflect.String {
		return failure{p.FieldByName("problem").String(), context.String(), at, began}
	}
	return f
}

// mark reads a place that the parser keeps: line and column from 0.
func (y *yamlFile) mark(m reflect.Value) (Pos, bool) {
	if m.Kind() != reflect.Struct {
		return Pos{}, false
	}
	line, col := m.FieldByName("line"), m.FieldByName("column")
	if line.Kind() != reflect.Int || col.Kind() != reflect.Int {
		return Pos{}, false
	}
	at := Pos{int32(line.Int()) + y.line + 1, int32(col.Int()) + 1}
	return y.at.at(y.at.to(at)), true // not behind the end of the file
}

// syntax reports a syntax error in people's words.
func (y *yamlFile) syntax(dec *yaml.Decoder, err error) {
	f := y.failed(dec, err)
	if name, ok := strings.CutPrefix(f.problem, "unknown anchor '"); ok {
		name = strings.TrimSuffix(name, "' referenced")
		at := f.at
		from := y.at.to(Pos{y.line + 1, 1})
		if i := bytes.Index(y.src[from:], []byte("*"+name)); i >= 0 {
			at = y.at.at(from + i)
		}
		y.add("yaml/alias", at, aliasMessage, "*"+name).Hint = aliasHint
		return
	}
	id, at, message, hint := "yaml/syntax", f.at, "", ""
	for _, c := range syntaxCases {
		if strings.Contains(f.problem, c.problem) {
			at, message, hint = c.say(y, f)
			break
		}
	}
	switch {
	case message != "":
	case strings.HasSuffix(f.context, " tag"):
		id, message, hint = "yaml/tag", "a tag, tags are not allowed", "remove it, or quote the value"
	case strings.HasSuffix(f.context, " anchor"), strings.HasSuffix(f.context, " alias"):
		id, message, hint = "yaml/alias", "an anchor or alias, they are not allowed", "remove it, or quote the value"
	default:
		message = f.problem
	}
	found := y.add(id, at, "%s", message)
	found.Hint = hint
	if f.began.Line < at.Line && strings.HasPrefix(f.context, "while parsing a ") {
		what := "list"
		if strings.Contains(f.context, "mapping") {
			what = "map"
		}
		found.Related = append(found.Related, related(y.position(f.began), "the "+what+" begins here"))
	}
}

type syntaxCase struct {
	problem string // part of what the parser says
	say     func(y *yamlFile, f failure) (at Pos, message, hint string)
}

// syntaxCases: the first whose problem is part of the parser's speaks for it.
var syntaxCases = []syntaxCase{
	{"found a tab character", sayTab},
	{"mapping values are not allowed", sayColon},
	{"found unexpected end of stream", sayOpenQuote},
	{"found unexpected document indicator", sayOpenQuote},
	{"could not find expected ':'", sayNoColon},
	{"cannot start any token", sayBadStart},
	{"unknown escape character", sayEscape},
	{"hexdecimal number", sayEscape},
	{"invalid Unicode character escape", sayEscape},
	{"did not find expected ',' or", sayFlow},
	{"expected '-' indicator", sayNoDash},
	{"expected key", sayNoKey},
	{"expected node content", sayNoValue},
	{"expected comment or line break", sayHeader},
	{"expected <document start>", sayAfterEnd},
	{"block sequence entries are not allowed", sayDash},
	{"mapping keys are not allowed", sayDash},
	{"indentation indicator", sayHeader},
}

func sayTab(_ *yamlFile, f failure) (Pos, string, string) {
	return f.at, tabMessage, tabHint
}

// sayColon: a ": " where no key can be. Either the value before it contains it,
// or a key is indented deeper than its neighbours.
func sayColon(y *yamlFile, f failure) (Pos, string, string) {
	before := y.before(f.at)
	switch {
	case strings.HasPrefix(before, "---"):
		return f.at, `a map begins behind "---"`, "begin it in the next line"
	case strings.Contains(before, ": "):
		return f.at, `a second ": " in one value`, "quote the value"
	}
	return f.at, "unexpected " + `":"` + ", the line goes on with the value above", "indent the key like the one above it, or quote the value"
}

func sayOpenQuote(_ *yamlFile, f failure) (Pos, string, string) {
	if f.context != "while scanning a quoted scalar" {
		return f.at, f.problem, ""
	}
	return f.began, "a quote is opened and never closed", "close the quote"
}

func sayNoColon(_ *yamlFile, f failure) (Pos, string, string) {
	return f.began, "a key is not followed by a colon", `write "key: value"`
}

func sayBadStart(y *yamlFile, f failure) (Pos, string, string) {
	c := y.char(f.at)
	if c == "\t" {
		if strings.Trim(y.before(f.at), " ") == "" {
			return f.at, tabMessage, tabHint
		}
		return f.at, "a tab between an indicator and its value", "write a space"
	}
	return f.at, "a value cannot begin with " + strconv.Quote(c), "quote the value"
}

func sayEscape(y *yamlFile, f failure) (Pos, string, string) {
	at := f.at
	line := string(y.at.text(at.Line))
	i := strings.LastIndexByte(line[:min(len(line), len(y.before(at))+1)], '\\')
	if i < 0 {
		return at, f.problem, ""
	}
	rest := line[i:]
	_, n := utf8.DecodeRuneInString(rest[min(1, len(rest)):])
	return Pos{at.Line, column([]byte(line), i)}, "unknown escape " + strconv.Quote(rest[:1+n]),
		`write "\\" for a backslash, or use single quotes`
}

func sayFlow(y *yamlFile, f failure) (Pos, string, string) {
	closer, what := "]", "list"
	if strings.Contains(f.problem, "'}'") {
		closer, what = "}", "map"
	}
	message := `expected "," or "` + closer + `"`
	if c := y.char(f.at); y.ends(f.at) {
		message = "the document ends, " + message
	} else {
		message = "unexpected " + strconv.Quote(c) + ", " + message
	}
	return f.at, message, `close the ` + what + ` with "` + closer + `", or separate its values with ","`
}

func sayNoDash(_ *yamlFile, f failure) (Pos, string, string) {
	return f.at, `expected "- " or the end of the list`, "indent it under the entry above, or like the key that holds the list"
}

func sayNoKey(y *yamlFile, f failure) (Pos, string, string) {
	before := strings.TrimSpace(y.before(f.at))
	switch {
	case strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'"):
		return f.at, "text behind a closing quote", "quote the whole value"
	case strings.HasSuffix(before, "]") || strings.HasSuffix(before, "}"):
		return f.at, "text behind a closing bracket", "quote the whole value, or begin a new line"
	case y.char(f.at) == "-":
		return f.at, "a list entry where the map goes on", "indent it under its key"
	}
	return f.at, "expected a key of the map above", "indent it like the keys of one map, all in the same column"
}

func sayNoValue(y *yamlFile, f failure) (Pos, string, string) {
	if c := y.char(f.at); c != "" && !y.ends(f.at) {
		return f.at, "unexpected " + strconv.Quote(c) + ", expected a value", "quote it if it is text"
	}
	return f.at, "the document ends where a value is expected", "close every bracket that is open"
}

func sayHeader(_ *yamlFile, f failure) (Pos, string, string) {
	return f.at, "unexpected text behind the sign of a block of text", "begin the text in the next line"
}

func sayAfterEnd(_ *yamlFile, f failure) (Pos, string, string) {
	return f.at, `text behind the end of the document, "..."`, `begin the next document with "---"`
}

func sayDash(_ *yamlFile, f failure) (Pos, string, string) {
	return f.at, "a list or a map begins where a value stands", "begin it in the next line, indented under its key"
}

// before is the text of a line up to a place.
func (y *yamlFile) before(at Pos) string {
	return string(y.src[y.at.to(Pos{at.Line, 1}):y.at.to(at)])
}

// ends reports whether a place is the end of its document.
func (y *yamlFile) ends(at Pos) bool {
	rest := y.src[y.at.to(at):]
	return len(rest) == 0 || at.Column == 1 && (bytes.HasPrefix(rest, []byte("---")) || bytes.HasPrefix(rest, []byte("...")))
}

// char is the character at a place, "" at the end of the file.
func (y *yamlFile) char(at Pos) string {
	i := y.at.to(at)
	_, n := utf8.DecodeRune(y.src[i:])
	return string(y.src[i : i+n])
}
