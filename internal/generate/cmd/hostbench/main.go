//go:build linux

// Hostbench times the same package update on full Debian hosts by patchops' ssh
// executor and by plain ansible-playbook with the same forks, in turns, on one
// machine. It runs inside internal/estate/full/inside.sh (internal/generate/hosts.sh).
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/secret"
)

func main() {
	hosts := flag.Int("hosts", 50, "how many")
	rounds := flag.Int("rounds", 3, "of each")
	alone := flag.Bool("alone", false, "without ansible-playbook, to look at ours")
	flag.Parse()
	if err := bench(*hosts, *rounds, *alone); err != nil {
		fmt.Fprintln(os.Stderr, "hostbench:", err)
		os.Exit(1)
	}
}

// racer is one way to bring version onto all hosts.
type racer struct {
	name string
	run  func(version string) error
	took []time.Duration
	work []time.Duration // of processors, hosts included
}

func bench(n, rounds int, alone bool) error {
	dir, err := os.MkdirTemp("", "hostbench")
	if err != nil {
		return err
	}
	begun := time.Now()
	full, err := estate.NewFull(dir, n, "96m")
	if err != nil {
		return err
	}
	defer full.Close()
	fmt.Printf("%d full Debian hosts, each with its own sshd: up in %.1f s\n", n, time.Since(begun).Seconds())
	racers, err := field(full)
	if err != nil {
		return err
	}
	if alone {
		racers = racers[:1]
	}
	for _, r := range racers { // what is made on a host's first visit costs none of them
		if err := both(full, r, false); err != nil {
			return err
		}
	}
	for range rounds {
		for _, r := range racers {
			if err := both(full, r, true); err != nil {
				return err
			}
		}
	}
	show(racers, n)
	return nil
}

// both goes to 1.0 by hand, and to 1.1 in the way that is timed.
func both(full *estate.Full, r *racer, timed bool) error {
	time.Sleep(1100 * time.Millisecond) // apt knows by whole seconds whether its cache is older than dpkg's database
	var all sync.WaitGroup
	for _, h := range full.Hosts {
		all.Go(func() { _, _ = h.Do("dpkg", "--force-downgrade", "-i", "/agent.deb") })
	}
	all.Wait()
	if err := check(full, "1.0 ii"); err != nil {
		return err
	}
	begun, before := time.Now(), processors()
	if err := r.run("1.1"); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	if timed {
		r.took, r.work = append(r.took, time.Since(begun)), append(r.work, processors()-before)
	}
	return check(full, "1.1 ii")
}

// check asks the hosts' own dpkg.
func check(full *estate.Full, want string) error {
	for _, h := range full.Hosts {
		got, err := h.Do("dpkg-query", "-W", "-f", "${Version} ${db:Status-Abbrev}", "acme-agent")
		if got = strings.TrimSpace(got); err != nil || got != want {
			return fmt.Errorf("%s has acme-agent %s, wanted %s", h.Name(), got, want)
		}
	}
	return nil
}

func field(full *estate.Full) ([]*racer, error) {
	for _, h := range full.Hosts {
		b, err := os.ReadFile(filepath.Join(full.Dir, "repo/pool/acme-agent_1.0_all.deb"))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(h.Root, "agent.deb"), b, 0o644); err != nil {
			return nil, err
		}
	}
	play, err := playbook(full)
	if err != nil {
		return nil, err
	}
	return []*racer{
		{name: "patchops run (ssh executor): precheck, snapshot, stage, install, postcheck, cleanup, journal", run: func(v string) error { return afresh(full, v) }},
		{name: "ansible-playbook: apt, then dpkg-query", run: func(v string) error { return play(v, false) }},
		{name: "ansible-playbook with pipelining: apt, then dpkg-query", run: func(v string) error { return play(v, true) }},
	}, nil
}

// afresh updates over new connections; ansible-playbook may find those of its last round.
func afresh(full *estate.Full, version string) error {
	ssh, err := overSSH(full)
	if err != nil {
		return err
	}
	return errors.Join(update(full, ssh, version), ssh.Close())
}

func overSSH(full *estate.Full) (*executor.SSH, error) {
	file := filepath.Join(full.Dir, "secrets.yaml")
	text := "secrets:\n- client: acme\n  name: ssh/root\n  address: 10.99.0.0/16\n  source: file:" + filepath.Join(full.Dir, "key") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	book, err := secret.Read(file, secret.Options{})
	if err != nil {
		return nil, err
	}
	return executor.NewSSH(executor.SSHOptions{Secrets: book, KnownHosts: filepath.Join(full.Dir, "known_hosts"), Now: time.Now}), nil
}

