package executor_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/executor/executortest"
)

// playing stands for ansible-playbook where that would take a second for each question: it
// runs our script on this machine, at once, and tells what it printed, as the real one does.
const playing = `exec python3 -c '
import json, subprocess, sys, time
inventory, playbook = json.load(open(sys.argv[2])), json.load(open(sys.argv[-1]))
hosts = inventory["patchops"]["hosts"]
def tell(event, **more): print(json.dumps(dict(more, _event=event)), flush=True)
running = {}
for name in playbook[0]["hosts"]:
    v = hosts[name]
    sent = str(int(time.time()) + v["patchops_ahead"])
    running[name] = subprocess.Popen(["/bin/sh", v["patchops_script"], sent], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
stats = {}
for name, p in running.items():
    out = p.communicate()[0].decode("utf-8", "surrogateescape")
    tell("v2_runner_on_failed" if p.returncode else "v2_runner_on_ok", task={"name": playbook[0]["name"]}, hosts={name: {"stdout": out, "rc": p.returncode}})
    stats[name] = {"failures": 1 if p.returncode else 0, "unreachable": 0}
tell("v2_playbook_on_stats", stats=stats)
' "$@"`

// byAnsible is a host that the suite reaches by Ansible, or by what stands for it.
func byAnsible(s *server, command string) func(*testing.T) *executortest.Host {
	return func(t *testing.T) *executortest.Host {
		t.Helper()
		dir := root(t)
		late := s.ansible(t, dir, command, somePlay, func(o *executor.AnsibleOptions) {
			o.Now = func() time.Time { return time.Now().Add(-time.Minute) }
		})
		target := s.target()
		target.Type, target.Vars = "ansible", `{"ansible_user": "`+s.user+`", "ansible_python_interpreter": "/usr/bin/python3"}`
		return &executortest.Host{
			Exec: s.ansible(t, dir, command, somePlay), Skewed: late, Target: target, Root: dir,
			Now: func() int64 { return time.Now().Unix() }, Broken: unwritable(dir),
		}
	}
}

// TestAnsibleConforms: the whole suite, with a stand-in for the program itself.
func TestAnsibleConforms(t *testing.T) {
	t.Parallel()
	rootOnly(t)
	executortest.Run(t, byAnsible(serve(t), playing))
}

// realCases are those of which the answer depends on how Ansible carries bytes, time and
// ends there and back; the whole suite by the real one takes minutes.
var realCases = []string{"Bytes", "Codes", "NotAfter", "Skew", "Key", "Connection", "Escapes", "Forged", "Gigabyte"}

// TestAnsibleConformsForReal: by the real ansible-playbook, those cases that it can change;
// PATCHOPS_E2E=all runs them all.
func TestAnsibleConformsForReal(t *testing.T) {
	t.Parallel()
	long(t)
	rootOnly(t)
	names := realCases
	if os.Getenv("PATCHOPS_E2E") == "all" {
		names = executortest.Names()
	}
	executortest.Run(t, byAnsible(serve(t), ""), names...)
}

func rootOnly(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root is root without sudo")
	}
	if _, err := os.Stat(filepath.Clean("/usr/bin/python3")); err != nil {
		t.Skip("no python3 here")
	}
}
