package schema

import "strings"

// unportable says why a pattern would not mean the same to RE2 (Go, CUE) and to
// ECMA 262 with the u flag (editors); "" when it would. It knows what both
// read alike: literals, classes, \d \w \b and the escapes of punctuation,
// groups without flags, quantifiers.
func unportable(re string) (problem, hint string) {
	s := patternScanner{re: re}
	for s.at < len(re) && s.problem == "" {
		s.next()
	}
	return s.problem, s.hint
}

type patternScanner struct {
	re            string
	at            int
	inClass       bool
	problem, hint string
}

func (s *patternScanner) refuse(problem, hint string) { s.problem, s.hint = problem, hint }

func (s *patternScanner) next() {
	rest := s.re[s.at:]
	s.at++
	switch {
	case rest[0] == '\\':
		s.escape(rest)
	case s.inClass:
		s.class(rest)
	default:
		s.outside(rest)
	}
}

func (s *patternScanner) escape(rest string) {
	s.at++
	if len(rest) == 1 {
		return // regexp.Compile refuses it
	}
	switch e := rest[1]; {
	case strings.IndexByte(`dDwW^$\.*+?()[]{}|/tnr`, e) >= 0:
	case e == 'b' && !s.inClass, e == '-' && s.inClass:
	case e == 'x' && len(rest) >= 4 && isHex(rest[2]) && isHex(rest[3]):
		s.at += 2
	case e == 's' || e == 'S':
		s.refuse(`\`+string(e)+" is ASCII to one reader and Unicode to the other", `write [ \t\n]`)
	default:
		s.refuse(`\`+string(e)+" is not read alike by RE2 and ECMA", "write the characters")
	}
}

func (s *patternScanner) class(rest string) {
	switch {
	case rest[0] == ']':
		s.inClass = false
	case strings.HasPrefix(rest, "[:"):
		s.refuse("[: inside a class is not read alike by RE2 and ECMA", "write the characters")
	}
}

func (s *patternScanner) outside(rest string) {
	switch rest[0] {
	case '[':
		s.inClass = true
		body := strings.TrimPrefix(rest[1:], "^")
		if strings.HasPrefix(body, "]") {
			s.refuse("] at the start of a class is not read alike by RE2 and ECMA", `write \]`)
		}
		s.at = len(s.re) - len(body)
	case '(':
		if strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(?:") {
			s.refuse("a flag or a special group is not read alike by RE2 and ECMA", "write a plain group: (?:...)")
		}
	case '.':
		s.refuse(". ends at other line breaks in ECMA than in RE2", `write [^\n]`)
	case '{':
		n := quantifier(rest)
		if n == 0 {
			s.refuse("{ that begins no repetition is not read alike by RE2 and ECMA", `write \{`)
		}
		s.at += n
	case '}', ']':
		s.refuse(rest[:1]+" alone is not read alike by RE2 and ECMA", `write \`+rest[:1])
	}
}

// quantifier returns the length of the rest of {n}, {n,} or {n,m}, else 0.
func quantifier(s string) int {
	end := strings.IndexByte(s, '}')
	if end < 2 {
		return 0
	}
	low, high, _ := strings.Cut(s[1:end], ",")
	if low == "" || strings.Trim(low+high, "0123456789") != "" {
		return 0
	}
	return end
}

func isHex(b byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", b) >= 0 }
