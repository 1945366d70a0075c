package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// life is the demo's second half: a change from a branch to the log. Each of its
// people has a home, a key and a clone of their own; all of it lies in one hidden
// folder of the demo's, and they meet only in a bare repository there.
type life struct {
	*demo
	ctx  context.Context
	home string // the folder of all that is beside the repository
	n    int    // of the next step
}

// The people of the second half: who proposes, who approve, and the controller.
const (
	demoAuthor     = "jonas"
	demoApprover   = "ethan"
	demoReviewer   = "priya"
	demoController = "mira"
)

// lifeOf shows the second half, or says what it lacks to.
func (d *demo) life(ctx context.Context, n int) error {
	for _, program := range []string{"git", "ssh-keygen"} {
		if _, err := exec.LookPath(program); err != nil {
			d.say("%d. Approvals and merges need %s, which is not installed: that part is left out.", n, program)
			return nil
		}
	}
	l := life{demo: d, ctx: ctx, home: filepath.Join(d.dir, ".demo"), n: n}
	for _, step := range []func() error{l.prepare, l.propose, l.refused, l.approve, l.merge, l.audit, l.tamper} {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", l.n, err)
		}
		l.n++
	}
	return nil
}

func (l *life) step(format string, args ...any) { l.say("%d. "+format, append([]any{l.n}, args...)...) }

// prepare gives everybody a key, commits the repository, and pins its root.
func (l *life) prepare() error {
	l.step("Now a change, from a branch to the log. Everybody has an SSH key and a clone; they share one bare repository.")
	// The example proposes on GitHub; here plain Git is all there is.
	if err := l.edit(slip{"patchops.yaml", "forge: {type: github, repository: nordwind/patches}", "forge: {type: git}"}, map[string][]byte{}); err != nil {
		return err
	}
	file := filepath.Join(l.dir, "rules/people.yaml")
	people, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, name := range []string{demoAuthor, demoApprover, demoReviewer, demoController} {
		key, err := l.key(name)
		if err != nil {
			return err
		}
		people = regexp.MustCompile(`(name: `+name+`\n(?:.*\n)*?    - )ssh-ed25519 .*`).ReplaceAll(people, []byte("${1}"+key))
	}
	if err := os.WriteFile(file, people, 0o644); err != nil {
		return err
	}
	setup := "git init -q -b main . && echo .demo/ >>.git/info/exclude && git init -q --bare -b main .demo/remote.git && git add -A && " +
		"git commit -q -m 'All documents' && git remote add origin \"$PWD/.demo/remote.git\" && git push -q -u origin main"
	if err := l.quiet(demoAuthor, l.dir, "sh", "-c", setup); err != nil {
		return err
	}
	for _, name := range []string{demoApprover, demoReviewer, demoController} {
		if err := l.quiet(name, l.home, "git", "clone", "-q", "remote.git", name+"/plans"); err != nil {
			return err
		}
	}
	return l.patchops(demoController, exitDone, 0, "trust", "init")
}

// key draws a key, says in Git's configuration to sign with it, and returns its
// public half.
func (l *life) key(name string) (string, error) {
	home := l.folder(name)
	if err := os.MkdirAll(filepath.Join(home, ".ssh"), 0o700); err != nil {
		return "", err
	}
	file := filepath.Join(home, ".ssh/id_ed25519")
	if err := l.quiet(name, home, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file); err != nil {
		return "", err
	}
	config := fmt.Sprintf("[user]\n\tname = %s\n\temail = %s@nordwind.example\n\tsigningkey = %s.pub\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgsign = true\n",
		name, name, file)
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o600); err != nil {
		return "", err
	}
	public, err := os.ReadFile(file + ".pub")
	return strings.TrimSpace(string(public)), err
}

const (
	lifeBranch = "longer-soak"
	lifeFile   = "plans/klinikum/windows-servers.yaml"
)

func (l *life) propose() error {
	l.step("%s wants two days of soak after the canary of the hospital's Windows servers, not one, and pushes a signed commit to a branch.", demoAuthor)
	file := filepath.Join(l.dir, filepath.FromSlash(lifeFile))
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, bytes.Replace(b, []byte("soak: P1D"), []byte("soak: P2D"), 1), 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"git", "checkout", "-q", "-b", lifeBranch},
		{"git", "commit", "-q", "-a", "-m", "windows-servers: two days of soak"},
		{"git", "push", "-q", "origin", lifeBranch},
	} {
		l.command(demoAuthor, args...)
		if err := l.quiet(demoAuthor, l.dir, args...); err != nil {
			return err
		}
	}
	fmt.Fprintln(l.env.Stdout)
	return nil
}

func (l *life) refused() error {
	l.step("May it be merged? Not yet: whom it needs follows from what it would do to which machines.")
	return l.patchops(demoController, exitFindings, 24, "merge", lifeBranch)
}

