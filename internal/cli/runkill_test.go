package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killsVariable says how often a run is killed; without it, a few times.
const killsVariable = "PATCHOPS_RUN_KILLS"

// killPlan is one wave over twelve workstations, in a window of six hours.
const killPlan = `
sed -i 's/matchLabels: {os: debian}/matchLabels: {class: workstation}/' plans/acme/openssl.yaml
sed -i -e '/name: canary/d' -e '/name: half/d' -e 's/name: rest, percent: 100, maxFailures: 1/name: all, percent: 100, maxFailures: 3/' plans/acme/openssl.yaml
sed -i -e 's/windowRefs: .*/windowRefs: [nightly]/' -e 's/maxUnavailable: .*/maxUnavailable: "100%"/' clients/acme/agreement.yaml
sed -i 's/capacity: 4/capacity: 50/' clients/acme/windows.yaml
for n in 05 06 07 08 09 10 11 12; do
	echo "    - {name: ws-$n, class: workstation, role: office, tier: 3}" >>clients/acme/assets.yaml
done
`

// killed runs the controller and kills it with signal 9 after a while; false when it
// ended before.
func (o *office) killed(after time.Duration, args ...string) bool {
	o.t.Helper()
	cmd := o.command(filepath.Join(o.dir, "plans"), "patchops", args...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		o.t.Fatalf("run: %v\n%s", err, said.String())
	}
	return err != nil
}

// TestR61KilledRun kills real controllers with signal 9 in the middle of a rollout on
// hosts with dpkg, at random moments. In the end each host itself says that it was
// updated, once, and the log holds (R43, R44, R61).
func TestR61KilledRun(t *testing.T) {
	kills, limit := 5, 30*time.Second
	if testing.Short() {
		t.Skip("a rollout on hosts")
	}
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills, limit = n, 24*time.Hour
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	began, killed := time.Now(), 0
	for killed < kills && time.Since(began) < limit {
		killed += killedRollout(t, random, kills-killed)
	}
	t.Logf("seed %d: %d kills in %s", seed, killed, time.Since(began).Round(time.Second))
}

// killedRollout is one rollout, and how often it was killed, at most so often.
func killedRollout(t *testing.T, random *rand.Rand, most int) (killed int) {
	o := newOffice(t, killPlan)
	var names []string
	for n := range 12 {
		names = append(names, fmt.Sprintf("acme/ws-%02d", n+1))
	}
	hosts := o.lite(names...)
	o.patchops("run", "--once", "--allow-local", hosts)
	o.at("2026-03-15T21:00:10Z")
	for killed < most && !o.ended() {
		if o.killed(300*time.Millisecond+time.Duration(random.Int64N(int64(2*time.Second))), "run", "--interval", "1s", "--allow-local", hosts) {
			killed++
		}
	}
	for n := 0; !o.ended(); n++ {
		if n == 60 {
			t.Fatalf("the rollout does not end:\n%s", o.patchops("log", "show"))
		}
		o.patchops("run", "--once", "--allow-local", hosts)
	}
	o.wantOnce(hosts, names)
	o.patchops("log", "verify")
	return killed
}

// TestRunStopsGracefully: on SIGTERM nothing new begins, what runs ends and is
// recorded, the lease is given back, and the status is 0.
func TestRunStopsGracefully(t *testing.T) {
	if testing.Short() {
		t.Skip("a rollout on hosts")
	}
	o := newOffice(t, killPlan)
	hosts := o.lite("acme/ws-01", "acme/ws-02", "acme/ws-03", "acme/ws-04", "acme/ws-05", "acme/ws-06", "acme/ws-07", "acme/ws-08", "acme/ws-09", "acme/ws-10", "acme/ws-11", "acme/ws-12")
	slow := filepath.Join(hosts, "acme/ws-01") // it is at it until we say so
	if err := os.WriteFile(filepath.Join(slow, "etc/agent.slow"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.patchops("run", "--once", "--allow-local", hosts)
	o.at("2026-03-15T21:00:10Z")
	run, said := o.controller(hosts, "")
	o.until("a host at work", func() bool { return exists(filepath.Join(slow, "etc/agent.busy")) })
	o.signal(run, syscall.SIGTERM)
	if err := os.Remove(filepath.Join(slow, "etc/agent.slow")); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said())
	}
	log := o.patchops("log", "show")
	claims, results := strings.Count(log, " claim "), strings.Count(log, " result ")
	if claims == 0 || claims != results || strings.Contains(log, "run.ended") {
		t.Errorf("%d claims, %d results:\n%s", claims, results, log)
	}
	if lease := o.do(o.dir, "git", "--git-dir", "remote.git", "show", "patchops/lease:lease"); !strings.Contains(lease, `"released":true`) {
		t.Errorf("the lease: %s", lease)
	}
	o.patchops("log", "verify")
}
