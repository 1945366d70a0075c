//go:build linux

package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
)

const patchPlay = `- hosts: all
  gather_facts: false
  become: true
  tasks:
  - name: install
    ansible.builtin.apt:
      name: "{{ item.name }}={{ item.version }}"
      update_cache: true
      allow_downgrade: true
    loop: "{{ patchops_packages }}"
`

func byAnsible(t *testing.T, play string) *executor.Ansible {
	t.Helper()
	tree := fstest.MapFS{"ansible/patch.yml": {Data: []byte(play)}}
	return executor.NewAnsible(executor.AnsibleOptions{
		Secrets: book(t), KnownHosts: filepath.Join(full.Dir, "known_hosts"), Now: time.Now, Tree: func() (fs.FS, error) { return tree, nil },
	})
}

func ansibleTask(h *estate.FullHost, segment dispatch.Segment, version string) dispatch.Task {
	t := task(h, segment, version)
	t.Target.Type, t.Target.Playbook = "ansible", "ansible/patch.yml"
	if segment == dispatch.Install {
		t.Steps = []dispatch.Step{step("precheck"), step("snapshot"), {Name: "install", Builtin: executor.Playbook, Timeout: 120, Point: true}}
	}
	return t
}

// TestAnsibleUpdatesTenHosts: the same by the user's playbook, with the wrapper around it.
func TestAnsibleUpdatesTenHosts(t *testing.T) {
	need(t)
	x := byAnsible(t, patchPlay)
	for _, segment := range []dispatch.Segment{dispatch.Install, dispatch.Verify} {
		succeeded(t, each(t, x, full.Hosts[:10], func(h *estate.FullHost) dispatch.Task { return ansibleTask(h, segment, "1.1") }))
	}
	for _, h := range full.Hosts[:10] {
		if got := state(t, h, "acme-agent"); got != "1.1 ii" {
			t.Errorf("%s has %s, wanted 1.1 ii", h.Name(), got)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "po-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
