package controller

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/progress"
)

// TestGateProbes: what a probe measures, and what it may.
func TestGateProbes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/well", http.StatusFound)
		case "/ill", "/of/db-01":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	t.Setenv("PATCHOPS_TEST_SECRET", "canary")
	two := []probed{{"web-01", "127.0.0.1"}, {"db-01", "127.0.0.1"}}
	one := two[:1]
	for name, c := range map[string]struct {
		gate   progress.Gate
		hosts  []probed
		never  bool // commands are not allowed
		want   string
		inWhy  string
		notWhy string
	}{
		"well":              {gate: progress.Gate{URL: server.URL + "/well", Status: 200}, want: pass},
		"ill":               {gate: progress.Gate{URL: server.URL + "/ill", Status: 200}, want: fail, inWhy: "503"},
		"wanted ill":        {gate: progress.Gate{URL: server.URL + "/ill", Status: 503}, want: pass},
		"moved":             {gate: progress.Gate{URL: server.URL + "/moved", Status: 200}, want: fail, inWhy: "302"},
		"nobody there":      {gate: progress.Gate{URL: "http://127.0.0.1:1/", Status: 200}, want: fail},
		"a user":            {gate: progress.Gate{URL: "http://ada:canary@127.0.0.1:1/", Status: 200}, want: inconclusive, notWhy: "canary"},
		"each host":         {gate: progress.Gate{URL: strings.Replace(server.URL, "127.0.0.1", "{address}", 1) + "/of/{asset}", Status: 200}, hosts: two, want: fail, inWhy: "db-01"},
		"no host":           {gate: progress.Gate{URL: "http://{address}/", Status: 200}, want: inconclusive},
		"an option":         {gate: progress.Gate{Run: []string{"/bin/echo", "{address}"}}, hosts: []probed{{"x", "-rf"}}, want: inconclusive},
		"command":           {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "exit 0"}}, hosts: one, want: pass},
		"command fails":     {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "printf 'no\\033[31m'; exit 3"}}, hosts: one, want: fail, inWhy: "exit status 3: no", notWhy: "\x1b"},
		"command for each":  {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "test $0 = web-01", "{asset}"}}, hosts: two, want: fail, inWhy: "db-01"},
		"command, each":     {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "test $PATCHOPS_ASSET = web-01 && test $PATCHOPS_ADDRESS = 127.0.0.1"}}, hosts: two, want: fail, inWhy: "db-01: exit status 1"},
		"command, no host":  {gate: progress.Gate{Run: []string{"/bin/true"}}, want: inconclusive, inWhy: "no host"},
		"command, absent":   {gate: progress.Gate{Run: []string{"/no/such/command"}}, hosts: one, want: inconclusive},
		"command, no leave": {gate: progress.Gate{Run: []string{"/bin/true"}}, hosts: one, never: true, want: inconclusive, inWhy: "--allow-local"},
		"no secret":         {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "test -z \"$PATCHOPS_TEST_SECRET$HOME_OF\" && test \"$PATCHOPS_PLAN\" = x"}}, hosts: one, want: pass},
		"no shell":          {gate: progress.Gate{Run: []string{"/bin/test", "{asset}", "=", "a; exit 0"}}, hosts: []probed{{"a; exit 0", "127.0.0.1"}}, want: pass},
		"prints much":       {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "head -c 3000000 /dev/zero; exit 1"}}, hosts: one, want: fail},
	} {
		p := gateProbe{gate: c.gate, hosts: c.hosts, command: !c.never, env: []string{"PATH=/usr/bin:/bin", "PATCHOPS_PLAN=x"}}
		got, why := p.measure(context.Background())
		if got != c.want || !strings.Contains(why, c.inWhy) || c.notWhy != "" && strings.Contains(why, c.notWhy) || len(why) > 400 {
			t.Errorf("%s: %s, %q, wanted %s, %q", name, got, why, c.want, c.inWhy)
		}
	}
}

// TestAProbeAsksEachHost: however many there are, and of several failures the first by name is
// told. One request that is the same for all is made once.
func TestAProbeAsksEachHost(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	var hosts []probed
	for i := range 300 {
		hosts = append(hosts, probed{fmt.Sprintf("h%03d", i), "127.0.0.1"})
	}
	each := gateProbe{gate: progress.Gate{URL: server.URL + "/{asset}", Status: 200}, hosts: hosts}
	if got, why := each.measure(t.Context()); got != pass || why != "300 hosts" || asked.Load() != 300 {
		t.Errorf("%s, %q, %d asked, wanted all 300", got, why, asked.Load())
	}
	asked.Store(0)
	if got, _ := (gateProbe{gate: progress.Gate{URL: server.URL, Status: 200}, hosts: hosts}).measure(t.Context()); got != pass || asked.Load() != 1 {
		t.Errorf("%s, %d asked of what is the same for all, wanted 1", got, asked.Load())
	}
	ill := gateProbe{gate: progress.Gate{Run: []string{"/bin/sh", "-c", "case $PATCHOPS_ASSET in h04?|h2*) exit 1; esac"}}, hosts: hosts[:100], command: true}
	if got, why := ill.measure(t.Context()); got != fail || why != "h040: exit status 1:" {
		t.Errorf("%s, %q, wanted the first that fails", got, why)
	}
}

// TestAProbeThatHangs is cut off, with what it started.
func TestAProbeThatHangs(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	p := gateProbe{gate: progress.Gate{Run: []string{"/bin/sh", "-c", "sleep 300 & sleep 300"}}, hosts: []probed{{"h", "h"}}, command: true, env: []string{"PATH=/usr/bin:/bin"}}
	if got, why := p.measure(ctx); got != inconclusive || time.Since(began) > time.Minute {
		t.Errorf("%s, %s after %s", got, why, time.Since(began))
	}
}
