package git

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// refFolder is the folder of a repository that holds its refs. go-git takes the lock of a
// ref that is being written, or was when git was killed, for a ref of its own.
type refFolder string

// below reads the refs of a folder like "refs/heads", by their names in it: loose ones
// first, for git writes a packed ref before it removes the loose one.
func (f refFolder) below(base string) (map[string]string, error) {
	loose, err := f.loose(base)
	if err != nil {
		return nil, err
	}
	all, err := f.packed(base + "/")
	if err != nil {
		return nil, err
	}
	maps.Copy(all, loose)
	return all, nil
}

// loose reads one file per ref, but not those that git still writes or left half written
// when it was killed.
func (f refFolder) loose(base string) (map[string]string, error) {
	out := map[string]string{}
	top := filepath.Join(string(f), filepath.FromSlash(base))
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

func (f refFolder) packed(base string) (map[string]string, error) {
	out := map[string]string{}
	b, err := os.ReadFile(filepath.Join(string(f), "packed-refs"))
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
