package executor_test

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// folderTask is a task for the host of localHost.
func folderTask(scripts ...string) dispatch.Task {
	return sshTask(dispatch.Target{Client: "acme", Asset: "h1", Type: "local"}, scripts...)
}

// TestR49FoldersOfOthers: a host's folder that somebody else prepared leads nothing of ours
// out of it, and a journal of somebody else is none.
func TestR49FoldersOfOthers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lock", "boot", "apt.conf", "debs"} {
		h := localHost(t)
		journal, precious := filepath.Join(h.Root, "var/lib/patchops"), filepath.Join(t.TempDir(), "precious")
		if err := os.MkdirAll(journal, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(precious, []byte("of the operator\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(precious, filepath.Join(journal, name)); err != nil {
			t.Fatal(err)
		}
		a := h.Exec.Start(t.Context(), folderTask("touch effects"), nil)
		if b, err := os.ReadFile(precious); err != nil || string(b) != "of the operator\n" {
			t.Errorf("%s: %q %v found outside of the host, what was there wanted", name, b, err)
		}
		if a.State != dispatch.Refused || a.Why != dispatch.Journal {
			t.Errorf("%s: %+v found, a refusal wanted", name, a)
		}
	}
	for _, name := range []string{"opt", "etc", "var/log"} { // which packages write to
		h := localHost(t)
		if err := os.MkdirAll(filepath.Join(h.Root, "var"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(t.TempDir(), filepath.Join(h.Root, name)); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, h.Exec.Start(t.Context(), folderTask("true"), nil), dispatch.NoLocal)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can give a journal to somebody else")
	}
	h := localHost(t)
	journal := filepath.Join(h.Root, "var/lib/patchops")
	if err := os.MkdirAll(filepath.Join(journal, "debs"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(journal, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, h.Exec.Start(t.Context(), folderTask("touch effects"), nil), dispatch.Journal)
}

// TestX1FoldersThatNeverAnswer: a pipe where the journal has a file keeps nobody waiting.
func TestX1FoldersThatNeverAnswer(t *testing.T) {
	t.Parallel()
	h := localHost(t)
	if err := os.MkdirAll(filepath.Join(h.Root, "var/lib/patchops"), 0o700); err != nil {
		t.Fatal(err)
	}
	task := folderTask("true")
	if err := syscall.Mkfifo(filepath.Join(h.Root, "var/lib/patchops", task.Key+".request"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Exec.(*executor.Local).Question = 500 * time.Millisecond
	answers := make(chan dispatch.Answer, 1)
	go func() { answers <- h.Exec.Probe(t.Context(), task) }()
	select {
	case a := <-answers:
		if a.State != dispatch.Unreachable && a.State != dispatch.Absent {
			t.Errorf("%+v found, nothing known of it wanted", a)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("no answer found after 2 minutes")
	}
	if err := os.Remove(filepath.Join(h.Root, "var/lib/patchops", task.Key+".request")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(h.Root, "var/lib/patchops/lock"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if a := h.Exec.Start(ctx, task, nil); a.State != dispatch.Unreachable {
		t.Errorf("%+v found, nothing known of it wanted", a)
	}
}

// TestX4IntentThatWasNotSynced: a disk that does not take the intent has none; that the
// task was begun is not said later either.
func TestX4IntentThatWasNotSynced(t *testing.T) {
	t.Parallel()
	h := localHost(t)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "sync"), []byte("#!/bin/sh\nexit 5\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	local := h.Exec.(*executor.Local)
	broken := &executor.Local{Allow: local.Allow, Wrapper: local.Wrapper, Path: bin + ":/usr/sbin:/usr/bin:/sbin:/bin"}
	task := folderTask("echo once >>effects")
	refusedAs(t, broken.Start(t.Context(), task, nil), dispatch.Journal)
	if a := local.Probe(t.Context(), task); a.State != dispatch.Absent {
		t.Errorf("%+v found, a task that nobody began wanted", a)
	}
	finished(t, local.Start(t.Context(), task, nil))
}

// TestX4IntentThatTookTooLong: a disk that stands still until the task is too late begins
// nothing: by then the controller believes a probe that says absent.
func TestX4IntentThatTookTooLong(t *testing.T) {
	t.Parallel()
	h := localHost(t)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "sync"), []byte("#!/bin/sh\n/bin/sleep 4\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	local := h.Exec.(*executor.Local)
	slow := &executor.Local{Allow: local.Allow, Wrapper: local.Wrapper, Path: bin + ":/usr/sbin:/usr/bin:/sbin:/bin"}
	task := folderTask("echo once >>effects")
	task.NotAfter = time.Now().Unix() + 2
	refusedAs(t, slow.Start(t.Context(), task, nil), dispatch.TooLate)
	if _, err := os.Stat(filepath.Join(h.Root, "effects")); err == nil {
		t.Error("an effect found, none wanted")
	}
	if a := local.Probe(t.Context(), task); a.State != dispatch.Absent {
		t.Errorf("%+v found, a task that nobody began wanted", a)
	}
}

// TestX4SnapshotThatIsNotWritten: what was there before is in the journal, or nothing is
// installed.
func TestX4SnapshotThatIsNotWritten(t *testing.T) {
	t.Parallel()
	l := smallLite(t)
	task := l.task(dispatch.Install, []string{"acme-agent=1.1"}, "snapshot", "stage", "install")
	task.Steps = append([]dispatch.Step{{
		Name: "drain", Timeout: 30, Run: []string{"sh", "-c", `cat /dev/zero >"$PATCHOPS_ROOT/fill" || :`},
	}}, task.Steps...)
	if o := result(t, l.Start(t.Context(), task, nil), dispatch.Failed); o.Step != "snapshot" {
		t.Errorf("%+v found, a failed snapshot wanted", o)
	}
	l.wants(t, "acme-agent", "1.0", "ii")
}

// TestFollowersEndWithTheirConnection: connections that break again and again leave no
// process behind on the host.
func TestFollowersEndWithTheirConnection(t *testing.T) {
	t.Parallel()
	h := localHost(t)
	task := folderTask("touch effects; until [ -e go ]; do sleep 0.2; done")
	answers := make(chan dispatch.Answer, 1)
	go func() { answers <- h.Exec.Start(t.Context(), task, nil) }()
	until(t, "a task at work", func() bool { return exists(filepath.Join(h.Root, "effects")) })
	request, err := executor.Request(task)
	if err != nil {
		t.Fatal(err)
	}
	wrapper := filepath.Join(t.TempDir(), "wrapper")
	if err := os.WriteFile(wrapper, []byte(executor.Wrapper), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", wrapper, executor.VerbFollow, h.Root)
	cmd.Stdin, cmd.SysProcAttr = bytes.NewReader(request), &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "highest ") {
	}
	_ = out.Close() // it waits for the end now
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		t.Error("a follower found 2 minutes after its connection, none wanted")
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	}
	if err := os.WriteFile(filepath.Join(h.Root, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if a := <-answers; a.State != dispatch.Finished || strings.Contains(a.Outcome.Result, "failed") {
		t.Errorf("%+v found, a task that went on wanted", a)
	}
}

// TestFoldersOfKilledRunsAreSwept: what a killed run of Ansible left goes with the next run, and
// what another process still uses stays.
func TestFoldersOfKilledRunsAreSwept(t *testing.T) {
	folder, err := os.MkdirTemp("", "sweep") //nolint:usetesting // short: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	for _, name := range []string{"po-dead", "po-live", "po-new", "other"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if name == "po-new" {
			continue
		}
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, name, "agent"), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		if name == "po-live" {
			t.Cleanup(func() { _ = l.Close() })
		} else if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	executor.Sweep(folder)
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) != 3 || strings.Contains(strings.Join(left, " "), "dead") {
		t.Errorf("%q %v found, all but that of the killed run wanted", left, err)
	}
}
