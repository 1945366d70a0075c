package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
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

// tracking reads the refs below refs/remotes/<remote>: loose ones first, for git
// writes a packed ref before it removes the loose one.
func (c *Clone) tracking() (map[string]string, error) {
	base := "refs/remotes/" + c.remote
	loose, err := c.loose(base)
	if err != nil {
		return nil, err
	}
	all, err := c.packed(base + "/")
	if err != nil {
		return nil, err
	}
	maps.Copy(all, loose)
	return all, nil
}

func (c *Clone) loose(base string) (map[string]string, error) {
	out := map[string]string{}
	top := filepath.Join(c.common, filepath.FromSlash(base))
	err := filepath.WalkDir(top, func(file string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing fetched, or removed meanwhile
		}
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(file, ".lock") {
			return err // a link is a symbolic ref
		}
		b, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		id := strings.TrimRight(string(b), "\n")
		switch {
		case name == "HEAD" || strings.HasPrefix(id, "ref: "):
		case !isID(id):
			return fmt.Errorf("ref %s: %w: %q, want an id", path.Join(base, name), ErrCorrupt, shorten(id, 50))
		default:
			out[name] = id
		}
		return nil
	})
	return out, err
}

func (c *Clone) packed(base string) (map[string]string, error) {
	out := map[string]string{}
	b, err := os.ReadFile(filepath.Join(c.common, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		id, name, ok := strings.Cut(lines.Text(), " ")
		name, below := strings.CutPrefix(name, base)
		if !ok || !below || name == "HEAD" {
			continue
		}
		if !isID(id) {
			return nil, fmt.Errorf("packed-refs: %w: %q", ErrCorrupt, shorten(lines.Text(), 80))
		}
		out[name] = id
	}
	return out, lines.Err()
}

func shorten(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}
