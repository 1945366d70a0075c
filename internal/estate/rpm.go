package estate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// HaveRpm says why there can be no rpm roots on this machine; nil there can.
func HaveRpm() error {
	var missing []error
	for _, name := range []string{"rpm", "dnf", "rpmbuild", "createrepo_c"} {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, err)
		}
	}
	return errors.Join(missing...)
}

// Rpm is a package to build; its version is VERSION-1.
type Rpm struct {
	Name, Version string
	Fails         bool // its post-install script does; rpm installs it all the same
}

// RpmRepository builds packages into a folder and indexes it.
func RpmRepository(ctx context.Context, folder string, rpms ...Rpm) error {
	top, err := os.MkdirTemp("", "rpm-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(top) }()
	for _, r := range rpms {
		spec := filepath.Join(top, r.Name+".spec")
		if err := os.WriteFile(spec, []byte(r.spec()), 0o644); err != nil {
			return err
		}
		if err := command(ctx, nil, "rpmbuild", "-bb", "--define", "_topdir "+top, "--define", "_rpmdir "+folder, "--define", "_build_id_links none", spec); err != nil {
			return err
		}
	}
	return command(ctx, nil, "createrepo_c", "-q", folder)
}

func (r Rpm) spec() string {
	out := fmt.Sprintf(`Name: %[1]s
Version: %[2]s
Release: 1
Summary: a package to patch
License: MIT
BuildArch: noarch
%%description
a package to patch
%%install
mkdir -p %%{buildroot}/usr/share/%[1]s
echo %[2]s >%%{buildroot}/usr/share/%[1]s/version
%%files
/usr/share/%[1]s
`, r.Name, r.Version)
	if r.Fails {
		out += "%post -p <lua>\nerror('the service does not start')\n"
	}
	return out
}

// RpmRoot makes a root with an rpm database, a repository and packages "name-version-release".
func RpmRoot(ctx context.Context, root, repository string, installed ...string) error {
	for name, content := range map[string]string{
		"etc/yum.repos.d/estate.repo": "[estate]\nname=estate\nbaseurl=file://" + repository + "\ngpgcheck=0\nmetadata_expire=0\n",
		"etc/dnf/dnf.conf":            "[main]\n",
		"etc/dnf/vars/releasever":     "1\n",
	} {
		if err := write(filepath.Join(root, name), content, 0o644); err != nil {
			return err
		}
	}
	for _, dir := range []string{"var/lib/rpm", "run", "var/cache"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	if len(installed) == 0 {
		return nil
	}
	return command(ctx, home(root), "dnf", append([]string{"-y", "-q", "--installroot=" + root, "install"}, installed...)...)
}

// home: Debian's rpm keeps its database below the home folder, which is the root for steps.
func home(root string) []string { return []string{"HOME=" + root} }

// RpmVersion asks a root itself: VERSION-RELEASE; "" absent.
func RpmVersion(ctx context.Context, root, name string) string {
	cmd := exec.CommandContext(ctx, "rpm", "--root", root, "-q", "--qf", "%{VERSION}-%{RELEASE}", name)
	cmd.Env = append(os.Environ(), home(root)...)
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
