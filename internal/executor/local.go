package executor

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

// Local reaches hosts that are root folders below a folder of this machine.
type Local struct {
	// Allow is the folder of run --allow-local: the host is Allow/CLIENT/ASSET. "" refuses all.
	Allow string
	// Wrapper is where the wrapper is kept, outside of every host.
	Wrapper string
	// Path is where commands are found; "" the usual places.
	Path string
	Sink Sink
	// Secrets are taken out of outputs.
	Secrets *Redactor
	// Question bounds a probe or a stop; 0 a minute.
	Question time.Duration

	once sync.Once
	file string
	err  error
}

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Start implements Executor.
func (l *Local) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	return l.ask(ctx, t, "start", VerbBegin, at)
}

// Probe implements Executor.
func (l *Local) Probe(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return l.ask(ctx, t, "probe", VerbProbe, nil)
}

// Stop implements Executor.
func (l *Local) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return l.ask(ctx, t, "stop", VerbStop, nil)
}

// Close implements Executor.
func (l *Local) Close() error { return nil }

func (l *Local) ask(ctx context.Context, t dispatch.Task, asked, verb string, at func(string)) dispatch.Answer {
	refuse := func(why string, text error) dispatch.Answer {
		return dispatch.Answer{Key: t.Key, Asked: asked, State: dispatch.Refused, Why: why, Text: Escape(text.Error())}
	}
	root, err := l.root(t)
	if err != nil {
		return refuse(dispatch.NoLocal, err)
	}
	request, err := Request(t)
	if err != nil {
		return refuse(dispatch.Malformed, err)
	}
	wrapper, err := l.wrapper()
	if err != nil {
		return refuse(dispatch.Journal, err)
	}
	bound := cmp.Or(l.Question, questionTime)
	if verb == VerbBegin {
		bound = patience(t)
	}
	ctx, cancel := context.WithTimeout(ctx, bound) // whatever lies in the host's folder
	defer cancel()
	cmd := l.command(ctx, wrapper, verb, root)
	cmd.Stdin = bytes.NewReader(request)
	a, printed, err := converse(cmd, t, asked, at)
	if err != nil {
		return dispatch.Answer{Key: t.Key, Asked: asked, State: dispatch.Unreachable, Text: Escape(l.Secrets.String(err.Error()))}
	}
	return Keep(a, printed, l.Sink, l.Secrets)
}

// Keep puts what was printed into the answer's outcome and into the state folder, and takes
// secrets out of every word of the answer.
func Keep(a dispatch.Answer, p Printed, s Sink, secrets *Redactor) dispatch.Answer {
	a.Text = secrets.short(a.Text, maxWords, keptWords)
	o := a.Outcome
	if o == nil {
		return a
	}
	out, err := s.Keep(a.Key, p, secrets)
	if err != nil {
		a.Text = strings.TrimSpace(a.Text + " " + Escape(err.Error()))
	}
	o.Output, o.Why, o.BootID = out, secrets.short(o.Why, maxWords, keptWords), secrets.String(o.BootID)
	for i := range o.Facts {
		f := &o.Facts[i]
		f.Name, f.Subject = secrets.String(f.Name), secrets.String(f.Subject)
		f.Value, f.State = secrets.String(f.Value), secrets.String(f.State)
	}
	o.Step = secrets.String(o.Step)
	for i := range o.Before {
		p := &o.Before[i]
		p.Name, p.Version = secrets.String(p.Name), secrets.String(p.Version)
	}
	return a
}

func (l *Local) command(ctx context.Context, wrapper, verb, root string) *exec.Cmd {
	path := cmp.Or(l.Path, usualPath)
	cmd := exec.CommandContext(ctx, shell(path), wrapper, verb, root)
	cmd.Env = []string{"PATH=" + path, "HOME=" + root, "LC_ALL=C"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                                // an interrupt at the terminal is ours
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // the connection, not the task
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// shell is the sh of a search path.
func shell(path string) string {
	for dir := range strings.SplitSeq(path, ":") {
		if info, err := os.Stat(filepath.Join(dir, "sh")); err == nil && info.Mode().IsRegular() {
			return filepath.Join(dir, "sh")
		}
	}
	return "/bin/sh"
}

// converse runs the wrapper and reads its answer as it comes.
func converse(cmd *exec.Cmd, t dispatch.Task, asked string, at func(string)) (dispatch.Answer, Printed, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return dispatch.Answer{}, Printed{}, fmt.Errorf("the wrapper was not run: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return dispatch.Answer{}, Printed{}, fmt.Errorf("the wrapper was not run: %w", err)
	}
	a, printed, err := ReadAnswer(out, t, asked, at)
	_, _ = io.Copy(io.Discard, out)
	if waited := cmd.Wait(); err != nil && waited != nil {
		err = fmt.Errorf("%w: %w", err, waited)
	}
	return a, printed, err
}

// wrapper puts the wrapper where it is kept, once.
func (l *Local) wrapper() (string, error) {
	l.once.Do(func() {
		l.file = filepath.Join(l.Wrapper, WrapperSum)
		if b, err := os.ReadFile(l.file); err == nil && string(b) == Wrapper {
			return
		}
		if l.err = os.MkdirAll(l.Wrapper, 0o700); l.err != nil {
			return
		}
		temp := l.file + ".new"
		if l.err = os.WriteFile(temp, []byte(Wrapper), 0o600); l.err == nil {
			l.err = os.Rename(temp, l.file)
		}
	})
	return l.file, l.err
}

// root is the folder of a task's host. Neither it nor what the wrapper, dpkg and apt write below
// it may lead out of it.
func (l *Local) root(t dispatch.Task) (string, error) {
	if l.Allow == "" {
		return "", fmt.Errorf("a local host found, none is allowed: give run --allow-local DIR")
	}
	allow, err := filepath.Abs(l.Allow)
	if err == nil {
		allow, err = filepath.EvalSymlinks(allow)
	}
	if err != nil {
		return "", err
	}
	client, asset := t.Target.Client, t.Target.Asset
	for _, name := range []string{client, asset} {
		if name == "" || name != filepath.Base(name) || name == "." || name == ".." || strings.ContainsAny(name, "\x00\n") {
			return "", fmt.Errorf("name %.80q found, one that is a folder's wanted", name)
		}
	}
	root := filepath.Join(allow, client, asset)
	if strings.ContainsAny(root, "\"\\\n") {
		return "", fmt.Errorf("folder %q found, one without quotes, backslashes and line feeds wanted", root)
	}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", fmt.Errorf("the host's folder: %w", err)
	}
	if real != root {
		return "", fmt.Errorf("folder %s found to be a symlink to %s, a folder wanted", root, real)
	}
	return root, inside(root)
}

// written are the folders below a root that are written to on behalf of a task.
var written = strings.Fields("var/lib/patchops var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/status " +
	"var/lib/apt/lists var/cache/apt/archives var/log/apt var/lib/rpm var/lib/dnf var/cache/dnf etc/apt etc/apt/apt.conf.d " +
	"etc/dnf run usr/share usr/bin usr/lib bin lib boot etc home lib64 opt root sbin srv usr usr/local usr/sbin var/cache var/log")

func inside(root string) error {
	r, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("the host's folder: %w", err)
	}
	defer func() { _ = r.Close() }()
	for _, name := range written {
		if _, err := r.Stat(name); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("%s of the host's folder leads out of it or cannot be read: %w", name, err)
		}
	}
	return nil
}