// approve signs by two people what they see: the effect of the branch.
func (l *life) approve() error {
	l.step("%s and %s look at its effect in their own clones, and sign that, not the branch's name.", demoApprover, demoReviewer)
	for _, name := range []string{demoApprover, demoReviewer} {
		out, _ := l.run(name, "status", lifeBranch, "--format", "json")
		var status struct{ EffectDigest string }
		if err := json.Unmarshal(out, &status); err != nil {
			return fmt.Errorf("status as JSON: %w", err)
		}
		most := 12
		if name == demoReviewer {
			most = 2
		}
		if err := l.patchops(name, exitDone, most, "approve", lifeBranch, "--effect", status.EffectDigest); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) merge() error {
	l.step("The controller judges it once more on what main is now, merges, and records who approved what.")
	return l.patchops(demoController, exitDone, 20, "run", "--once")
}

func (l *life) audit() error {
	l.step("The log lies in Git, one branch for each client and year. Anybody can read it, and verify it offline.")
	branch := fmt.Sprintf("origin/patchops/log/klinikum/%d", l.env.Now().UTC().Year())
	args := []string{"git", "log", "--format=%h %s", branch}
	l.command(demoController, args...)
	out, err := l.output(demoController, l.clone(demoController), args...)
	if err != nil {
		return err
	}
	fmt.Fprintln(l.env.Stdout, strings.TrimSpace(string(out)))
	return l.patchops(demoController, exitDone, 12, "log", "verify")
}

// tamper changes one character of a record in a copy, and commits it as somebody
// with all rights to the repository could.
func (l *life) tamper() error {
	l.step("Somebody rewrites history in a copy of the log: one character of who approved.")
	branch := fmt.Sprintf("patchops/log/klinikum/%d", l.env.Now().UTC().Year())
	forge := "git clone -q --mirror remote.git copy.git && git clone -q -b " + branch + " copy.git forged && cd forged && " +
		"sed -i 's/" + demoApprover + "/" + "erwin" + "/' seg/*.jsonl && git commit -q -a --amend --no-edit && git push -q -f origin " + branch
	if err := l.quiet(demoController, l.home, "sh", "-c", forge); err != nil {
		return err
	}
	return l.patchops(demoController, exitIntegrity, 12, "log", "verify", filepath.Join(l.home, "copy.git"))
}

// folder is a person's home, clone their clone.
func (l *life) folder(name string) string { return filepath.Join(l.home, name) }

func (l *life) clone(name string) string {
	if name == demoAuthor {
		return l.dir
	}
	return filepath.Join(l.folder(name), "plans")
}

// command shows a command as somebody types it.
func (l *life) command(name string, args ...string) {
	for i, a := range args {
		if strings.ContainsAny(a, " %") {
			args = slices.Clone(args)
			args[i] = "'" + a + "'"
		}
	}
	l.say("   %s$ %s", name, strings.Join(args, " "))
}

// patchops runs ourselves as somebody, wants an exit status, and shows the first
// lines of what is printed; most 0 shows all.
func (l *life) patchops(name string, want, most int, args ...string) error {
	shown := slices.Clone(args)
	for i, a := range shown {
		shown[i] = strings.TrimPrefix(a, l.home+string(filepath.Separator))
	}
	l.command(name, append([]string{"patchops"}, shown...)...)
	out, status := l.run(name, args...)
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), l.home, "…")), "\n")
	if most == 0 || len(lines) <= most+1 {
		most = len(lines)
	}
	for _, line := range lines[:most] {
		fmt.Fprintln(l.env.Stdout, line)
	}
	if len(lines) > most {
		fmt.Fprintf(l.env.Stdout, "  ... and %d lines more\n", len(lines)-most)
	}
	fmt.Fprintln(l.env.Stdout)
	if status != want {
		return fmt.Errorf("patchops %s: exit status %d, wanted %d:\n%s", strings.Join(args, " "), status, want, out)
	}
	return nil
}

// run runs ourselves as somebody in their clone.
func (l *life) run(name string, args ...string) (output []byte, status int) {
	program, err := os.Executable()
	if err != nil {
		return []byte(err.Error()), exitError
	}
	cmd := l.as(name, l.clone(name), program, args...)
	cmd.Args[0] = "patchops"
	output, err = cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return output, exit.ExitCode()
	} else if err != nil {
		return []byte(err.Error()), exitError
	}
	return output, exitDone
}

func (l *life) quiet(name, dir string, args ...string) error {
	_, err := l.output(name, dir, args...)
	return err
}

func (l *life) output(name, dir string, args ...string) ([]byte, error) {
	out, err := l.as(name, dir, args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", args[0], err, bytes.TrimSpace(out))
	}
	return out, nil
}

// as is a command in somebody's shoes: their home, and nothing else of whoever
// runs the demo.
func (l *life) as(name, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(l.ctx, program, args...)
	cmd.Dir = dir
	home := l.folder(name)
	cmd.Env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/.config", "XDG_STATE_HOME=" + home + "/.local/state", "XDG_CACHE_HOME=" + home + "/.cache",
		"PATH=" + l.env.Getenv("PATH"), "TMPDIR=" + l.env.Getenv("TMPDIR"), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C", "NO_COLOR=1",
	}
	return cmd
}
