package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

// smallLite is a lite host on a file system of 12 MiB.
func smallLite(t *testing.T, more ...estate.Deb) *lite {
	t.Helper()
	if err := estate.HaveDpkg(); err != nil {
		t.Skip("lite hosts need dpkg: ", err)
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12m,mode=755"); err != nil {
		t.Skip("a small file system cannot be mounted here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	old := estate.Good("acme-agent", "1.0")
	repo, err := estate.NewRepository(t.Context(), filepath.Join(t.TempDir(), "repo"), append(more, old, estate.Good("acme-agent", "1.1"))...)
	if err == nil {
		err = estate.Lite(t.Context(), dir, []string{"acme/h1"}, repo, old)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &lite{&executor.Local{Allow: dir, Wrapper: filepath.Join(t.TempDir(), "wrapper")}, repo, filepath.Join(dir, "acme/h1")}
}

// tight installs on a host that has less than is usually wanted.
func (l *lite) tight(t *testing.T, packages ...string) dispatch.Answer {
	t.Helper()
	task := l.task(dispatch.Install, packages, "precheck", "snapshot", "stage", "install")
	task.Steps[0].Env = map[string]string{"PATCHOPS_MIN_FREE_KIB": "1"}
	return l.Start(t.Context(), task, nil)
}

func TestLiteDiskFull(t *testing.T) {
	large, filling := estate.Good("acme-agent", "2.0"), estate.Good("acme-agent", "3.0")
	large.Files["usr/share/acme-agent/zeros"] = strings.Repeat("0", 30<<20) // small as an archive
	filling.Preinst = `cat /dev/zero >"$DPKG_ROOT/fill" 2>/dev/null || :`
	filling.Size = 2 << 20
	l := smallLite(t, large, filling)

	o := result(t, l.install(t, "acme-agent=1.1"), dispatch.Failed)
	if o.Step != "precheck" || o.Exit != 28 {
		t.Errorf("%+v found, a failed precheck wanted", o)
	}
	o = result(t, l.tight(t, "acme-agent=2.0"), dispatch.Failed)
	if o.Step != "stage" || o.Exit != 28 || !strings.Contains(o.Why, "needed") {
		t.Errorf("%+v found, a stage that knows what does not fit wanted", o)
	}
	l.wants(t, "acme-agent", "1.0", "ii")

	// The disk fills up under the installation: the outcome is written all the same.
	o = result(t, l.tight(t, "acme-agent=3.0"), dispatch.Failed)
	if o.Step != "install" {
		t.Errorf("%+v found, a failed install wanted", o)
	}
	if a := l.install(t, "acme-agent=1.1"); a.State != dispatch.Refused || a.Why != dispatch.Journal {
		t.Errorf("%+v found, a refusal as nothing can be written down wanted", a)
	}
	if err := os.Remove(filepath.Join(l.root, "fill")); err != nil {
		t.Fatal(err)
	}
	result(t, l.rollback(t, o.Before), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.0", "ii")
	result(t, l.tight(t, "acme-agent=1.1"), dispatch.Succeeded)
}
