package estate

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Lite makes lite hosts: the folders DIR/NAME, such as "acme/web-1", each a root with a
// dpkg database in which the packages are installed, and with the repository as its only
// source. It works without being root. The first is made by dpkg, the others are copies.
func Lite(ctx context.Context, dir string, names []string, r *Repository, installed ...Deb) error {
	if len(names) == 0 {
		return nil
	}
	first := filepath.Join(dir, names[0])
	if err := lite(ctx, first, r, installed); err != nil {
		return err
	}
	for _, name := range names[1:] {
		if err := copyTree(first, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func lite(ctx context.Context, root string, r *Repository, installed []Deb) error {
	for name := range strings.FieldsSeq("var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers var/lib/dpkg/alternatives var/log/apt " +
		"var/lib/apt/lists/partial var/cache/apt/archives/partial etc/apt/apt.conf.d etc/apt/preferences.d run") {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			return err
		}
	}
	for name, content := range map[string]string{"var/lib/dpkg/status": "", "var/lib/dpkg/available": "", "etc/apt/sources.list": r.Source()} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	for _, d := range installed {
		if err := command(ctx, nil, "dpkg", append(dpkgFlags(root), "-i", filepath.Join(r.Folder, d.file()))...); err != nil {
			return err
		}
	}
	return update(ctx, root)
}

func dpkgFlags(root string) []string {
	return []string{"--root=" + root, "--log=" + root + "/var/log/dpkg.log", "--force-script-chrootless", "--force-unsafe-io", "--force-not-root"}
}

// update reads the lists, as a host does that was set up by somebody.
func update(ctx context.Context, root string) error {
	conf, err := os.CreateTemp("", "apt-*.conf")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(conf.Name()) }()
	_, err = fmt.Fprintf(conf, `Dir "%[1]s/"; Dir::State::status "%[1]s/var/lib/dpkg/status"; Dir::Etc::parts "%[1]s/etc/apt/apt.conf.d";
Dir::Bin::methods "/usr/lib/apt/methods"; Dir::Bin::dpkg "/usr/bin/dpkg"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
Acquire::Languages "none"; APT::Sandbox::User "root";
`, root)
	if err == nil {
		err = conf.Close()
	}
	if err != nil {
		return err
	}
	return command(ctx, []string{"APT_CONFIG=" + conf.Name()}, "apt-get", "-q", "update")
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, b, info.Mode().Perm())
	})
}

// State asks a lite host itself how a package stands: its version ("" absent) and dpkg's two
// letters, such as "ii" or "iF".
func State(ctx context.Context, root, name string) (version, state string, err error) {
	cmd := exec.CommandContext(ctx, "dpkg-query", "--admindir="+filepath.Join(root, "var/lib/dpkg"), "-W", "-f", "${Version} ${db:Status-Abbrev}", name)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	fields := strings.Fields(string(out))
	switch {
	case err != nil && cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 1:
		return "", "", nil // never heard of it
	case err != nil:
		return "", "", err
	case len(fields) == 1:
		return "", fields[0], nil
	case len(fields) != 2:
		return "", "", fmt.Errorf("%q found, a version and a state wanted", out)
	}
	return fields[0], fields[1], nil
}

// Installs tells how often a version of a package was configured on a lite host, by dpkg's log.
func Installs(root, name, version string) (int, error) {
	b, err := os.ReadFile(filepath.Join(root, "var/log/dpkg.log"))
	if err != nil {
		return 0, err
	}
	return strings.Count(string(b), " status installed "+name+":all "+version+"\n"), nil
}
