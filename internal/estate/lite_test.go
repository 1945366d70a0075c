package estate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

func TestLite(t *testing.T) {
	if err := estate.HaveDpkg(); err != nil {
		t.Skip("lite hosts need dpkg: ", err)
	}
	dir, old := t.TempDir(), estate.Good("acme-agent", "1.0")
	repo, err := estate.NewRepository(t.Context(), filepath.Join(t.TempDir(), "repo"), old, estate.Broken("acme-agent", "1.2"))
	if err == nil {
		err = estate.Lite(t.Context(), dir, []string{"acme/h1", "acme/h2", "bolt/h1"}, repo, old)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"acme/h1", "acme/h2", "bolt/h1"} {
		root := filepath.Join(dir, name)
		if version, state, err := estate.State(t.Context(), root, "acme-agent"); err != nil || version != "1.0" || state != "ii" {
			t.Errorf("%s: %q %q %v found, 1.0 ii wanted", name, version, state, err)
		}
		if version, state, err := estate.State(t.Context(), root, "never-heard"); err != nil || version != "" || state != "" {
			t.Errorf("%s: %q %q %v found, nothing wanted", name, version, state, err)
		}
		if n, err := estate.Installs(root, "acme-agent", "1.0"); err != nil || n != 1 {
			t.Errorf("%s: %d %v found, one installation wanted", name, n, err)
		}
	}
	if err := repo.Remove("acme-agent", "1.2"); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(repo.Folder, "*1.2*")); len(left) != 0 {
		t.Errorf("%q found, gone wanted", left)
	}
}

func TestPlain(t *testing.T) {
	dir := t.TempDir()
	if err := estate.Plain(dir, []string{"acme/h1"}, map[string]string{"acme-agent": "1.0"}); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "acme/h1")
	if err := estate.Break(root, "acme-agent", "1.2"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		ok   bool
		want string
	}{
		{[]string{"check", "acme-agent", "1.0"}, true, "1.0"},
		{[]string{"install", "acme-agent", "1.1"}, true, "1.1"},
		{[]string{"check", "acme-agent", "1.0"}, false, "1.1"},
		{[]string{"install", "acme-agent", "1.2"}, false, "1.2"},
		{[]string{"check", "acme-agent", "1.2"}, false, "1.2"},
		{[]string{"install", "acme-agent", "1.0"}, true, "1.0"},
		{[]string{"remove", "acme-agent"}, true, ""},
	} {
		cmd := exec.CommandContext(t.Context(), "bin/pkg", c.args...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		version, whole := estate.PlainVersion(root, "acme-agent")
		if (err == nil) != c.ok || version != c.want || whole != (c.ok || slices.Contains(c.args, "1.0")) {
			t.Errorf("%q: %v %s, %q whole %v found, ok %v with %q wanted", c.args, err, out, version, whole, c.ok, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "packages/acme-agent")); err == nil {
		t.Error("the removed package is still there")
	}
}
