package executor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

// lite is one lite host acme/h1 with acme-agent 1.0, and a repository with more.
type lite struct {
	*executor.Local
	repo *estate.Repository
	root string
}

func newLite(t *testing.T, more ...estate.Deb) *lite {
	t.Helper()
	if err := estate.HaveDpkg(); err != nil {
		t.Skip("lite hosts need dpkg: ", err)
	}
	dir, old := t.TempDir(), estate.Good("acme-agent", "1.0")
	all := append([]estate.Deb{old, estate.Good("acme-agent", "1.1"), estate.Broken("acme-agent", "1.2")}, more...)
	repo, err := estate.NewRepository(t.Context(), filepath.Join(t.TempDir(), "repo"), all...)
	if err == nil {
		err = estate.Lite(t.Context(), dir, []string{"acme/h1"}, repo, old)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &lite{&executor.Local{Allow: dir, Wrapper: filepath.Join(t.TempDir(), "wrapper")}, repo, filepath.Join(dir, "acme/h1")}
}

var serial atomic.Int64

// task is of built-in steps for packages "name=version".
func (l *lite) task(segment dispatch.Segment, packages []string, steps ...string) dispatch.Task {
	now := time.Now().Unix()
	t := dispatch.Task{
		Key: fmt.Sprintf("sha256:lite-%d", serial.Add(1)), Fence: 1, Now: now, NotAfter: now + 300, Segment: segment,
		Target: dispatch.Target{Client: "acme", Asset: "h1"},
	}
	for _, p := range packages {
		name, version, _ := strings.Cut(p, "=")
		t.Packages = append(t.Packages, dispatch.Package{Name: name, Version: version})
	}
	for _, s := range steps {
		t.Steps = append(t.Steps, dispatch.Step{Name: s, Builtin: "apt/" + s, Timeout: 120, Point: s == "install"})
	}
	return t
}

func (l *lite) install(t *testing.T, packages ...string) dispatch.Answer {
	t.Helper()
	return l.Start(t.Context(), l.task(dispatch.Install, packages, "precheck", "snapshot", "stage", "install"), nil)
}

func (l *lite) verify(t *testing.T, packages ...string) dispatch.Answer {
	t.Helper()
	return l.Start(t.Context(), l.task(dispatch.Verify, packages, "postcheck", "cleanup"), nil)
}

func (l *lite) rollback(t *testing.T, before []dispatch.Package) dispatch.Answer {
	t.Helper()
	task := l.task(dispatch.Rollback, nil, "rollback")
	task.Undo = before
	return l.Start(t.Context(), task, nil)
}

// wants compares with what the host itself says, and with what was reported of it.
func (l *lite) wants(t *testing.T, name, version, state string) {
	t.Helper()
	v, s, err := estate.State(t.Context(), l.root, name)
	if err != nil || v != version || s != state {
		t.Errorf("%s %q %q %v found on the host, %q %q wanted", name, v, s, err, version, state)
	}
}

func result(t *testing.T, a dispatch.Answer, want string) *dispatch.Outcome {
	t.Helper()
	if a.Outcome == nil || a.State != dispatch.Finished || a.Outcome.Result != want {
		t.Fatalf("%+v, outcome %+v found, %s wanted", a, a.Outcome, want)
	}
	return a.Outcome
}

func fact(o *dispatch.Outcome, name, subject string) dispatch.Fact {
	i := slices.IndexFunc(o.Facts, func(f dispatch.Fact) bool { return f.Name == name && f.Subject == subject })
	if i < 0 {
		return dispatch.Fact{}
	}
	return o.Facts[i]
}

func TestLiteGoodUpdate(t *testing.T) {
	l := newLite(t, estate.Good("acme-new", "2:3.0~rc1-1"))
	if err := os.WriteFile(filepath.Join(l.root, "etc/acme-agent.conf"), []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	packages := []string{"acme-agent=1.1", "acme-new=2:3.0~rc1-1"}
	o := result(t, l.install(t, packages...), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.1", "ii")
	l.wants(t, "acme-new", "2:3.0~rc1-1", "ii")
	want := []dispatch.Package{{Name: "acme-agent", Version: "1.0"}, {Name: "acme-new"}}
	if !slices.Equal(o.Before, want) {
		t.Errorf("before %+v found, %+v wanted", o.Before, want)
	}
	if f := fact(o, "package", "acme-agent"); f.Value != "1.1" || f.State != "ii" {
		t.Errorf("fact %+v found, 1.1 ii wanted", f)
	}
	if b, err := os.ReadFile(filepath.Join(l.root, "etc/acme-agent.conf")); err != nil || string(b) != "mine\n" {
		t.Errorf("configuration %q %v found, the host's own wanted", b, err)
	}
	v := result(t, l.verify(t, packages...), dispatch.Succeeded)
	if left, _ := filepath.Glob(filepath.Join(l.root, "var/cache/apt/archives/*.deb")); len(left) > 0 {
		t.Errorf("%q left behind by the cleanup", left)
	}
	if fact(v, "disk-free", "").Value == "" {
		t.Errorf("facts %+v found, free space wanted", v.Facts)
	}
	// What is there already is no work, and no harm.
	again := result(t, l.install(t, packages...), dispatch.Succeeded)
	if fact(again, "already", "").Value != "yes" {
		t.Errorf("facts %+v found, already wanted", again.Facts)
	}
	if n, err := estate.Installs(l.root, "acme-agent", "1.1"); n != 1 || err != nil {
		t.Errorf("%d installations %v found, 1 wanted", n, err)
	}
	// Purged is what was absent.
	result(t, l.rollback(t, o.Before), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.0", "ii")
	l.wants(t, "acme-new", "", "")
}

func TestLiteBrokenIsFoundAndRolledBack(t *testing.T) {
	l := newLite(t)
	o := result(t, l.install(t, "acme-agent=1.2"), dispatch.Failed)
	l.wants(t, "acme-agent", "1.2", "iF")
	if f := fact(o, "package", "acme-agent"); o.Step != "install" || o.Exit != 100 || f.State != "iF" || f.Value != "1.2" {
		t.Errorf("%+v found, a failed install with 1.2 in iF wanted", o)
	}
	if !strings.Contains(o.Why, "iF") || !strings.Contains(o.Output.Text, "the service does not start") {
		t.Errorf("why %q, output %q found, the state and the script's words wanted", o.Why, o.Output.Text)
	}
	failed := result(t, l.verify(t, "acme-agent=1.2"), dispatch.Failed) // the version alone would do
	if failed.Step != "postcheck" {
		t.Errorf("%+v found, a failed postcheck wanted", failed)
	}
	result(t, l.rollback(t, o.Before), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.0", "ii")
	result(t, l.verify(t, "acme-agent=1.0"), dispatch.Succeeded)
}

// TestLiteHalfConfigured: somebody left the host broken before we came.
func TestLiteHalfConfigured(t *testing.T) {
	l := newLite(t)
	result(t, l.install(t, "acme-agent=1.2"), dispatch.Failed)
	o := result(t, l.install(t, "acme-agent=1.1"), dispatch.Failed) // a downgrade that nobody asked for
	if o.Step != "stage" {
		t.Errorf("%+v found, a failure before the point of no return wanted", o)
	}
	task := l.task(dispatch.Install, []string{"acme-agent=1.1"}, "precheck", "snapshot", "stage", "install")
	for i := range task.Steps {
		task.Steps[i].Env = map[string]string{"PATCHOPS_DOWNGRADE": "yes"}
	}
	result(t, l.Start(t.Context(), task, nil), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.1", "ii")
}

// TestLiteUnknownVersion: lists are read anew before a version counts as unknown, and then
// nothing is installed.
func TestLiteUnknownVersion(t *testing.T) {
	l := newLite(t)
	o := result(t, l.install(t, "acme-agent=9.9"), dispatch.Failed)
	if o.Step != "stage" || o.Exit != 100 {
		t.Errorf("%+v found, a failed stage wanted", o)
	}
	l.wants(t, "acme-agent", "1.0", "ii")
	if err := l.repo.Add(t.Context(), estate.Good("acme-agent", "9.9")); err != nil {
		t.Fatal(err)
	}
	result(t, l.install(t, "acme-agent=9.9"), dispatch.Succeeded)
	l.wants(t, "acme-agent", "9.9", "ii")
}

// TestLiteRollbackWithoutTheMirror: mirrors drop superseded versions; the host kept the one that
// was installed last. Where it did not, the rollback says so.
func TestLiteRollbackWithoutTheMirror(t *testing.T) {
	l := newLite(t)
	result(t, l.install(t, "acme-agent=1.1"), dispatch.Succeeded)
	result(t, l.verify(t, "acme-agent=1.1"), dispatch.Succeeded)
	o := result(t, l.install(t, "acme-agent=1.2"), dispatch.Failed)
	for _, gone := range []string{"1.0", "1.1"} {
		if err := l.repo.Remove("acme-agent", gone); err != nil {
			t.Fatal(err)
		}
	}
	result(t, l.rollback(t, o.Before), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.1", "ii")
	failed := result(t, l.rollback(t, []dispatch.Package{{Name: "acme-agent", Version: "1.0"}}), dispatch.Failed)
	if !strings.Contains(failed.Why, "neither in a repository nor kept") {
		t.Errorf("why %q found, that 1.0 is gone wanted", failed.Why)
	}
	l.wants(t, "acme-agent", "1.1", "ii")
}

// TestLiteKilledMidInstall: kill -9 of everything while a post-install script runs.
func TestLiteKilledMidInstall(t *testing.T) {
	slow := estate.Good("acme-agent", "1.3")
	slow.Postinst = "touch \"$DPKG_ROOT/var/halfway\"\nwhile [ -e \"$DPKG_ROOT/var/halfway\" ]; do sleep 0.05; done"
	l := newLite(t, slow)
	task := l.task(dispatch.Install, []string{"acme-agent=1.3"}, "precheck", "snapshot", "stage", "install")
	done := make(chan dispatch.Answer, 1)
	go func() { done <- l.Start(t.Context(), task, nil) }()
	halfway := filepath.Join(l.root, "var/halfway")
	until(t, "a script that is halfway", func() bool { return exists(halfway) })
	killTask(t, task.Key)
	if a := <-done; a.State != dispatch.Interrupted {
		t.Fatalf("%+v found, interrupted wanted", a)
	}
	a := l.Probe(t.Context(), task)
	if a.State != dispatch.Interrupted || a.At != "install" || a.Outcome == nil || len(a.Outcome.Before) != 1 {
		t.Fatalf("%+v found, interrupted at install, and what was there before, wanted", a)
	}
	l.wants(t, "acme-agent", "1.3", "iF")
	if err := os.Remove(halfway); err != nil {
		t.Fatal(err)
	}
	if o := result(t, l.rollback(t, nil), dispatch.Failed); !strings.Contains(o.Why, "nothing is known") {
		t.Errorf("%+v found, a rollback to nothing that says so wanted", o)
	}
	result(t, l.rollback(t, a.Outcome.Before), dispatch.Succeeded)
	l.wants(t, "acme-agent", "1.0", "ii")
}

// killTask ends the wrapper and all that it started, the wrapper first.
func killTask(t *testing.T, key string) {
	t.Helper()
	for _, mark := range []string{"\x00" + key + "\x00", "PATCHOPS_KEY=" + key + "\x00"} {
		entries, err := filepath.Glob("/proc/[0-9]*")
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range entries {
			file := "cmdline"
			if strings.HasPrefix(mark, "P") {
				file = "environ"
			}
			b, _ := os.ReadFile(filepath.Join(dir, file))
			var pid int
			if _, err := fmt.Sscanf(filepath.Base(dir), "%d", &pid); err == nil && strings.Contains(string(b), mark) && pid != os.Getpid() {
				if p, err := os.FindProcess(pid); err == nil {
					_ = p.Kill()
				}
			}
		}
	}
}

// TestLiteLocked: another dpkg is at it.
func TestLiteLocked(t *testing.T) {
	l := newLite(t)
	unlock := lockDpkg(t, l.root)
	task := l.task(dispatch.Install, []string{"acme-agent=1.1"}, "precheck", "install")
	task.Steps[0].Env = map[string]string{"PATCHOPS_LOCK_WAIT": "1"}
	o := result(t, l.Start(t.Context(), task, nil), dispatch.Failed)
	if o.Step != "precheck" || o.Exit != 11 || !strings.Contains(o.Why, "locked") {
		t.Errorf("%+v found, a failed precheck by the lock wanted", o)
	}
	unlock()
	result(t, l.install(t, "acme-agent=1.1"), dispatch.Succeeded)
}

func TestLiteReboot(t *testing.T) {
	l := newLite(t)
	flag := filepath.Join(l.root, "run/reboot-required")
	if err := os.WriteFile(flag, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	o := result(t, l.install(t, "acme-agent=1.1"), dispatch.Succeeded)
	if !o.Reboot || fact(o, "reboot-required", "").Value != "yes" {
		t.Errorf("%+v found, a reboot to come wanted", o)
	}
	back := result(t, l.Start(t.Context(), l.task(dispatch.Reboot, nil, "reboot"), nil), dispatch.Succeeded)
	if back.BootID == o.BootID || back.BootID == "" {
		t.Errorf("boot %q after %q found, another one wanted", back.BootID, o.BootID)
	}
	if v := result(t, l.verify(t, "acme-agent=1.1"), dispatch.Succeeded); v.Reboot || v.BootID != back.BootID {
		t.Errorf("%+v found, no reboot to come under %s wanted", v, back.BootID)
	}
}
