package git

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// commit is what of a commit this package needs; who wrote it is decoration.
type commit struct {
	tree    plumbing.Hash
	parents []plumbing.Hash
	date    int64 // committer's, seconds since 1970; 0 when unreadable
}

// commits are those that were read before: walks meet the same ones again and again.
type commits struct {
	lock  sync.Mutex
	known map[plumbing.Hash]commit
}

// mostCommits are remembered; then all are forgotten.
const mostCommits = 1 << 16

func (c *commits) get(h plumbing.Hash) (commit, bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	found, ok := c.known[h]
	return found, ok
}

func (c *commits) put(h plumbing.Hash, read commit) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.known == nil || len(c.known) >= mostCommits {
		c.known = map[plumbing.Hash]commit{}
	}
	c.known[h] = read
}

func (r *Repository) commit(h plumbing.Hash) (commit, error) {
	if c, ok := r.commits.get(h); ok {
		return c, nil
	}
	_, content, err := r.objects.read(h, plumbing.CommitObject, largestCommit)
	if err != nil {
		return commit{}, err
	}
	c, err := parseCommit(content)
	if err != nil {
		return commit{}, fmt.Errorf("object %s: %w", h, err)
	}
	r.commits.put(h, c)
	return c, nil
}

// parseCommit reads the header as git does: the tree, the parents directly
// behind it, then the rest. Later lines named tree or parent are no parents.
func parseCommit(content []byte) (commit, error) {
	header, _, _ := bytes.Cut(content, []byte("\n\n"))
	lines := strings.Split(string(header), "\n")
	var c commit
	var ok bool
	if c.tree, ok = hashLine(lines[0], "tree "); !ok {
		return c, fmt.Errorf("%w: a commit without a tree", ErrCorrupt)
	}
	lines = lines[1:]
	for len(lines) > 0 && strings.HasPrefix(lines[0], "parent ") {
		parent, ok := hashLine(lines[0], "parent ")
		if !ok {
			return c, fmt.Errorf("%w: parent line %q", ErrCorrupt, lines[0])
		}
		c.parents, lines = append(c.parents, parent), lines[1:]
	}
	for _, line := range lines {
		if who, ok := strings.CutPrefix(line, "committer "); ok {
			c.date = date(who)
			break
		}
	}
	return c, nil
}

// date is the instant of "name <mail> 1773306000 +0100".
func date(who string) int64 {
	fields := strings.Fields(who[strings.LastIndexByte(who, '>')+1:])
	if len(fields) == 0 {
		return 0
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return seconds
}

func hashLine(line, key string) (plumbing.Hash, bool) {
	id, ok := strings.CutPrefix(line, key)
	if !ok || !isID(id) {
		return plumbing.ZeroHash, false
	}
	return plumbing.NewHash(id), true
}

// isID reports whether s is a whole object id as git writes it.
func isID(s string) bool { return len(s) == 40 && isHex(s) }

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}
