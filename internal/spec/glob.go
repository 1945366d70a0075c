package spec

import (
	"fmt"
	"strings"
)

// Glob is a pattern of paths from the repository root.
//
// `*` stands for any characters within one name, `?` for one character, and a
// name that is `**` for any number of folders, also none. Everything else
// stands for itself, case matters, and a leading dot is like any character. A
// pattern that matches a folder covers everything below it, so `vendor`,
// `vendor/` and `vendor/**` are the same, but for the folder itself.
type Glob struct{ names []string }

// ParseGlob reads a pattern. Of one that CheckGlob refuses it reads what it can.
func ParseGlob(pattern string) Glob {
	return Glob{strings.Split(strings.TrimSuffix(pattern, "/"), "/")}
}

// Checks are the judgements of this package that a schema's patterns cannot
// express, by the definition they are hung on (see window.Checks).
func Checks() map[string]func(text string) (problem, hint string) {
	return map[string]func(string) (string, string){"#PathPattern": CheckGlob, "#Currency": checkCurrency}
}

// CheckGlob says what is wrong with a pattern, and how to mend it, or nothing.
func CheckGlob(pattern string) (problem, hint string) {
	switch {
	case pattern == "" || pattern == "/":
		return fmt.Sprintf("pattern %q names nothing", pattern), "write a path from the repository root, such as vendor/**"
	case strings.HasPrefix(pattern, "/"), strings.HasPrefix(pattern, "./"):
		return fmt.Sprintf("pattern %q does not begin with a name", pattern), fmt.Sprintf("write %q", strings.TrimLeft(pattern, "./"))
	case strings.HasPrefix(pattern, "!"):
		return fmt.Sprintf("pattern %q is negated", pattern), "list what is excluded only"
	}
	if i := strings.IndexAny(pattern, `[]{}\`); i >= 0 {
		return fmt.Sprintf("pattern %q holds %q, which has no meaning here", pattern, pattern[i:i+1]), "write * or ? in its place, or list several patterns"
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(pattern, "/"), "/") {
		switch {
		case name == "":
			return fmt.Sprintf("pattern %q has an empty name", pattern), "write one slash between names"
		case name == "." || name == "..":
			return fmt.Sprintf("pattern %q holds the name %q", pattern, name), "write the path from the repository root"
		case name != "**" && strings.Contains(name, "**"):
			return fmt.Sprintf("pattern %q holds ** beside other characters", pattern), "write ** between slashes, or a single *"
		}
	}
	return "", ""
}

// Matches reports whether the pattern covers a path: it matches the path or a
// folder above it.
func (g Glob) Matches(path string) bool {
	// possible[i]: the names read so far are matched by the first i of the
	// pattern's. Each name costs one pass, so there is no backtracking.
	possible := make([]bool, len(g.names)+1)
	possible[0] = true
	g.skipFolders(possible)
	for name := range strings.SplitSeq(path, "/") {
		next := make([]bool, len(possible))
		for i, p := range g.names {
			switch {
			case !possible[i]:
			case p == "**":
				// A last ** covers what lies below a folder, so it takes a name.
				next[i], next[i+1] = true, next[i+1] || i+1 == len(g.names)
			case matchName(p, name):
				next[i+1] = true
			}
		}
		g.skipFolders(next)
		if possible = next; possible[len(g.names)] {
			return true
		}
	}
	return false
}

// skipFolders lets each ** stand for no folder; but a last ** needs something.
func (g Glob) skipFolders(possible []bool) {
	for i, p := range g.names {
		if possible[i] && p == "**" && i+1 < len(g.names) {
			possible[i+1] = true
		}
	}
}

// matchName matches one name against * and ?, by the usual greedy walk: on a
// mismatch the last * takes one character more.
func matchName(pattern, name string) bool {
	p, n, star, from := []rune(pattern), []rune(name), -1, 0
	i, j := 0, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
