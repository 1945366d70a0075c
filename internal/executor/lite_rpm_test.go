package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

// dnfTask is a task with the steps of dnf.
func (l *lite) dnf(t *testing.T, segment dispatch.Segment, undo []dispatch.Package, packages string, steps ...string) dispatch.Answer {
	t.Helper()
	task := l.task(segment, strings.Fields(packages), steps...)
	task.Undo = undo
	for i := range task.Steps {
		task.Steps[i].Builtin = "dnf/" + task.Steps[i].Name
	}
	return l.Start(t.Context(), task, nil)
}

// TestRpmRoot: the steps of dnf with the real dnf and rpm, on a root of their own.
func TestRpmRoot(t *testing.T) {
	if err := estate.HaveRpm(); err != nil {
		t.Skip("rpm roots need dnf: ", err)
	}
	dir, repo := t.TempDir(), t.TempDir()
	l := &lite{Local: &executor.Local{Allow: dir, Wrapper: filepath.Join(t.TempDir(), "w")}, root: filepath.Join(dir, "acme/h1")}
	err := estate.RpmRepository(t.Context(), repo, estate.Rpm{Name: "acme-agent", Version: "1.0"}, estate.Rpm{Name: "acme-agent", Version: "1.1"},
		estate.Rpm{Name: "acme-agent", Version: "1.2", Fails: true}, estate.Rpm{Name: "acme-new", Version: "3.0"})
	if err == nil {
		err = estate.RpmRoot(t.Context(), l.root, repo, "acme-agent-1.0-1")
	}
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"precheck", "snapshot", "stage", "install"}
	want := func(agent, other string) {
		t.Helper()
		if a, n := estate.RpmVersion(t.Context(), l.root, "acme-agent"), estate.RpmVersion(t.Context(), l.root, "acme-new"); a != agent || n != other {
			t.Errorf("%q and %q found on the host, %q and %q wanted", a, n, agent, other)
		}
	}
	o := result(t, l.dnf(t, dispatch.Install, nil, "acme-agent=1.1-1 acme-new=0:3.0-1", all...), dispatch.Succeeded)
	want("1.1-1", "3.0-1")
	if len(o.Before) != 2 || o.Before[0].Version != "1.0-1" || o.Before[1].Version != "" || fact(o, "package", "acme-agent").Value != "1.1-1" {
		t.Errorf("%+v found, what was before and is now wanted", o)
	}
	result(t, l.dnf(t, dispatch.Verify, nil, "acme-agent=1.1-1 acme-new=3.0-1", "postcheck", "cleanup"), dispatch.Succeeded)
	result(t, l.dnf(t, dispatch.Rollback, o.Before, "", "rollback"), dispatch.Succeeded)
	want("1.0-1", "")

	o = result(t, l.dnf(t, dispatch.Install, nil, "acme-agent=1.2-1", all...), dispatch.Failed)
	if o.Step != "install" || !strings.Contains(o.Why, "script") {
		t.Errorf("%+v found, a failed script wanted", o)
	}
	if back := result(t, l.dnf(t, dispatch.Install, nil, "acme-agent=1.1-1", all...), dispatch.Failed); back.Step != "stage" {
		t.Errorf("%+v found, no way back unasked wanted", back)
	}
	result(t, l.dnf(t, dispatch.Rollback, o.Before, "", "rollback"), dispatch.Succeeded)
	want("1.0-1", "")
	if gone := result(t, l.dnf(t, dispatch.Install, nil, "acme-agent=7-1", all...), dispatch.Failed); gone.Step != "stage" {
		t.Errorf("%+v found, a failed stage wanted", gone)
	}
	if v := result(t, l.dnf(t, dispatch.Verify, nil, "acme-agent=1.1-1", "postcheck"), dispatch.Failed); !strings.Contains(v.Why, "1.1-1 wanted") {
		t.Errorf("%+v found, the versions wanted", v)
	}
}

// TestDnfArguments: what is run where there is no dnf to try: a fake one, and a fake rpm.
func TestDnfArguments(t *testing.T) {
	h := localHost(t)
	bin := filepath.Join(t.TempDir(), "bin")
	for name, script := range map[string]string{
		"dnf": `printf '%s ' "$@" >>"$PATCHOPS_ROOT/calls"; echo >>"$PATCHOPS_ROOT/calls"; case "$*" in *"install acme-agent-2:1.1-3"*) echo 2:1.1-3 >"$PATCHOPS_ROOT/version";; esac`,
		"rpm": `case "$*" in *--eval*) echo -1; exit;; esac; echo "acme-agent $(cat "$PATCHOPS_ROOT/version" 2>/dev/null || echo 0:1.0-1) x86_64"`,
	} {
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(h.Root, "var"), 0o755); err != nil {
		t.Fatal(err)
	}
	local := h.Exec.(*executor.Local)
	local.Path = bin + ":/usr/bin:/bin"
	l := &lite{Local: local, root: h.Root}
	o := result(t, l.dnf(t, dispatch.Install, nil, "acme-agent=2:1.1-3", "precheck", "snapshot", "stage", "install"), dispatch.Succeeded)
	if len(o.Before) != 1 || o.Before[0].Version != "1.0-1" {
		t.Errorf("before %+v found, 1.0-1 wanted", o.Before)
	}
	b, err := os.ReadFile(filepath.Join(h.Root, "calls"))
	common := "--installroot=" + h.Root + " install "
	for _, want := range []string{common + "--downloadonly acme-agent-2:1.1-3 \n", common + "acme-agent-2:1.1-3 \n"} {
		if err != nil || !strings.Contains(string(b), strings.ReplaceAll(want, "--installroot="+h.Root, "--setopt=install_weak_deps=False --installroot="+h.Root)) {
			t.Errorf("calls %q %v found, %q among them wanted", b, err, want)
		}
	}
}
