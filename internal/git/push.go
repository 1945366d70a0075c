package git

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Update moves one ref of the remote. Old "" wants it absent, New "" removes it.
type Update struct{ Ref, Old, New string } // Ref is full: "refs/heads/main"

// Push moves all refs of the remote or none, never by force: each update holds
// only from its Old (ErrRace otherwise), and New must have Old among its
// ancestors (ErrRefused otherwise). A ref that is already at New counts as
// moved, so that an unsure push may be repeated. Afterwards Branches knows.
// Branches below patchops/, main and master are never removed.
func (c *Clone) Push(ctx context.Context, updates []Update) error {
	if len(updates) == 0 {
		return nil
	}
	if err := c.forward(updates); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	args := []string{"push", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"}
	for _, u := range updates {
		args = append(args, "--force-with-lease="+u.Ref+":"+u.Old)
	}
	args = append(args, c.remote)
	done, err := c.exclusive(ctx)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer done()
	refspecs, undo, err := c.stage(ctx, updates)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer undo()
	if _, err = c.talk(ctx, append(args, refspecs...)...); err != nil {
		return fmt.Errorf("push: %w", pushError(err))
	}
	return nil
}

// forward checks updates before anybody is asked: a lease alone would let git
// rewind a ref.
func (c *Clone) forward(updates []Update) error {
	r, err := c.Repository()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	seen := map[string]bool{}
	for _, u := range updates {
		if err := u.check(); err != nil {
			return err
		}
		if seen[u.Ref] {
			return fmt.Errorf("ref %q: %w: two updates of one ref", u.Ref, ErrRefused)
		}
		seen[u.Ref] = true
		if u.New == "" {
			continue
		}
		if _, err := r.CommitInfo(u.New); err != nil {
			return fmt.Errorf("ref %q: %w", u.Ref, err)
		}
		if u.Old == "" {
			continue
		}
		ok, err := r.IsAncestor(u.Old, u.New)
		if err != nil {
			return fmt.Errorf("ref %q: %w", u.Ref, err)
		}
		if !ok {
			return fmt.Errorf("ref %q: %w: %s is no ancestor of %s, and no ref is rewound", u.Ref, ErrRefused, u.Old, u.New)
		}
	}
	return nil
}

func (u Update) check() error {
	if err := CheckRef(u.Ref); err != nil {
		return err
	}
	for _, id := range []string{u.Old, u.New} {
		if id != "" && !isID(id) {
			return fmt.Errorf("ref %q: %q: %w: want a full id", u.Ref, id, ErrRevision)
		}
	}
	branch := strings.TrimPrefix(u.Ref, "refs/heads/")
	switch {
	case u.Old == "" && u.New == "":
		return fmt.Errorf("ref %q: %w: neither an old nor a new id", u.Ref, ErrRevision)
	case u.New == "" && (branch == "main" || branch == "master" || strings.HasPrefix(branch, "patchops/")):
		return fmt.Errorf("ref %q: %w: only branches of changes are removed", u.Ref, ErrRefused)
	}
	return nil
}

var (
	refLine  = regexp.MustCompile(`(?m)^!\t[^\t]*:(\S+)\t\[[^\]]*\] \((.*)\)$`)
	sibling  = regexp.MustCompile(`^atomic (push failed|push failure|transaction failed)$|^transaction (failed|aborted)`)
	outrun   = regexp.MustCompile(`(?i)stale info|fetch first|non-fast-forward|needs force|failed to (update|lock)|cannot lock|already exists|incorrect old value|remote ref updated|failed to prepare|is at [0-9a-f]+ but expected`)
	tryLater = regexp.MustCompile(`(?i)unpacker error|internal|timeout|temporar|try again|unable to (create|write|migrate)|expecting report|remote failed to report`)
)

// pushError reads git's own list of refs: one refusal outweighs races, which
// outweigh a server in trouble.
func pushError(err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return err
	}
	lost := ErrRace
	found := false
	var reasons []string
	for _, m := range refLine.FindAllStringSubmatch(f.out, -1) {
		found = true
		if sibling.MatchString(m[2]) {
			continue
		}
		reasons = append(reasons, clean(m[1]+" ("+m[2]+")"))
		switch {
		case outrun.MatchString(m[2]):
		case tryLater.MatchString(m[2]) && !errors.Is(lost, ErrRefused):
			lost = ErrRemote
		case !tryLater.MatchString(m[2]):
			lost = ErrRefused
		}
	}
	if !found {
		return explain(err)
	}
	return fmt.Errorf("%w: %s", lost, strings.Join(append(reasons, f.said), "; "))
}
