package git

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// CommitInfo reads one commit, given by its full id; its Payload and Signatures
// are over raw bytes. It is stricter than git: a commit that two readers could
// read in two ways is ErrCorrupt.
func (r *Repository) CommitInfo(id string) (Commit, error) {
	if !isID(id) {
		return Commit{}, fmt.Errorf("commit %q: %w: want a full id", id, ErrRevision)
	}
	_, content, err := r.objects.read(plumbing.NewHash(id), plumbing.CommitObject, largestCommit)
	if err != nil {
		return Commit{}, fmt.Errorf("commit: %w", err)
	}
	c, err := ParseCommit(content)
	if err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", id, err)
	}
	c.ID = id
	return c, nil
}

// line is one line of a commit's header, with those that continue it.
type line struct {
	key   string
	value string // continued lines behind a line feed, without their space
	raw   []byte
}

var (
	lineKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_:-]{0,63}$`)
	ident   = regexp.MustCompile(`^([^<>\n]*) <([^<>\n]*)> (0|[1-9][0-9]{0,11}) ([+-][0-9]{4})$`)
	trailer = regexp.MustCompile(`(?im)^[ \t]*co-authored-by:[ \t]*([^<>\n]*?)[ \t]*<([^<>\n]*)>`)
)

// ParseCommit reads the bytes of a commit object; it leaves ID empty.
func ParseCommit(content []byte) (Commit, error) {
	var c Commit
	header, message, ok := bytes.Cut(content, []byte("\n\n"))
	if !ok {
		return c, fmt.Errorf("%w: no empty line after the header", ErrCorrupt)
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return c, fmt.Errorf("%w: a NUL in a commit", ErrCorrupt)
	}
	lines, err := headerLines(header)
	if err != nil {
		return c, err
	}
	rest, err := c.required(lines)
	if err != nil {
		return c, err
	}
	if err := c.optional(rest); err != nil {
		return c, err
	}
	for _, l := range lines {
		if l.key != gpgsig {
			c.Payload = append(append(c.Payload, l.raw...), '\n')
		}
	}
	c.Payload = append(append(c.Payload, '\n'), message...)
	c.Message = string(message)
	for _, m := range trailer.FindAllStringSubmatch(c.Message, -1) {
		c.CoAuthors = append(c.CoAuthors, Person{text(m[1]), text(m[2])})
	}
	return c, nil
}

const gpgsig = "gpgsig" // git keeps signatures of any sort under it

func headerLines(header []byte) ([]line, error) {
	var lines []line
	for raw := range bytes.SplitSeq(header, []byte("\n")) {
		if more, ok := bytes.CutPrefix(raw, []byte(" ")); ok && len(lines) > 0 {
			last := &lines[len(lines)-1]
			last.value += "\n" + string(more)
			last.raw = append(append(last.raw, '\n'), raw...)
			continue
		}
		key, value, ok := bytes.Cut(raw, []byte(" "))
		if !ok || !lineKey.Match(key) {
			return nil, fmt.Errorf("%w: header line %q", ErrCorrupt, shorten(string(raw), 80))
		}
		lines = append(lines, line{string(key), string(value), bytes.Clone(raw)})
	}
	return lines, nil
}

// required reads tree, parents, author and committer, in this order, and gives
// the lines behind them.
func (c *Commit) required(lines []line) ([]line, error) {
	take := func(key string) (string, bool) {
		if len(lines) == 0 || lines[0].key != key {
			return "", false
		}
		v := lines[0].value
		lines = lines[1:]
		return v, true
	}
	var ok bool
	if c.Tree, ok = take("tree"); !ok || !isID(c.Tree) {
		return nil, fmt.Errorf("%w: tree %q, want an id", ErrCorrupt, shorten(c.Tree, 80))
	}
	for {
		p, ok := take("parent")
		if !ok {
			break
		}
		if !isID(p) {
			return nil, fmt.Errorf("%w: parent %q, want an id", ErrCorrupt, shorten(p, 80))
		}
		c.Parents = append(c.Parents, p)
	}
	author, _ := take("author")
	committer, _ := take("committer")
	var err error
	if c.Author, _, err = person(author); err != nil {
		return nil, fmt.Errorf("author: %w", err)
	}
	if c.Committer, c.Time, err = person(committer); err != nil {
		return nil, fmt.Errorf("committer: %w", err)
	}
	return lines, nil
}

// optional refuses a second line of what comes once, and collects signatures.
func (c *Commit) optional(lines []line) error {
	seen := map[string]bool{}
	for _, l := range lines {
		switch {
		case l.key == "tree" || l.key == "parent" || l.key == "author" || l.key == "committer":
			return fmt.Errorf("%w: a second or misplaced %q line", ErrCorrupt, l.key)
		case l.key == gpgsig:
			c.Signatures = append(c.Signatures, l.value+"\n")
		case strings.HasPrefix(l.key, gpgsig):
			return fmt.Errorf("%w: header %q, which other readers leave out of what is signed", ErrCorrupt, l.key)
		case l.key == "encoding" && seen[l.key]:
			return fmt.Errorf("%w: two encodings", ErrCorrupt)
		}
		seen[l.key] = true
	}
	return nil
}

func person(s string) (Person, time.Time, error) {
	m := ident.FindStringSubmatch(s)
	if m == nil {
		return Person{}, time.Time{}, fmt.Errorf("%w: %q, want a name, an address in <>, seconds and a zone", ErrCorrupt, shorten(s, 120))
	}
	seconds, err := strconv.ParseInt(m[3], 10, 64)
	if err != nil {
		return Person{}, time.Time{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return Person{text(m[1]), text(m[2])}, time.Unix(seconds, 0).UTC(), nil
}

// text is what may be shown and compared; other encodings become question marks.
func text(s string) string { return strings.ToValidUTF8(s, "?") }
