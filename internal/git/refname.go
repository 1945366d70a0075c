package git

import (
	"fmt"
	"strings"
)

// CheckRef judges the full name of a branch by git's rules and some more (R37):
// printable ASCII, no part that starts with "-".
func CheckRef(name string) error {
	branch, ok := strings.CutPrefix(name, "refs/heads/")
	if !ok || branch == "" || branch == "HEAD" || len(name) > 255 {
		return fmt.Errorf("ref %q: %w: want refs/heads/ and a branch of at most 255 bytes", name, ErrURL)
	}
	if !isRefName(branch) || strings.ContainsFunc(branch, func(r rune) bool { return r > '~' }) {
		return fmt.Errorf("ref %q: %w: not a name that git allows, in printable ASCII", name, ErrURL)
	}
	if strings.HasPrefix(branch, "-") || strings.Contains(branch, "/-") {
		return fmt.Errorf("ref %q: %w: a part that starts with \"-\"", name, ErrURL)
	}
	return nil
}

// isRefName knows the rules of git check-ref-format, for a name below refs/.
func isRefName(name string) bool {
	if strings.Contains(name, "..") || strings.Contains(name, "@{") || name == "@" || strings.HasSuffix(name, ".") ||
		strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) }) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

// checkFetch judges one more refspec of a fetch: a forced one from the remote's
// refs to a place of the remote's own.
func (c *Clone) checkFetch(refspec string) error {
	from, to, ok := strings.Cut(strings.TrimPrefix(refspec, "+"), ":")
	if !ok || !strings.HasPrefix(refspec, "+") || !strings.HasPrefix(from, "refs/") || !strings.HasPrefix(to, "refs/remotes/"+c.remote+"/") ||
		strings.Count(from, "*") > 1 || strings.Count(from, "*") != strings.Count(to, "*") {
		return fmt.Errorf("refspec %q: %w: want +refs/FROM:refs/remotes/%s/TO", refspec, ErrURL, c.remote)
	}
	for _, name := range []string{strings.TrimPrefix(from, "refs/"), strings.TrimPrefix(to, "refs/")} {
		if err := CheckRef("refs/heads/" + strings.Replace(name, "*", "x", 1)); err != nil {
			return fmt.Errorf("refspec %q: %w", refspec, err)
		}
	}
	return nil
}
