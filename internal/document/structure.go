package document

import "bytes"

// segment is one document of a file as its "---" lines divide it: a "---" in
// the first column is a document start in every context YAML has, so a broken
// document never hides the next one.
type segment struct {
	start int // byte offset
	line  int // 0-based line of start
	bad   bool
}

// structure is the pass over a YAML file before its parser sees it: it divides
// documents, and refuses depth, size, directives and tabs, which the parser
// accepts or is slow at. It knows just enough of YAML to tell text (plain,
// quoted, block scalars, comments) from indicators.
type structure struct {
	*reporter
	segments []segment
	props    bool // an anchor, alias or tag may be there
	tokens   int

	line   int32
	skip   bool // the rest of this document: one finding about its depth is enough
	depth  int  // of flow collections
	quote  byte // of the quoted scalar that is open, or 0
	plain  bool // a plain scalar may continue on the next line
	parent int  // column of the key or dash that holds what comes next; -1 at the root
	key    int  // column of the last scalar, a key if ":" follows

	literal       bool // inside a block scalar
	literalIndent int  // -1: its first line with text decides
}

// scan returns false when the whole file is beyond a limit.
func (s *structure) scan(src []byte) bool {
	s.segments = append(s.segments[:0], segment{})
	s.reset()
	for at := 0; at < len(src); {
		end := bytes.IndexByte(src[at:], '\n')
		if end < 0 {
			end = len(src) - at
		}
		b := src[at : at+end]
		if n := len(b); n > 0 && b[n-1] == '\r' {
			b = b[:n-1]
		}
		s.line++
		s.scanLine(b, at)
		// A key or value takes at most two tokens (a dash and a scalar), so the
		// strict walk would refuse the file as well, only later.
		if s.tokens > 2*MaxNodes {
			s.add("yaml/limit", Pos{1, 1}, "more than %s values in one file", grouped(MaxNodes)).Hint = "split the file"
			return false
		}
		at += end + 1
	}
	return true
}

func (s *structure) reset() {
	s.skip, s.depth, s.quote, s.plain, s.literal, s.parent, s.key = false, 0, 0, false, false, -1, -1
}

func (s *structure) fail(b []byte, at int, id, hint, format string, args ...any) {
	s.segments[len(s.segments)-1].bad = true
	s.add(id, Pos{s.line, column(b, at)}, format, args...).Hint = hint
}

func (s *structure) scanLine(b []byte, offset int) {
	if marker(b, '-') || marker(b, '.') {
		s.reset()
		s.tokens++
		if b[0] == '-' {
			s.segments = append(s.segments, segment{start: offset, line: int(s.line) - 1})
			s.values(b, 3)
		}
		return
	}
	if s.skip {
		return
	}
	if s.quote != 0 {
		if i := s.quoted(b, 0); i >= 0 {
			s.values(b, i)
		}
		return
	}
	indent := spaces(b)
	if s.literal && s.inLiteral(b, indent) {
		return
	}
	s.firstToken(b, indent)
}

func (s *structure) firstToken(b []byte, indent int) {
	rest := bytes.TrimLeft(b[indent:], " \t")
	switch {
	case len(rest) == 0:
		return
	case b[indent] == '\t':
		s.fail(b, indent, "yaml/syntax", tabHint, tabMessage)
		return
	case rest[0] == '#':
		s.plain = false
		return
	case b[0] == '%' && s.depth == 0:
		s.fail(b, 0, "yaml/directive", "remove the line", "directive %q, directives are not allowed", clip(string(b)))
		return
	case s.plain && (s.depth > 0 || indent > s.parent):
		s.plain = false
		s.values(b, s.plainEnd(b, indent))
		return
	}
	s.plain, s.key = false, -1
	s.values(b, indent)
}

// inLiteral reports whether a line belongs to the open block scalar, and closes
// the scalar when not.
func (s *structure) inLiteral(b []byte, indent int) bool {
	if indent == len(b) {
		return true
	}
	if s.literalIndent < 0 && indent > s.parent && b[indent] != '\t' {
		s.literalIndent = indent
	}
	s.literal = s.literalIndent >= 0 && indent >= s.literalIndent
	return s.literal
}

