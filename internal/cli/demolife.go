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
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// life is the demo's second half: a change from a branch to the log. Each of its
// people has a home, a key and a clone of their own; all of it lies in one hidden
// folder of the demo's, and they meet only in a bare repository there.
type life struct {
	*demo
	ctx  context.Context
	home string // the folder of all that is beside the repository
	n    int    // of the next step
	// ahead is how far the demo's clock is ahead of the machine's.
	ahead time.Duration
	lite  error // why there are no hosts with dpkg here
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
			d.say("%d. Left out, for %s is not installed: signed approvals, the merge that they allow, and its log.", n, program)
			fmt.Fprintln(d.env.Stdout)
			return nil
		}
	}
	l := life{demo: d, ctx: ctx, home: filepath.Join(d.dir, ".demo"), n: n, lite: estate.HaveDpkg()}
	steps := []func() error{l.prepare, l.propose, l.refused, l.approve, l.merge, l.canary, l.killed, l.resumed, l.triage, l.hosts, l.audit, l.tamper}
	for _, step := range steps {
		if err := errors.Join(ctx.Err(), step()); err != nil {
			return fmt.Errorf("step %d: %w", l.n, err)
		}
		l.n++
	}
	return l.quiet(demoAuthor, l.dir, "sh", "-c", "git checkout -q main && git pull -q --ff-only")
}

func (l *life) step(format string, args ...any) { l.say("%d. "+format, append([]any{l.n}, args...)...) }

// prepare gives everybody a key, commits the repository, and pins its root.
func (l *life) prepare() error {
	l.step("Now a change, from a branch to the log. Each person has an SSH key and a clone; all share one bare repository.\n"+
		"   %s, who owns it, says once whom to believe; everybody takes that file over (patchops trust pin).", demoController)
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
	if err := l.laboratory(); err != nil {
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
	if err := l.patchops(demoController, exitDone, extract{most: 3}, "trust", "init"); err != nil {
		return err
	}
	root := filepath.Join(l.folder(demoController), ".config/patchops", demoID, "root.json")
	for _, name := range []string{demoApprover, demoReviewer} {
		if out, status := l.run(name, "trust", "pin", root); status != exitDone {
			return fmt.Errorf("trust pin: exit status %d: %s", status, out)
		}
	}
	return nil
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
	lifeBranch = "lab-agent"
	lifeClient = "nordwind-lab"
	lifePlan   = lifeClient + "/agent"
)

func (l *life) propose() error {
	l.step("%s wants a new version on the six hosts of the laboratory: a plan, in a signed commit on a branch.", demoAuthor)
	documents, err := labDocuments(l.env.Now(), l.lite != nil)
	if err != nil {
		return err
	}
	if err := writeFiles(l.dir, map[string][]byte{labPlan: documents[labPlan]}); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"git", "checkout", "-q", "-b", lifeBranch},
		{"git", "add", labPlan},
		{"git", "commit", "-q", "-m", "demo-agent 1.1 in the laboratory"},
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
	l.step("May it be merged? Not yet. Who must agree follows from what it would do, to which machines.")
	return l.patchops(demoController, exitFindings, extract{}, "merge", lifeBranch)
}

// approve signs by two people what they see: the effect of the branch.
func (l *life) approve() error {
	l.step("%s and %s look at its effect, each in their own clone, and sign exactly that.", demoApprover, demoReviewer)
	if err := l.patchops(demoApprover, exitFindings, extract{from: "effect ", most: 4}, "status", lifeBranch); err != nil {
		return err
	}
	for _, name := range []string{demoApprover, demoReviewer} {
		out, _ := l.run(name, "status", lifeBranch, "--format", "json")
		var status struct{ EffectDigest string }
		if err := json.Unmarshal(out, &status); err != nil {
			return fmt.Errorf("status as JSON: %w", err)
		}
		if err := l.patchops(name, exitDone, extract{}, "approve", lifeBranch, "--effect", status.EffectDigest); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) merge() error {
	l.step("The controller judges it once more, by what main is now, merges it, and records who approved what.")
	return l.patchops(demoController, exitDone, extract{}, "merge", lifeBranch)
}

func (l *life) audit() error {
	l.step("The log is branches in Git, one for each client and year. Anybody can read it, and verify it offline.")
	branch := fmt.Sprintf("origin/patchops/log/nordwind-lab/%d", l.env.Now().UTC().Year())
	args := []string{"git", "log", "--format=%h %s", branch}
	l.command(demoController, args...)
	out, err := l.output(demoController, l.clone(demoController), args...)
	if err != nil {
		return err
	}
	fmt.Fprintln(l.env.Stdout, strings.TrimSpace(string(out)))
	fmt.Fprintln(l.env.Stdout)
	return l.patchops(demoController, exitDone, extract{}, "log", "verify")
}

// tamper changes a name in a record of a copy, and commits it as somebody with all
// rights to the repository could.
func (l *life) tamper() error {
	l.step("Somebody with every right to a copy of the repository writes another name into its log: %s never approved.", demoApprover)
	branch := fmt.Sprintf("patchops/log/nordwind-lab/%d", l.env.Now().UTC().Year())
	forged := filepath.Join(l.home, "forged")
	if err := l.quiet(demoController, l.home, "sh", "-c", "git clone -q --mirror remote.git copy.git && git clone -q -b "+branch+" copy.git forged"); err != nil {
		return err
	}
	segments, err := filepath.Glob(filepath.Join(forged, "seg/*.jsonl"))
	if err != nil {
		return err
	}
	for _, file := range segments {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, bytes.ReplaceAll(b, []byte(demoApprover), []byte("erwin")), 0o644); err != nil {
			return err
		}
	}
	if err := l.quiet(demoController, forged, "sh", "-c", "git commit -q -a --amend --no-edit && git push -q -f origin "+branch); err != nil {
		return err
	}
	return l.patchops(demoController, exitIntegrity, extract{}, "log", "verify", filepath.Join(l.home, "copy.git"))
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

// extract is which lines of an output are shown: the first most of them (0: all) from
// the one that begins with from.
type extract struct {
	from string
	most int
	only string // lines with this word; "" all
}

// lines are those of an output, without what somebody is told to do next: the demo
// does that itself.
func (s extract) lines(out string) []string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(out), "\n"), func(l string) bool { return strings.HasPrefix(l, "next: ") })
	lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, s.only) })
	if at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, s.from) }); at > 0 {
		lines = lines[at:]
	}
	if more := len(lines) - s.most; s.most > 0 && more > 0 {
		lines = append(lines[:s.most], fmt.Sprintf("  ... and %d lines more", more))
	}
	return lines
}

// patchops runs ourselves as somebody, wants an exit status, and shows what is
// printed.
func (l *life) patchops(name string, want int, part extract, args ...string) error {
	l.command(name, append([]string{"patchops"}, l.short(args)...)...)
	out, status := l.run(name, args...)
	for _, line := range part.lines(strings.ReplaceAll(string(out), l.home, "…")) {
		fmt.Fprintln(l.env.Stdout, line)
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
	cmd := l.as(name, l.clone(name), program, l.elsewhen(args)...)
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
