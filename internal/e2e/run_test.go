//go:build linux

package e2e

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

// TestRunOnTenHosts: a plan with a canary of two, ten hosts by ssh, by sudo and by Ansible,
// carried out by patchops run, which is killed with -9 before anything begins, between its
// waves, and while a playbook is at a host. A playbook ends with its controller: that host,
// and others that a playbook was at, are in order, with the old version, and the log says so.
// What the others' own dpkg says: the new one, configured, once.
func TestRunOnTenHosts(t *testing.T) {
	ten := hosts(t, 10)
	profile := func(h *estate.FullHost) string { return []string{"by-ssh", "by-ansible", "by-sudo"}[h.N%3] }
	o := newOffice(t, rollout{
		version: "1.1", waves: "[{name: canary, count: 2, soak: PT0S, maxFailures: 0}, {name: rest, percent: 100, maxFailures: 5}]",
		profile: profile,
	}, ten)
	o.killed(t, phase{name: "before the first claim", when: before, record: `"kind":"claim"`}, ten)
	for _, h := range ten {
		untouched(t, h)
	}
	o.killed(t, phase{name: "between the waves", when: before, record: `"kind":"wave.ended"`}, ten)
	rest := slices.DeleteFunc(slices.Clone(ten), func(h *estate.FullHost) bool {
		return o.recorded(`"asset":"` + h.Name() + `".*"kind":"claim".*"wave":"canary"`)
	})
	if len(rest) != 8 {
		t.Fatalf("%d hosts outside of the canary, wanted 8", len(rest))
	}
	for _, h := range ten {
		if slices.Contains(rest, h) {
			untouched(t, h)
		} else {
			want("1.1 ii").on(t, h)
		}
	}
	cut := o.killed(t, phase{name: "while a playbook installs", sees: func(h *estate.FullHost) bool { return profile(h) == "by-ansible" && began(h, "install") }}, rest)
	if last := o.start(t).finish(t); last.State != "partial" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	for _, h := range ten {
		updated := o.recorded(`"asset":"` + h.Name() + `".*"kind":"result".*"outcome":"succeeded"`)
		if h == cut || profile(h) == "by-ansible" && !updated {
			want("1.0 ii").on(t, h)
			if updated {
				t.Errorf("the log says that %s was updated", h.Name())
			}
			continue
		}
		want("1.1 ii").on(t, h)
		if n := installs(h, "1.1"); n != 1 {
			t.Errorf("%s: dpkg configured it %d times, wanted once", h.Name(), n)
		}
	}
	o.said(t, 0, "log", "verify")
}