func update(full *estate.Full, e executor.Executor, version string) error {
	errs := make([]error, len(full.Hosts))
	var all sync.WaitGroup
	for i, h := range full.Hosts {
		all.Go(func() {
			for _, names := range [][]string{{"precheck", "snapshot", "stage", "install"}, {"postcheck", "cleanup"}} {
				a := e.Start(context.Background(), task(h, version, names), nil)
				if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Succeeded {
					errs[i] = fmt.Errorf("%s: %s %s %s %+v", h.Name(), a.State, a.Why, a.Text, a.Outcome)
					return
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func task(h *estate.FullHost, version string, names []string) dispatch.Task {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	now := time.Now().Unix()
	t := dispatch.Task{
		Key: "sha256:" + hex.EncodeToString(b), Fence: 1, Now: now, NotAfter: now + 60, Client: "acme", Plan: "agent", Asset: h.Name(), Segment: dispatch.Install,
		Target:   dispatch.Target{Client: "acme", Asset: h.Name(), Type: "ssh", Address: h.Address, User: "root", Secret: "ssh/root", Package: "apt", Journal: true},
		Packages: []dispatch.Package{{Name: "acme-agent", Version: version}},
	}
	for _, name := range names {
		t.Steps = append(t.Steps, dispatch.Step{Name: name, Builtin: "apt/" + name, Timeout: 120, Point: name == "install"})
	}
	return t
}

const play = `- hosts: all
  gather_facts: false
  tasks:
  - ansible.builtin.apt: {name: "acme-agent={{ target }}", update_cache: true, allow_downgrade: true}
  - ansible.builtin.command: {argv: [dpkg-query, -W, -f, "${Version} ${db:Status-Abbrev}", acme-agent]}
    register: state
    changed_when: false
    failed_when: state.stdout | trim != target ~ " ii"
`

// playbook is the same update by ansible-playbook, set up as its users do.
func playbook(full *estate.Full) (func(version string, pipelining bool) error, error) {
	var inventory strings.Builder
	for _, h := range full.Hosts {
		fmt.Fprintf(&inventory, "%s ansible_host=%s ansible_user=root ansible_python_interpreter=/usr/bin/python3\n", h.Name(), h.Address)
	}
	file, list := filepath.Join(full.Dir, "play.yml"), filepath.Join(full.Dir, "inventory")
	if err := errors.Join(os.WriteFile(file, []byte(play), 0o600), os.WriteFile(list, []byte(inventory.String()), 0o600)); err != nil {
		return nil, err
	}
	return func(version string, pipelining bool) error {
		cmd := exec.Command("ansible-playbook", "-i", list, "-f", fmt.Sprint(len(full.Hosts)), "-e", "target="+version, file)
		cmd.Env = append(os.Environ(), "ANSIBLE_PRIVATE_KEY_FILE="+filepath.Join(full.Dir, "key"), "ANSIBLE_SSH_CONTROL_PATH_DIR="+filepath.Join(full.Dir, "cp"),
			"ANSIBLE_SSH_ARGS=-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile="+filepath.Join(full.Dir, "known_hosts"),
			fmt.Sprintf("ANSIBLE_PIPELINING=%v", pipelining))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, failures(string(out)))
		}
		return nil
	}, nil
}

// failures are the lines of a playbook's output that say what went wrong.
func failures(out string) string {
	var bad []string
	for line := range strings.SplitSeq(out, "\n") {
		if strings.Contains(line, "fatal:") || strings.Contains(line, "ERROR") {
			bad = append(bad, line)
		}
	}
	return strings.Join(bad, "\n")
}

// processors is what all processes of the estate have used so far, where the kernel
// counts that for us (hosts.sh); on a busy machine it is the number to compare.
func processors() time.Duration {
	b, err := os.ReadFile(filepath.Join(os.Getenv("HOSTBENCH_CPUACCT"), "cpuacct.usage"))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n)
}

func show(racers []*racer, n int) {
	took, work := median(racers[0].took), median(racers[0].work)
	fmt.Printf("update of one package from 1.0 to 1.1 on %d hosts, all at once (forks %d), median of %d:\n", n, n, len(racers[0].took))
	fmt.Printf("  %10s  %5s  %14s\n", "time", "", "processor time")
	for _, r := range racers {
		m, w := median(r.took), median(r.work)
		fmt.Printf("  %8.2f s  %4.1fx  %8.2f s  %4.1fx  %s\n", m.Seconds(), m.Seconds()/took.Seconds(), w.Seconds(), w.Seconds()/max(work.Seconds(), 1e-9), r.name)
	}
}

func median(d []time.Duration) time.Duration {
	s := slices.Clone(d)
	slices.Sort(s)
	return s[len(s)/2]
}
