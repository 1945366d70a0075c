package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Unbundle makes a bare repository of a bundle in a folder that is empty or absent,
// its objects checked by fsck. Refs have the names that they have in the bundle. No
// network is touched.
func Unbundle(ctx context.Context, file, dir string) error {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if err := isBundle(absolute); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := initBare(ctx, dir); err != nil {
		return fmt.Errorf("bundle %s: %w", file, err)
	}
	if err := fetchInto(ctx, dir, absolute, "+refs/*:refs/*"); err != nil {
		return fmt.Errorf("bundle %s: %w", file, err)
	}
	return nil
}

// ErrNoBundle says that a file is no bundle of git's.
var ErrNoBundle = errors.New("no git bundle")

// isBundle wants the first line of a bundle. Git itself would also take a file that leads
// to a repository somewhere on this machine.
func isBundle(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	begins := make([]byte, len("# v2 git bundle\n"))
	n, err := io.ReadFull(f, begins)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if first := string(begins[:n]); first != "# v2 git bundle\n" && first != "# v3 git bundle\n" {
		return fmt.Errorf("%w: it begins with %q, wanted \"# v2 git bundle\", as patchops log export --out FILE writes it", ErrNoBundle, first)
	}
	return nil
}

func initBare(ctx context.Context, dir string) error {
	if _, err := run(ctx, job{args: []string{"init", "--quiet", "--bare", "--template=", dir}, dir: "."}); err != nil {
		return err
	}
	for _, setting := range [][2]string{
		{"fetch.fsckObjects", "true"}, {"protocol.allow", "never"}, {"protocol.file.allow", "always"}, {"gc.auto", "0"},
	} {
		if _, err := run(ctx, job{args: []string{"config", setting[0], setting[1]}, dir: dir, gitDir: dir}); err != nil {
			return err
		}
	}
	return nil
}

// fetchInto fetches from a bundle or repository on this machine.
func fetchInto(ctx context.Context, dir, from string, specs ...string) error {
	args := append([]string{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", from}, specs...)
	_, err := run(ctx, job{args: args, dir: dir, gitDir: dir})
	return err
}

// Extra is a commit without parents, made for a bundle: files at its top.
type Extra struct {
	Ref     string
	Message string
	Author  Person
	Time    time.Time
	Files   map[string][]byte
}

// Bundle writes a bundle of some refs of the repository whose Git folder is source,
// by the names that they have there, under other names, and of an extra commit. Work
// is an empty folder for what is needed meanwhile.
func Bundle(ctx context.Context, file, source, work string, refs map[string]string, extra Extra) error {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if err := initBare(ctx, work); err != nil {
		return err
	}
	specs, names := []string{}, []string{extra.Ref}
	for _, from := range slices.Sorted(maps.Keys(refs)) {
		specs = append(specs, "+"+from+":"+refs[from])
		names = append(names, refs[from])
	}
	if err := fetchInto(ctx, work, source, specs...); err != nil {
		return err
	}
	if _, err := run(ctx, job{args: []string{"fast-import", "--quiet", "--date-format=raw"}, dir: work, gitDir: work, stdin: extra.stream()}); err != nil {
		return err
	}
	_, err = run(ctx, job{args: append([]string{"bundle", "create", "--quiet", absolute}, names...), dir: work, gitDir: work})
	return err
}

// stream is the commit as fast-import reads it.
func (e Extra) stream() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "commit %s\ncommitter %s <%s> %d +0000\ndata %d\n%s\n", e.Ref, e.Author.Name, e.Author.Email, e.Time.Unix(), len(e.Message), e.Message)
	for _, name := range slices.Sorted(maps.Keys(e.Files)) {
		fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(e.Files[name]), e.Files[name])
	}
	return b.Bytes()
}
