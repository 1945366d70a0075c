package git

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// suffix is one step from a commit: ~, ~3, ^, ^2, ^0, ^{commit}, ^{}.
var suffix = regexp.MustCompile(`^(?:\^\{(?:commit)?\}|([~^])([0-9]{0,9}))`)

// Resolve names the commit of a revision by its full id. It takes ids, whole or
// abbreviated to four digits or more, HEAD or @, names of tags and branches by
// git's order, and the suffixes ~N and ^N; a tag stands for its commit. A wrong
// revision is ErrRevision.
func (r *Repository) Resolve(rev string) (string, error) {
	at := strings.IndexAny(rev, "~^")
	if at < 0 {
		at = len(rev)
	}
	h, err := r.base(rev[:at])
	if err == nil {
		h, err = r.peel(h)
	}
	for rest := rev[at:]; err == nil && rest != ""; {
		m := suffix.FindStringSubmatch(rest)
		if m == nil {
			return "", fmt.Errorf("revision %q: %w: %q is no step to another commit", rev, ErrRevision, rest)
		}
		h, err = r.step(h, m[1], m[2])
		rest = rest[len(m[0]):]
	}
	if err != nil {
		return "", fmt.Errorf("revision %q: %w", rev, err)
	}
	return h.String(), nil
}

func (r *Repository) base(name string) (plumbing.Hash, error) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, ": \t\n\\") || strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return plumbing.ZeroHash, fmt.Errorf("%w: want an id, a branch, a tag or HEAD", ErrRevision)
	}
	if name == "@" {
		name = "HEAD"
	}
	if id := strings.ToLower(name); isID(id) {
		return plumbing.NewHash(id), nil
	}
	for _, rule := range plumbing.RefRevParseRules {
		h, err := r.reference(plumbing.ReferenceName(fmt.Sprintf(rule, name)))
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return h, err
		}
	}
	if id := strings.ToLower(name); len(id) >= 4 && len(id) < 40 && isHex(id) {
		return r.abbreviated(id)
	}
	return plumbing.ZeroHash, ErrRevision
}

// reference follows symbolic references, at most five as git does.
func (r *Repository) reference(name plumbing.ReferenceName) (plumbing.Hash, error) {
	first := name
	for range 5 {
		if name != plumbing.HEAD && (!strings.HasPrefix(name.String(), "refs/") || name.Validate() != nil) {
			return plumbing.ZeroHash, plumbing.ErrReferenceNotFound
		}
		ref, err := r.dir.Ref(name)
		switch {
		case err != nil && name != first && errors.Is(err, plumbing.ErrReferenceNotFound):
			return plumbing.ZeroHash, fmt.Errorf("%w: %s has no commit yet", ErrRevision, name)
		case err != nil:
			return plumbing.ZeroHash, err
		case ref.Type() == plumbing.HashReference && ref.Hash().IsZero():
			return plumbing.ZeroHash, plumbing.ErrReferenceNotFound // no reference but some other file
		case ref.Type() == plumbing.HashReference:
			return ref.Hash(), nil
		}
		name = ref.Target()
	}
	return plumbing.ZeroHash, fmt.Errorf("%w: too many symbolic references", ErrRevision)
}

// abbreviated finds the one commit, or tag of a commit, whose id starts so.
func (r *Repository) abbreviated(digits string) (plumbing.Hash, error) {
	all, err := r.objects.withPrefix(digits)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	var found []plumbing.Hash
	for _, h := range all {
		if c, err := r.peel(h); err == nil {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return plumbing.ZeroHash, ErrRevision
	case 1:
		return found[0], nil
	}
	return plumbing.ZeroHash, fmt.Errorf("%w: %d commits start so", ErrRevision, len(found))
}

// peel follows tags to a commit.
func (r *Repository) peel(h plumbing.Hash) (plumbing.Hash, error) {
	for range 16 {
		kind, content, err := r.objects.read(h, plumbing.AnyObject, largestCommit)
		switch {
		case errors.Is(err, ErrMissing):
			return h, fmt.Errorf("%w: %w", ErrRevision, err)
		case err != nil:
			return h, err
		case kind == plumbing.CommitObject:
			return h, nil
		case kind != plumbing.TagObject:
			return h, fmt.Errorf("%w: %s is a %s, want a commit", ErrRevision, h, kind)
		}
		line, _, _ := strings.Cut(string(content), "\n")
		target, ok := hashLine(line, "object ")
		if !ok {
			return h, fmt.Errorf("tag %s: %w", h, ErrCorrupt)
		}
		h = target
	}
	return h, fmt.Errorf("%w: too many tags of tags", ErrRevision)
}

// step goes to the Nth first parent (~) or to the Nth parent (^).
func (r *Repository) step(h plumbing.Hash, kind, count string) (plumbing.Hash, error) {
	n := 1
	if count != "" {
		n, _ = strconv.Atoi(count) // at most nine digits by the pattern
	}
	if kind == "" || n == 0 {
		return h, nil
	}
	steps, which := n, 1
	if kind == "^" {
		steps, which = 1, n
	}
	for range steps {
		c, err := r.commit(h)
		if err != nil {
			return h, err
		}
		if len(c.parents) < which {
			return h, fmt.Errorf("%w: commit %s has %d parents", ErrRevision, h, len(c.parents))
		}
		if h = c.parents[which-1]; r.shallow {
			return h, errShallow()
		}
	}
	return h, nil
}

func errShallow() error {
	return fmt.Errorf("%w: a shallow clone has no history; run git fetch --unshallow (fetch-depth: 0 in GitHub Actions)", ErrUnsupported)
}
