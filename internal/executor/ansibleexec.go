package executor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ansible runs ansible-playbook: first our own scripts on the hosts of these jobs, then
// the playbook, "" none, on those where each said that all is well.
func (r *playRun) ansible(ctx context.Context, indexes []int, playbook string, each func(int, string) bool) error {
	nonce := make([]byte, 8)
	_, _ = rand.Read(nonce)
	l := &listener{r: r, own: "patchops " + hex.EncodeToString(nonce), each: each, of: map[string]int{}, seen: map[int]bool{}}
	for i, j := range r.jobs {
		l.of[j.host] = i
	}
	file := r.file("run-" + hex.EncodeToString(nonce) + ".yml")
	if err := os.WriteFile(file, r.plays(l.own, indexes, playbook), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.x.o.Command, "--inventory", r.file("inventory.json"), "--forks", fmt.Sprint(len(r.jobs)), file)
	cmd.Dir, cmd.Env = r.dir, r.environment()
	cmd.WaitDelay = 2 * time.Second
	group(cmd)
	said := &tail{room: 4 << 10}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	return pinned(func() error {
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("ansible-playbook: %w", err)
		}
		heard := l.listen(out)
		return r.judge(ctx, errors.Join(heard, cmd.Wait()), said.String())
	})
}

// judge says whether the run as a whole went wrong. Hosts that failed are no news here:
// their events say so.
func (r *playRun) judge(ctx context.Context, err error, said string) error {
	exit, is := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil, is && (exit.ExitCode() == 2 || exit.ExitCode() == 4):
		return nil
	case is:
		return fmt.Errorf("ansible-playbook ended with %d: %s", exit.ExitCode(), said)
	}
	return err
}

// plays is the playbook of a run. Names of hosts are in it as JSON only.
func (r *playRun) plays(own string, indexes []int, playbook string) []byte {
	hosts := make([]string, 0, len(indexes))
	for _, i := range indexes {
		hosts = append(hosts, r.jobs[i].host)
	}
	var plays []any
	if len(hosts) > 0 {
		plays = append(plays, map[string]any{
			"name": own, "hosts": hosts, "gather_facts": false, "become": "{{ patchops_become }}",
			"tasks": []any{asksClock(own), asksClock(own), map[string]any{
				"name": own, "ansible.builtin.script": map[string]any{"cmd": "{{ patchops_script }} " + clocks, "executable": "/bin/sh"},
			}},
		})
	}
	if playbook != "" {
		plays = append(plays, map[string]any{"ansible.builtin.import_playbook": playbook})
	}
	b, err := json.Marshal(plays)
	if err != nil {
		return nil
	}
	return b
}

// ours is what our clock says when the task begins, and clocks the arguments of a script: what
// it said when the host was asked for its time, the host's answer, and what ours says now.
const (
	ours   = "{{ (now().timestamp() | int) + patchops_ahead }}"
	clocks = "{{ patchops_clock.stdout | default('') | regex_search('patchops [0-9]{1,12} [0-9]{1,12}') | default('', true) | replace('patchops', '') }} " + ours
)

// asksClock asks a host for its time: a second time, over a connection that is there, since
// the first answer took as long as it takes to connect.
func asksClock(own string) map[string]any {
	return map[string]any{
		"name": own + clock, "ansible.builtin.raw": "echo patchops " + ours + " $(date +%s)", "register": "patchops_clock", "become": false, "failed_when": false,
	}
}

// clock is how the names of those tasks end.
const clock = " clock"

// environment is all that ansible-playbook gets: nothing of ours but where programs are.
func (r *playRun) environment() []string {
	ssh := strings.Join([]string{
		"-F /dev/null", "-o BatchMode=yes", "-o StrictHostKeyChecking=yes", "-o UserKnownHostsFile=" + r.file("known_hosts"),
		"-o GlobalKnownHostsFile=/dev/null", "-o IdentitiesOnly=yes", "-o ForwardAgent=no", "-o ClearAllForwardings=yes",
		"-o PreferredAuthentications=publickey", "-o ServerAliveInterval=15", "-o ControlMaster=auto", "-o ControlPersist=60s",
	}, " ")
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "LC_ALL=C.UTF-8", "SSH_AUTH_SOCK=" + r.file("agent"), "TMPDIR=" + r.dir,
		"ANSIBLE_CONFIG=" + r.file("ansible.cfg"), "ANSIBLE_STDOUT_CALLBACK=ansible.posix.jsonl", "ANSIBLE_SSH_ARGS=" + ssh,
		"ANSIBLE_SSH_CONTROL_PATH_DIR=" + r.file("cp"), "ANSIBLE_SSH_CONTROL_PATH=%(directory)s/%%C", "ANSIBLE_LOCAL_TEMP=" + r.file("tmp"),
		"ANSIBLE_HOST_KEY_CHECKING=True", "ANSIBLE_PIPELINING=True", "ANSIBLE_TIMEOUT=15", "ANSIBLE_RETRY_FILES_ENABLED=False",
		"ANSIBLE_NOCOLOR=1", "ANSIBLE_NOCOWS=1", "ANSIBLE_INVENTORY_ENABLED=yaml", "ANSIBLE_DEPRECATION_WARNINGS=False",
		"ANSIBLE_PYTHON_INTERPRETER=auto_silent", "PYTHONDONTWRITEBYTECODE=1",
	}
}

// hangUp ends the connections that ssh keeps in the background.
func (r *playRun) hangUp() {
	sockets, err := filepath.Glob(r.file("cp/*"))
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, s := range sockets {
		cmd := exec.CommandContext(ctx, "ssh", "-F", "/dev/null", "-o", "ControlPath="+s, "-O", "exit", "patchops")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		_ = cmd.Run()
	}
}
