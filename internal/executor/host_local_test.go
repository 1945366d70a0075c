package executor_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// localTask writes a mark.
func localTask(client, asset string) dispatch.Task {
	now := time.Now().Unix()
	return dispatch.Task{
		Key: "sha256:local-" + time.Now().Format("150405.000000000"), Fence: 1, Now: now, NotAfter: now + 300,
		Target: dispatch.Target{Client: client, Asset: asset},
		Steps:  []dispatch.Step{{Name: "install", Timeout: 60, Run: []string{"touch", "mark"}}},
	}
}

// TestR48LocalOnlyWhereAllowed: without a folder, outside of it, through a symlink: refused.
func TestR48LocalOnlyWhereAllowed(t *testing.T) {
	base := t.TempDir()
	allow, outside := filepath.Join(base, "allow"), filepath.Join(base, "outside")
	for _, dir := range []string{"allow/acme/h1", "allow/acme/escapes/var", "allow/acme/dpkg/var/lib", "allow/acme/deep/etc", "outside/h2/var/lib/dpkg"} {
		if err := os.MkdirAll(filepath.Join(base, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{
		"allow/linked": outside, "allow/acme/h2": filepath.Join(outside, "h2"), "allow/acme/escapes/var/lib": filepath.Join(outside, "h2/var/lib"),
		"allow/acme/dpkg/var/lib/dpkg": "/var/lib/dpkg", "allow/acme/deep/etc/apt": "../../../../outside",
	} {
		if err := os.Symlink(to, filepath.Join(base, from)); err != nil {
			t.Fatal(err)
		}
	}
	wrapper := filepath.Join(t.TempDir(), "wrapper")
	l := &executor.Local{Allow: allow, Wrapper: wrapper}
	for _, at := range [][2]string{
		{"acme", "h2"},
		{"linked", "h2"},
		{"acme", "../acme/h1"},
		{"..", "outside"},
		{"acme", ".."},
		{"acme", "."},
		{"", "h1"},
		{"acme", ""},
		{"acme", "none"},
		{"acme", "h1/var"},
		{"acme", "a\nb"},
		{"acme", "escapes"},
		{"acme", "dpkg"},
		{"acme", "deep"},
	} {
		if a := l.Start(t.Context(), localTask(at[0], at[1]), nil); a.State != dispatch.Refused || a.Why != dispatch.NoLocal {
			t.Errorf("%q: %+v found, refused NOT_ALLOWED wanted", at, a)
		}
	}
	none := &executor.Local{Wrapper: wrapper}
	if a := none.Start(t.Context(), localTask("acme", "h1"), nil); a.Why != dispatch.NoLocal || !strings.Contains(a.Text, "--allow-local") {
		t.Errorf("%+v found, a refusal with a hint wanted", a)
	}
	if a := l.Start(t.Context(), localTask("acme", "h1"), nil); a.State != dispatch.Finished {
		t.Errorf("%+v found, an outcome wanted", a)
	}
	marks, _ := filepath.Glob(filepath.Join(base, "*/*/mark"))
	deeper, _ := filepath.Glob(filepath.Join(base, "*/*/*/mark"))
	if len(marks) != 0 || len(deeper) != 1 {
		t.Errorf("%q %q written, only that of h1 wanted", marks, deeper)
	}
}

// TestR47RandomBytes: 500 arguments of random bytes arrive as they are.
func TestR47RandomBytes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	args := make([]string, 500)
	for i := range args {
		b := make([]byte, random.IntN(60))
		for j := range b {
			if b[j] = byte(1 + random.IntN(255)); random.IntN(3) == 0 {
				b[j] = "\\\n '\"$`0139ac%"[random.IntN(14)]
			}
		}
		args[i] = string(b)
	}
	h := localHost(t)
	task := localTask("acme", "h1")
	task.Steps[0].Run = append([]string{"sh", "-c", `printf '%s\0' "$@" >args`, "sh"}, args...)
	if a := h.Exec.Start(t.Context(), task, nil); a.Outcome == nil || a.Outcome.Result != dispatch.Succeeded {
		t.Fatalf("%+v found, success wanted", a)
	}
	b, err := os.ReadFile(filepath.Join(h.Root, "args"))
	if want := strings.Join(args, "\x00") + "\x00"; err != nil || string(b) != want {
		t.Errorf("seed %d: other arguments found (%v), the same wanted", seed, err)
	}
}

// TestR54EnvironmentOfSteps: a step sees an allow-listed environment.
func TestR54EnvironmentOfSteps(t *testing.T) {
	t.Setenv("PATCHOPS_TEST_TOKEN", "canary")
	t.Setenv("LD_LIBRARY_PATH", "canary")
	h := localHost(t)
	task := localTask("acme", "h1")
	task.Steps[0].Run = []string{"sh", "-c", "env | cut -d= -f1 | sort | tr '\\n' ' ' >env"}
	if a := h.Exec.Start(t.Context(), task, nil); a.Outcome == nil || a.Outcome.Result != dispatch.Succeeded {
		t.Fatalf("%+v found, success wanted", a)
	}
	b, err := os.ReadFile(filepath.Join(h.Root, "env"))
	if want := "HOME LC_ALL PATCHOPS_KEY PATCHOPS_ROOT PATCHOPS_STEP PATH PWD "; err != nil || strings.Replace(string(b), "OLDPWD ", "", 1) != want {
		t.Errorf("variables %q %v found, %q wanted", b, err, want)
	}
}

// TestLocalUnderBash: a host whose sh is bash does the same.
func TestLocalUnderBash(t *testing.T) {
	h := localHost(t)
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/bin/bash", filepath.Join(bin, "sh")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/bin/bash"); err != nil {
		t.Skip("no bash here")
	}
	l := h.Exec.(*executor.Local)
	l.Path = bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	task := localTask("acme", "h1")
	odd := "a\nb\\ $(x) \xff"
	task.Steps = []dispatch.Step{
		{Name: "stage", Timeout: 60, Env: map[string]string{"V": odd}, Run: []string{"sh", "-c", `[ -n "$BASH_VERSION" ] && printf '%s|%s' "$1" "$V" >got`, "sh", odd}},
		{Name: "install", Timeout: 60, Run: []string{"sh", "-c", "exit 3"}, Reboot: []int{3}, Point: true},
	}
	a := l.Start(t.Context(), task, nil)
	if a.Outcome == nil || a.Outcome.Result != dispatch.Succeeded || !a.Outcome.Reboot {
		t.Fatalf("%+v, outcome %+v found, success with a reboot wanted", a, a.Outcome)
	}
	if b, err := os.ReadFile(filepath.Join(h.Root, "got")); err != nil || string(b) != odd+"|"+odd {
		t.Errorf("%q %v found, %q wanted", b, err, odd+"|"+odd)
	}
	if again := l.Start(t.Context(), task, nil); again.Why != dispatch.KnownKey {
		t.Errorf("%+v found, KEY wanted", again)
	}
}