// values scans the tokens of a line from i on.
func (s *structure) values(b []byte, i int) {
	dashes := 0
	for i >= 0 && i < len(b) && !s.skip {
		c := b[i]
		switch {
		case c == ' ':
			i++
		case c == '\t':
			s.fail(b, i, "yaml/syntax", "write a space", "a tab between values")
			return
		case c == '#' && (i == 0 || blank(b, i-1)):
			return
		case c == ':' && (s.depth > 0 || blank(b, i+1)):
			s.colon(i)
			i++
		case (c == '-' || c == '?') && blank(b, i+1) && s.depth == 0:
			s.parent, s.key = i, -1
			s.tokens++
			if dashes++; dashes > MaxDepth {
				s.tooDeep(b, i)
			}
			i++
		case s.depth > 0 && (c == ',' || c == '?' && blank(b, i+1)):
			i++
		default:
			i = s.value(b, i)
		}
	}
}

// value scans one token that begins or ends a value and returns where to go on,
// -1 for the next line.
func (s *structure) value(b []byte, i int) int {
	switch c := b[i]; {
	case c == '[' || c == '{':
		s.key = i
		s.tokens++
		if s.depth++; s.depth > MaxDepth {
			s.tooDeep(b, i)
		}
		return i + 1
	case (c == ']' || c == '}') && s.depth > 0:
		s.depth--
		return i + 1
	case c == '"' || c == '\'':
		s.key, s.quote = i, c
		s.tokens++
		return s.quoted(b, i+1)
	case (c == '|' || c == '>') && s.depth == 0:
		s.openLiteral(b[i+1:])
		return -1
	case c == '&' || c == '*' || c == '!':
		s.props = true
		s.tokens++
		for i < len(b) && !blank(b, i) && (s.depth == 0 || !flowIndicator(b[i])) {
			i++
		}
		return i
	}
	s.key = i
	s.tokens++
	return s.plainEnd(b, i+1)
}

// colon makes the last scalar of the line a key; without one it follows a "?"
// above. What it stands for is a value at least, in a list a map as well.
func (s *structure) colon(at int) {
	s.tokens++
	switch {
	case s.depth > 0:
		s.tokens++
	case s.key >= 0:
		s.parent = s.key
	default:
		s.parent = at
	}
}

func (s *structure) tooDeep(b []byte, at int) {
	s.fail(b, at, "yaml/limit", "flatten the document", "more than %d lists and maps inside each other", MaxDepth)
	s.skip = true
}

// quoted scans a quoted scalar from i on; -1 when it goes on in the next line.
func (s *structure) quoted(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch {
		case b[i] == '\\' && s.quote == '"':
			i++
		case b[i] != s.quote:
		case s.quote == '\'' && i+1 < len(b) && b[i+1] == '\'':
			i++
		default:
			s.quote = 0
			return i + 1
		}
	}
	return -1
}

// plainEnd scans a plain scalar from i on: to its ": ", its comment, or the end
// of the line, after which it may go on.
func (s *structure) plainEnd(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\t':
			return i
		case c == ':' && (blank(b, i+1) || s.depth > 0 && flowIndicator(b[i+1])),
			c == '#' && blank(b, i-1),
			s.depth > 0 && flowIndicator(c):
			return i
		}
	}
	s.plain = true
	return -1
}

func (s *structure) openLiteral(header []byte) {
	s.literal, s.literalIndent = true, -1
	s.tokens++
	for _, c := range header {
		if c >= '1' && c <= '9' {
			s.literalIndent = max(s.parent, 0) + int(c-'0')
		}
		if c == ' ' || c == '#' {
			return
		}
	}
}

// marker reports whether a line is "---" or "...", alone or before a space.
func marker(b []byte, c byte) bool {
	return len(b) >= 3 && b[0] == c && b[1] == c && b[2] == c && blank(b, 3)
}

func blank(b []byte, i int) bool { return i >= len(b) || b[i] == ' ' || b[i] == '\t' }

func flowIndicator(c byte) bool { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

func spaces(b []byte) int {
	i := 0
	for i < len(b) && b[i] == ' ' {
		i++
	}
	return i
}
