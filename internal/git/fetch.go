package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Bad is a branch of the remote that was not fetched: its objects do not pass
// git's own checks, or are too large. Branches does not list it.
type Bad struct {
	ID     string // where the remote has it
	Reason error
}

// Fetch brings all branches of the remote, and further refspecs (a forced one
// each, from refs/... to refs/remotes/<remote>/...), checked by fsck; branches
// that vanished vanish. Time and size are bounded. A branch with bad objects
// hurts nobody else: see Bad. A fetch that fails otherwise is ErrRemote,
// ErrRefused, or ErrRace where another git holds a lock, and may have brought a
// part.
func (c *Clone) Fetch(ctx context.Context, refspecs ...string) error {
	for _, s := range refspecs {
		if err := c.checkFetch(s); err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
	}
	done, err := c.exclusive(ctx)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	defer done()
	specs := append([]string{c.branches()}, refspecs...)
	if len(c.Bad()) == 0 {
		err := c.fetch(ctx, specs...)
		if err == nil {
			return wrap("fetch", c.tidy(ctx))
		}
		if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge) {
			return wrap("fetch", err)
		}
	}
	return wrap("fetch", c.fetchApart(ctx, specs))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Bad are the refs that the last Fetch left out, by what they would be in
// Branches.
func (c *Clone) Bad() map[string]Bad {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.bad)
}

// reserved is where refs that are no branches go. A branch of the remote that lies
// there, or in the way of it, stays away: it would stop the fetch of all.
const reserved = "patchops/pulls"

// fetch runs git once, or twice where another git was at the same refs.
func (c *Clone) fetch(ctx context.Context, specs ...string) error {
	args := append([]string{
		"fetch", "--quiet", "--no-tags", "--prune", "--no-recurse-submodules", "--no-write-fetch-head",
		"--no-auto-maintenance", "--no-show-forced-updates", "--refmap=", c.remote,
	}, append(specs, "^refs/heads/"+reserved, "^refs/heads/"+reserved+"/*")...)
	_, err := c.talk(ctx, args...)
	var f *failure
	if errors.As(err, &f) && locked.MatchString(f.raw) {
		_, err = c.talk(ctx, args...)
	}
	if errors.As(err, &f) && locked.MatchString(f.raw) {
		return fmt.Errorf("%w: %w", ErrRace, f)
	}
	return explain(err)
}

// fetchApart fetches so that one bad ref does not keep the others away: those of
// patchops and main first, together, then each one that moved by itself.
func (c *Clone) fetchApart(ctx context.Context, specs []string) error {
	theirs, err := c.remoteRefs(ctx, specs)
	if err != nil {
		return err
	}
	ours, err := c.tracking()
	if err != nil {
		return err
	}
	known := c.Bad()
	bad := map[string]Bad{}
	var first, later []string
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		r := theirs[name]
		switch was, isBad := known[name]; {
		case isBad && was.ID == r.id:
			bad[name] = was
		case ours[name] == r.id:
		case name == "main" || strings.HasPrefix(name, "patchops/"):
			first = append(first, name)
		default:
			later = append(later, name)
		}
	}
	groups := [][]string{first, later}
	for len(groups) > 0 {
		group := groups[0]
		groups = groups[1:]
		err := c.fetchGroup(ctx, group, theirs)
		switch {
		case err == nil:
		case !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge):
			return err
		case len(group) == 1:
			bad[group[0]] = Bad{theirs[group[0]].id, err}
		default: // halves: one bad ref of many costs few fetches
			groups = append(groups, group[:len(group)/2], group[len(group)/2:])
		}
	}
	c.mu.Lock()
	c.bad = bad
	c.mu.Unlock()
	return c.forget(ctx, ours, theirs, bad)
}

type remoteRef struct{ name, id string }

func (c *Clone) fetchGroup(ctx context.Context, names []string, theirs map[string]remoteRef) error {
	if len(names) == 0 {
		return nil
	}
	var specs []string
	for _, name := range names {
		specs = append(specs, "+"+theirs[name].name+":refs/remotes/"+c.remote+"/"+name)
	}
	return c.fetch(ctx, specs...)
}

// remoteRefs asks the remote what it has that the refspecs name, by the names
// that they would get here.
func (c *Clone) remoteRefs(ctx context.Context, specs []string) (map[string]remoteRef, error) {
	args := []string{"ls-remote", "--quiet", "--refs", c.remote}
	for _, s := range specs {
		from, _, _ := strings.Cut(s[1:], ":")
		args = append(args, from)
	}
	out, err := c.talk(ctx, args...)
	if err != nil {
		return nil, explain(err)
	}
	found := map[string]remoteRef{}
	for line := range strings.Lines(string(out)) {
		id, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !isID(id) {
			return nil, fmt.Errorf("%w: a list of refs with %q", ErrRemote, shorten(line, 80))
		}
		if branch, _ := strings.CutPrefix(name, "refs/heads/"); !isRefName(name) || branch == reserved || strings.HasPrefix(branch, reserved+"/") {
			continue // it would say something else in a refspec; git leaves it out too
		}
		for _, s := range specs {
			if to, ok := mapped(s, name); ok {
				found[strings.TrimPrefix(to, "refs/remotes/"+c.remote+"/")] = remoteRef{name, id}
			}
		}
	}
	return found, nil
}

// mapped is where a refspec puts a ref.
func mapped(spec, name string) (string, bool) {
	from, to, _ := strings.Cut(spec[1:], ":")
	before, after, pattern := strings.Cut(from, "*")
	if !pattern {
		return to, name == from
	}
	middle, ok := strings.CutPrefix(name, before)
	if !ok || !strings.HasSuffix(middle, after) {
		return "", false
	}
	return strings.Replace(to, "*", strings.TrimSuffix(middle, after), 1), true
}

// forget removes what the remote no longer has, and bad refs' former places:
// they are not what the remote says now.
func (c *Clone) forget(ctx context.Context, ours map[string]string, theirs map[string]remoteRef, bad map[string]Bad) error {
	var orders strings.Builder
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		_, there := theirs[name]
		_, isBad := bad[name]
		if !there || isBad {
			fmt.Fprintf(&orders, "delete refs/remotes/%s/%s\n", c.remote, name)
		}
	}
	if orders.Len() == 0 {
		return nil
	}
	_, err := c.local(ctx, []byte(orders.String()), "update-ref", "--stdin")
	return err
}
