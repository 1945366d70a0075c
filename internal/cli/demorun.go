package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// The hosts of the laboratory; the update fails on one of them.
var demoHosts = []string{"bench-1", "bench-2", "bench-3", "bench-4", "bench-5", "bench-6"}

const demoBad = "bench-5"

// laboratory writes the documents of the laboratory, but for the plan.
func (l *life) laboratory() error {
	documents, err := labDocuments(l.env.Now(), l.lite != nil)
	if err != nil {
		return err
	}
	delete(documents, labPlan)
	if err := l.edit(slip{"patchops.yaml", "plan/ticket: {prefix: CHG-}", "plan/ticket: {prefix: CHG-}\n      agreement/notice-lead: {minimum: PT0S} # the laboratory is told at once"}, map[string][]byte{}); err != nil {
		return err
	}
	return writeFiles(l.dir, documents)
}

// estate makes the hosts: root folders with a dpkg database of their own.
func (l *life) estate() error {
	folder := filepath.Join(l.home, "hosts")
	var names []string
	for _, h := range demoHosts {
		names = append(names, lifeClient+"/"+h)
	}
	bad := "etc/agent.bad"
	if l.lite != nil {
		bad = "agent.bad"
		if err := plainHosts(folder, names); err != nil {
			return err
		}
	} else {
		r, err := estate.NewRepository(l.ctx, filepath.Join(l.home, "packages"), labPackages()...)
		if err != nil {
			return err
		}
		if err := estate.Lite(l.ctx, folder, names, r, labPackages()[0]); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(folder, lifeClient, demoBad, bad), []byte("speed = ludicrous\n"), 0o644); err != nil {
		return err
	}
	config := filepath.Join(l.folder(demoController), ".config/patchops", demoID)
	routes := fmt.Sprintf("{\"email\": {\"folder\": %q}}\n", filepath.Join(l.home, "mail"))
	return os.WriteFile(filepath.Join(config, "notify.json"), []byte(routes), 0o600)
}

// carry is the command that carries out rollouts.
func (l *life) carry() []string {
	return []string{"run", "--once", "--allow-local", filepath.Join(l.home, "hosts")}
}

func (l *life) canary() error {
	what := "a folder with dpkg and apt of its own, where the agent is at 1.0"
	if l.lite != nil {
		what = "a folder, for dpkg is not installed here, with an agent at 1.0"
	}
	l.step("Now it is carried out. Each host is %s; they are open\n   around the clock. The controller plans it, and tells whom it concerns; a minute later the canary starts, one host.", what)
	if err := l.estate(); err != nil {
		return err
	}
	now := l.env.Now().UTC().Add(l.ahead)
	l.ahead += now.Truncate(time.Minute).Add(90 * time.Second).Sub(now) // sessions start on whole minutes
	if err := l.patchops(demoController, exitDone, extract{only: lifePlan}, l.carry()...); err != nil {
		return err
	}
	l.ahead += 40 * time.Second
	if err := l.patchops(demoController, exitDone, extract{only: lifeClient}, append(l.carry(), "--dry-run")...); err != nil {
		return err
	}
	return l.patchops(demoController, exitDone, extract{only: lifePlan}, l.carry()...)
}

// killed carries on when the next wave opens, and kills the controller in the middle.
func (l *life) killed() error {
	l.ahead += 10 * time.Minute
	l.step("Ten minutes later the others' turn comes; the demo's clock is set to then. In the middle the controller is killed\n" +
		"   (kill -9), while hosts are at it.")
	l.command(demoController, append([]string{"patchops"}, l.short(l.carry())...)...)
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := l.as(demoController, l.clone(demoController), program, l.elsewhen(l.carry())...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	if err := cmd.Start(); err != nil {
		return err
	}
	done := 0
	for lines := bufio.NewScanner(out); done < 2 && lines.Scan(); {
		if line := lines.Text(); strings.Contains(line, lifePlan) {
			fmt.Fprintln(l.env.Stdout, line)
			if strings.Contains(line, " rest ") && strings.Contains(line, " claim") {
				done++
			}
		}
	}
	err = cmd.Process.Signal(syscall.SIGKILL)
	_ = cmd.Wait()
	fmt.Fprintf(l.env.Stdout, "Killed\n\n")
	if done < 2 {
		return errors.Join(err, fmt.Errorf("the controller ended before it could be killed: %s", wrong.Bytes()))
	}
	return err
}

func (l *life) resumed() error {
	l.ahead += 2 * time.Minute
	l.step("Two minutes later another controller takes over: it reads the log, asks the hosts what became of what was begun\n" +
		"   there, and goes on.")
	return l.patchops(demoController, exitFindings, extract{only: lifePlan}, l.carry()...)
}

func (l *life) triage() error {
	l.step("One host failed: its post-install script did. It was put back to 1.0, and the others went on, for the plan bears\n" +
		"   one failure. Why did it fail?")
	return l.patchops(demoController, exitDone, extract{from: "rollout of ", most: 12}, "explain", "asset", lifeClient+"/"+demoBad)
}

// hosts asks the hosts themselves: each got the update once, and the one that failed has
// what it had before.
func (l *life) hosts() error {
	l.step("What do the hosts say themselves? In each of them it is written which version is there, and how often it was set up.")
	for _, h := range demoHosts {
		version, state, times, err := l.hostState(h)
		if err != nil {
			return err
		}
		fmt.Fprintf(l.env.Stdout, "%s: demo-agent %s (%s); 1.1 set up: %s\n", h, version, state, often(times))
		want, once := "1.1", 1
		if h == demoBad {
			want, once = "1.0", 0
		}
		if version != want || state != "ii" || times != once {
			return fmt.Errorf("%s has demo-agent %s %s, set up %d times, wanted %s ii, %d", h, version, state, times, want, once)
		}
	}
	fmt.Fprintln(l.env.Stdout)
	return nil
}

// hostState is what a host says of its agent: version, dpkg's letters, and how often 1.1
// was set up.
func (l *life) hostState(host string) (version, state string, times int, err error) {
	root := filepath.Join(l.home, "hosts", lifeClient, host)
	if l.lite != nil {
		return plainState(root)
	}
	if version, state, err = estate.State(l.ctx, root, "demo-agent"); err == nil {
		times, err = estate.Installs(root, "demo-agent", "1.1")
	}
	return version, state, times, err
}

func often(times int) string {
	switch times {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", times)
}

// short are arguments without the name of the demo's folder.
func (l *life) short(args []string) []string {
	var out []string
	for _, a := range args {
		out = append(out, strings.TrimPrefix(a, l.home+string(filepath.Separator)))
	}
	return out
}

// elsewhen are the arguments with which we run ourselves by the demo's clock.
func (l *life) elsewhen(args []string) []string {
	return append([]string{"demo", "--clock", l.env.Now().UTC().Add(l.ahead).Format(time.RFC3339), "--"}, args...)
}
