package git

import (
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
)

// raw is one entry of a tree object as it stands there.
type raw struct {
	mode string // octal digits
	name string
	hash plumbing.Hash
}

// commonEntry is the bytes of an entry whose name has a dozen characters: of longer ones
// there is room for too many, and of shorter ones it grows.
const commonEntry = 40

// parseTree splits a tree object: mode, space, name, NUL, twenty bytes of id.
func parseTree(content []byte) ([]raw, error) {
	entries := make([]raw, 0, len(content)/commonEntry)
	for text := string(content); len(text) > 0; {
		head, rest, ok := strings.Cut(text, "\x00")
		mode, name, spaced := strings.Cut(head, " ")
		if !ok || !spaced || len(rest) < 20 || mode == "" || strings.Trim(mode, "01234567") != "" {
			return nil, fmt.Errorf("%w: tree entry %d", ErrCorrupt, len(entries)+1)
		}
		entry := raw{mode: mode, name: name}
		copy(entry.hash[:], rest)
		entries = append(entries, entry)
		text = rest[20:]
	}
	return entries, nil
}

// order is the name as git compares it in a tree: folders end in a slash.
func (r raw) order() string {
	if r.mode == "40000" {
		return r.name + "/"
	}
	return r.name
}

var shortName = regexp.MustCompile(`^git~[0-9]+$`) // of .git on Windows

// badName says what is wrong with the name of a tree entry: what a file system,
// git itself or a reader could take for something else. "" means nothing is.
func badName(name string) string {
	switch {
	case name == "":
		return "an empty name"
	case name == "." || name == "..":
		return fmt.Sprintf("the name %q", name)
	case strings.Contains(name, "/"):
		return fmt.Sprintf("a slash in the name %q", name)
	case strings.Contains(name, `\`):
		return fmt.Sprintf("a backslash in the name %q", name)
	case !utf8.ValidString(name):
		return fmt.Sprintf("a name that is not UTF-8: %q", name)
	case strings.ContainsFunc(name, invisible):
		return fmt.Sprintf("an unprintable character in the name %s", strconv.QuoteToASCII(name))
	case len(name) > 255:
		return fmt.Sprintf("a name of %d bytes, want at most 255", len(name))
	case isDotGit(name):
		return fmt.Sprintf("the name %q, which some systems read as \".git\"", name)
	}
	return ""
}

func invisible(r rune) bool {
	return !unicode.IsPrint(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// isDotGit knows the names that Windows and macOS open as ".git"; those with
// invisible characters are refused before.
func isDotGit(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ":")
	name = strings.TrimRight(name, ". ")
	return name == ".git" || shortName.MatchString(name)
}

// unnameable reports whether no path of a file system can, or none should, name
// the entry; the others with bad names stay visible beside their finding.
func unnameable(name string) bool {
	return !fs.ValidPath(name) || name == "." || strings.Contains(name, "/") || isDotGit(name)
}

// folded is equal for names that a file system without case takes for one.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }
