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

// ansible is an executor and the folder that its runs have theirs in.
type ansible struct {
	*executor.Ansible
	folder string
}

func byAnsible(t *testing.T, play string) ansible {
	t.Helper()
	tree := fstest.MapFS{"ansible/patch.yml": {Data: []byte(play)}}
	folder, err := os.MkdirTemp("", "runs") //nolint:usetesting // short: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return ansible{executor.NewAnsible(executor.AnsibleOptions{
		Secrets: book(t), KnownHosts: filepath.Join(full.Dir, "known_hosts"), Now: time.Now, Folder: folder, Tree: func() (fs.FS, error) { return tree, nil },
	}), folder}
}

func ansibleTask(h *estate.FullHost, segment dispatch.Segment, version string) dispatch.Task {
	t := task(h, segment, version)
	t.Target.Type, t.Target.Playbook = "ansible", "ansible/patch.yml"
	if segment == dispatch.Install {
		t.Steps = []dispatch.Step{step("precheck"), step("snapshot"), {Name: "install", Builtin: executor.Playbook, Timeout: 600, Point: true}}
	}
	return t
}

// TestAnsibleUpdatesTenHosts: the same by the user's playbook, with the wrapper around it.
func TestAnsibleUpdatesTenHosts(t *testing.T) {
	ten := hosts(t, 10)
	x := byAnsible(t, patchPlay)
	for _, segment := range []dispatch.Segment{dispatch.Install, dispatch.Verify} {
		succeeded(t, each(t, x, ten, func(h *estate.FullHost) dispatch.Task { return ansibleTask(h, segment, "1.1") }))
	}
	for _, h := range ten {
		want("1.1 ii").on(t, h)
	}
	if left, _ := filepath.Glob(filepath.Join(x.folder, "po-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
