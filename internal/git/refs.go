package git

import (
	"context"
	"fmt"
	"strings"
)

// Branches are the remote's branches as last fetched or pushed, by name without
// refs/heads/, below a prefix ("" for all; "a/b" means that branch and those
// below "a/b/"). No child runs.
func (c *Clone) Branches(ctx context.Context, prefix string) (map[string]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, err := c.tracking()
	if err != nil {
		return nil, fmt.Errorf("branches: %w", err)
	}
	out := map[string]string{}
	prefix = strings.TrimSuffix(prefix, "/")
	for name, id := range all {
		if prefix == "" || name == prefix || strings.HasPrefix(name, prefix+"/") {
			out[name] = id
		}
	}
	return out, nil
}

// tracking reads the refs below refs/remotes/<remote>.
func (c *Clone) tracking() (map[string]string, error) {
	return refFolder(c.common).below("refs/remotes/" + c.remote)
}

// Refs are the refs of a folder like "refs/heads", by full name, and the objects that they
// name; symbolic ones are left out.
func (r *Repository) Refs(folder string) (map[string]string, error) {
	found, err := refFolder(r.common).below(folder)
	if err != nil {
		return nil, fmt.Errorf("refs: %w", err)
	}
	out := make(map[string]string, len(found))
	for name, id := range found {
		out[folder+"/"+name] = id
	}
	return out, nil
}
