package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// jumpVariable names a file of seconds that the clocks of all processes are ahead by.
const jumpVariable = "CLOCK_JUMP"

// stopPlan is one wave over four workstations, of which the failures of three are borne.
const stopPlan = `
sed -i 's/matchLabels: {os: debian}/matchLabels: {class: workstation}/' plans/acme/openssl.yaml
sed -i -e '/name: canary/d' -e '/name: half/d' -e 's/name: rest, percent: 100, maxFailures: 1/name: all, percent: 100, maxFailures: 3/' plans/acme/openssl.yaml
sed -i -e 's/windowRefs: .*/windowRefs: [nightly]/' -e 's/maxUnavailable: .*/maxUnavailable: "100%"/' clients/acme/agreement.yaml
sed -i 's/capacity: 4/capacity: 50/' clients/acme/windows.yaml
`

// stopHook stops the controller that pushes the first claim; in pre-receive its push goes on
// only when it does.
const stopHook = `#!/bin/sh
while read -r old new ref; do
	if [ -e stop ] && git diff "$old" "$new" 2>/dev/null | grep -q '^+{.*"kind":"claim"'; then
		mv stop stopped
		kill -STOP "$(cat controller)"
		case $0 in *pre-receive) until [ -e go ]; do sleep 0.1; done ;; esac
	fi
done
`

// TestR45AStoppedProcessDoesNothing: a controller that was stopped (SIGSTOP) for longer than its lease,
// so that another took over, does nothing when it goes on: it dispatches no claim that was
// its own, its push is refused, what it heard of its hosts it does not record. The hosts
// and the log say so.
func TestR45AStoppedProcessDoesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a rollout on hosts")
	}
	for name, at := range map[string]string{"before its dispatch": "post-receive", "in its push": "pre-receive", "at work": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopped(t, at)
		})
	}
}

func stopped(t *testing.T, hook string) {
	o := newOffice(t, stopPlan)
	jump, remote := filepath.Join(o.dir, "jump"), filepath.Join(o.dir, "remote.git")
	o.env = append(o.env, jumpVariable+"="+jump)
	names := []string{"acme/ws-01", "acme/ws-02", "acme/ws-03", "acme/ws-04"}
	hosts := o.lite(names...)
	o.patchops("run", "--once", "--allow-local", hosts)
	o.at("2026-03-15T21:00:10Z")
	if hook != "" {
		write(t, filepath.Join(remote, "hooks", hook), stopHook, 0o700)
		write(t, filepath.Join(remote, "stop"), "", 0o600)
	}
	first, _ := o.controller(hosts, "")
	write(t, filepath.Join(remote, "controller"), fmt.Sprint(first.Process.Pid), 0o600)
	if hook != "" {
		o.until("the first claim", func() bool { return exists(filepath.Join(remote, "stopped")) })
	} else {
		o.until("a host at work", func() bool { return len(o.fences(hosts)) > 0 })
		o.signal(first, syscall.SIGSTOP)
	}
	before, mine := o.fences(hosts), o.fence()

	second, said := o.controller(hosts, "other")
	o.until("somebody who stands by", func() bool { return strings.Contains(said(), "the lease is free in") })
	write(t, jump, "200", 0o600) // beyond the lease and its slack
	o.until("another leader", func() bool { return o.fence() > mine })
	o.signal(first, syscall.SIGCONT)
	write(t, filepath.Join(remote, "go"), "", 0o600)
	o.until("the end of the rollout", o.ended)
	time.Sleep(3 * time.Second) // some looks of the first
	for _, c := range []*exec.Cmd{first, second} {
		o.signal(c, syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			t.Errorf("%v\n%s", err, said())
		}
	}
	log, field := o.log(), func(n int) string { return fmt.Sprintf(`"fence":%d,`, n) }
	if theirs := strings.Index(log, field(mine+1)); theirs < 0 || strings.LastIndex(log, field(mine)) > theirs {
		t.Errorf("a record of the first found after those of the second:\n%s", log)
	}
	for host, fence := range o.fences(hosts) {
		if fence == strconv.Itoa(mine) && before[host] == "" {
			t.Errorf("%s was asked by the first after it went on", host)
		}
	}
	o.wantOnce(hosts, names)
	o.patchops("log", "verify")
}
