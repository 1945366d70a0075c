package controller

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/progress"
)

// TestGateProbes: what a probe measures, and what it may.
func TestGateProbes(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
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
		"command":           {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "exit 0"}}, want: pass},
		"command fails":     {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "printf 'no\\033[31m'; exit 3"}}, want: fail, inWhy: "exit status 3: no", notWhy: "\x1b"},
		"command for each":  {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "test $0 = web-01", "{asset}"}}, hosts: two, want: fail, inWhy: "db-01"},
		"command, absent":   {gate: progress.Gate{Run: []string{"/no/such/command"}}, want: inconclusive},
		"command, no leave": {gate: progress.Gate{Run: []string{"/bin/true"}}, never: true, want: inconclusive, inWhy: "--allow-local"},
		"no secret":         {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "test -z \"$PATCHOPS_TEST_SECRET$HOME_OF\" && test \"$PATCHOPS_PLAN\" = x"}}, want: pass},
		"no shell":          {gate: progress.Gate{Run: []string{"/bin/test", "{asset}", "=", "a; exit 0"}}, hosts: []probed{{"a; exit 0", "127.0.0.1"}}, want: pass},
		"prints much":       {gate: progress.Gate{Run: []string{"/bin/sh", "-c", "head -c 3000000 /dev/zero; exit 1"}}, want: fail},
	} {
		p := gateProbe{gate: c.gate, hosts: c.hosts, command: !c.never, env: []string{"PATH=/usr/bin:/bin", "PATCHOPS_PLAN=x"}}
		got, why := p.measure(context.Background())
		if got != c.want || !strings.Contains(why, c.inWhy) || c.notWhy != "" && strings.Contains(why, c.notWhy) || len(why) > 400 {
			t.Errorf("%s: %s, %q, wanted %s, %q", name, got, why, c.want, c.inWhy)
		}
	}
}

// TestAProbeThatHangs is cut off, with what it started.
func TestAProbeThatHangs(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	p := gateProbe{gate: progress.Gate{Run: []string{"/bin/sh", "-c", "sleep 20 & sleep 20"}}, command: true, env: []string{"PATH=/usr/bin:/bin"}}
	if got, why := p.measure(ctx); got != inconclusive || time.Since(began) > 5*time.Second {
		t.Errorf("%s, %s after %s", got, why, time.Since(began))
	}
}
