// Package estate makes hosts to patch that cost little: root folders with a dpkg
// database of their own (lite hosts), plain folders where there is no dpkg, packages that
// are good, newer or broken, and a repository that apt installs them from. Tests, the demo and
// benchmarks use them; nothing of it touches this machine's own packages.
package estate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Deb is a package to build. Its scripts run on this machine, with $DPKG_ROOT as the host.
type Deb struct {
	Name, Version string
	Depends       string
	Files         map[string]string // path below the root to content
	Config        []string          // paths of Files that are configuration
	Preinst       string            // bodies of sh scripts
	Postinst      string
	Prerm         string
	Size          int // bytes of ballast that do not compress
}

// Good is a package that installs, with a file that tells its version.
func Good(name, version string) Deb {
	return Deb{Name: name, Version: version, Files: map[string]string{
		"usr/share/" + name + "/version": version + "\n",
		"etc/" + name + ".conf":          "# settings of " + name + "\n",
	}, Config: []string{"etc/" + name + ".conf"}}
}

// Broken is one whose post-install script fails: it stays half-configured (iF).
func Broken(name, version string) Deb {
	d := Good(name, version)
	d.Postinst = "echo 'the service does not start' >&2\nexit 1"
	return d
}

// HaveDpkg says why there can be no lite hosts on this machine; nil there can.
func HaveDpkg() error {
	var missing []error
	for _, name := range []string{"dpkg", "dpkg-deb", "dpkg-query", "apt-get", "flock", "setsid"} {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, err)
		}
	}
	return errors.Join(missing...)
}

// file is the package's name in a repository.
func (d Deb) file() string {
	return fmt.Sprintf("%s_%s_all.deb", d.Name, strings.ReplaceAll(d.Version, ":", "%3a"))
}

func (d Deb) control() string {
	out := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Estate <estate@example.org>\n", d.Name, d.Version)
	if d.Depends != "" {
		out += "Depends: " + d.Depends + "\n"
	}
	size := d.Size
	for _, content := range d.Files {
		size += len(content)
	}
	return out + fmt.Sprintf("Installed-Size: %d\nDescription: a package to patch\n", (size+1023)/1024)
}

// Build makes the package's file in a folder and returns its name.
func (d Deb) Build(ctx context.Context, folder string) (string, error) {
	tree, err := os.MkdirTemp("", "deb-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(tree) }()
	if err := d.lay(tree); err != nil {
		return "", err
	}
	name := filepath.Join(folder, d.file())
	return name, command(ctx, nil, "dpkg-deb", "--build", "--root-owner-group", "-Zgzip", "-z1", tree, name)
}

// lay writes what dpkg-deb packs.
func (d Deb) lay(tree string) error {
	all := map[string]string{"DEBIAN/control": d.control()}
	maps.Copy(all, d.Files)
	for name, body := range map[string]string{"preinst": d.Preinst, "postinst": d.Postinst, "prerm": d.Prerm} {
		if body != "" {
			all["DEBIAN/"+name] = "#!/bin/sh\nset -e\n" + body + "\n"
		}
	}
	if len(d.Config) > 0 {
		all["DEBIAN/conffiles"] = "/" + strings.Join(d.Config, "\n/") + "\n"
	}
	if d.Size > 0 {
		all["usr/share/"+d.Name+"/ballast"] = ballast(d.Size)
	}
	for name, content := range all {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := write(filepath.Join(tree, name), content, mode); err != nil {
			return err
		}
	}
	return os.Chmod(tree, 0o755)
}

// ballast is text that no compression makes smaller than half.
func ballast(size int) string {
	var b strings.Builder
	sum := sha256.Sum256([]byte("ballast"))
	for b.Len() < size {
		sum = sha256.Sum256(sum[:])
		b.WriteString(hex.EncodeToString(sum[:]))
	}
	return b.String()[:size]
}

func write(name, content string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), mode)
}

// command runs a command; its error holds what it printed.
func command(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), append([]string{"LC_ALL=C", "PATH=" + os.Getenv("PATH") + ":/usr/sbin:/sbin"}, env...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

// Repository is a folder of packages with an index: a flat apt repository.
type Repository struct {
	Folder string
	debs   []Deb
}

// NewRepository makes one from packages.
func NewRepository(ctx context.Context, folder string, debs ...Deb) (*Repository, error) {
	r := &Repository{Folder: folder}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := r.Add(ctx, debs...); err != nil {
		return nil, err
	}
	return r, nil
}

// Source is the line of sources.list that names it. Packages are copied to the host when they
// are downloaded, as from a server.
func (r *Repository) Source() string { return "deb [trusted=yes] copy:" + r.Folder + " ./\n" }

// Add builds packages and writes the index anew. Hosts see it after an update.
func (r *Repository) Add(ctx context.Context, debs ...Deb) error {
	for _, d := range debs {
		if _, err := d.Build(ctx, r.Folder); err != nil {
			return err
		}
		r.debs = slices.DeleteFunc(r.debs, func(o Deb) bool { return o.Name == d.Name && o.Version == d.Version })
		r.debs = append(r.debs, d)
	}
	return r.index()
}

// Remove takes a version away, as mirrors do with superseded ones.
func (r *Repository) Remove(name, version string) error {
	for _, d := range r.debs {
		if d.Name == name && d.Version == version {
			if err := os.Remove(filepath.Join(r.Folder, d.file())); err != nil {
				return err
			}
		}
	}
	r.debs = slices.DeleteFunc(r.debs, func(d Deb) bool { return d.Name == name && d.Version == version })
	return r.index()
}

func (r *Repository) index() error {
	var out strings.Builder
	for _, d := range r.debs {
		b, err := os.ReadFile(filepath.Join(r.Folder, d.file()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		fmt.Fprintf(&out, "%sFilename: ./%s\nSize: %d\nSHA256: %s\n\n", d.control(), d.file(), len(b), hex.EncodeToString(sum[:]))
	}
	return os.WriteFile(filepath.Join(r.Folder, "Packages"), []byte(out.String()), 0o644)
}
