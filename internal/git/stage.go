package git

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// staged is where commits are put that are about to be pushed.
const staged = "refs/patchops/push/"

// stage gives the refspecs of a push. Each new commit is put on a ref of ours that
// has the name which it gets: only a pattern says exactly which ref is meant. Git
// takes the destination "refs/heads/main" itself for refs/heads/refs/heads/main and
// refs/tags/refs/heads/main as well, and refuses if somebody made one of these.
func (c *Clone) stage(ctx context.Context, updates []Update) (refspecs []string, undo func(), err error) {
	here := staged + strings.ToLower(rand.Text()) + "/"
	var orders, back strings.Builder
	if c.own { // those of pushes that were killed
		if err := c.leftovers(&orders); err != nil {
			return nil, nil, err
		}
	}
	pattern := false
	for _, u := range updates {
		if u.New == "" {
			refspecs = append(refspecs, ":"+u.Ref)
			continue
		}
		pattern = true
		name := here + strings.TrimPrefix(u.Ref, "refs/")
		fmt.Fprintf(&orders, "create %s %s\n", name, u.New)
		fmt.Fprintf(&back, "delete %s\n", name)
	}
	if pattern {
		refspecs = append(refspecs, here+"*:refs/*")
	}
	if orders.Len() > 0 {
		if _, err := c.local(ctx, []byte(orders.String()), "update-ref", "--stdin"); err != nil {
			return nil, nil, err
		}
	}
	return refspecs, func() {
		if back.Len() > 0 {
			_, _ = c.local(context.WithoutCancel(ctx), []byte(back.String()), "update-ref", "--stdin")
		}
	}, nil
}

func (c *Clone) leftovers(orders *strings.Builder) error {
	old, err := refFolder(c.common).below(strings.TrimSuffix(staged, "/"))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		fmt.Fprintf(orders, "delete %s%s\n", staged, name)
	}
	return nil
}
