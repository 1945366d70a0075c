package executor_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// ansible makes an executor whose ansible-playbook is a script, or the real one for "".
func (s *server) ansible(t *testing.T, root, script string, tree fs.FS, change ...func(*executor.AnsibleOptions)) *executor.Ansible {
	t.Helper()
	o := executor.AnsibleOptions{
		Secrets: s.options(t, root).Secrets, KnownHosts: s.file("known_hosts"), Now: time.Now, Root: root, Gather: time.Millisecond,
		Tree: func() (fs.FS, error) { return tree, nil },
	}
	if script != "" {
		o.Command = filepath.Join(t.TempDir(), "ansible-playbook")
		if err := os.WriteFile(o.Command, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	} else if _, err := exec.LookPath("ansible-playbook"); err != nil {
		t.Skip("no ansible-playbook here: apt-get install ansible")
	}
	for _, c := range change {
		c(&o)
	}
	return executor.NewAnsible(o)
}

func (s *server) ansibleTask(vars string) dispatch.Task {
	target := s.target()
	target.Type, target.Playbook, target.Vars, target.Journal = "ansible", "ansible/play.yml", vars, false
	t := sshTask(target)
	t.Steps = []dispatch.Step{{Name: "install", Builtin: executor.Playbook, Timeout: 600, Point: true}}
	return t
}

var somePlay = fstest.MapFS{"ansible/play.yml": {Data: []byte("- hosts: all\n")}}

// TestR47InjectionByAnsible: what documents say of a host is data in an inventory, or is
// refused before anything runs.
func TestR47InjectionByAnsible(t *testing.T) {
	s := serve(t)
	ran := filepath.Join(t.TempDir(), "ran")
	x := s.ansible(t, root(t), "touch '"+ran+"'", somePlay)
	bad := func(why string, change func(*dispatch.Task)) {
		t.Helper()
		task := s.ansibleTask("")
		change(&task)
		refusedAs(t, x.Start(t.Context(), task, nil), why)
	}
	template := "{{ lookup('pipe', 'id') }}"
	for _, a := range []string{"", "-h", "h;id", template, "all,h", "h h", "h\n[all:vars]", "127.0.0.1 ansible_connection=local", "fe80::1%lo"} {
		bad(dispatch.Malformed, func(t *dispatch.Task) { t.Target.Address = a })
	}
	for _, a := range []string{"", "all", "localhost", "patchops", "h,all", "!h", "&h", "~h.*", "h[0]", "*", template, "h\nx"} {
		bad(dispatch.Malformed, func(t *dispatch.Task) { t.Asset, t.Target.Asset = a, a })
	}
	for _, v := range []string{
		`{"ansible_connection": "local"}`, `{"ansible_host": "evil"}`, `{"ansible_ssh_common_args": "-oProxyCommand=id"}`, `{"ansible_ssh_executable": "id"}`, `{"ansible_user": "-l"}`,
		`{"ansible_user": ["root"]}`, `{"patchops_script": "x"}`, `{"a b": 1}`, `[1]`, `{`,
	} {
		bad(dispatch.Malformed, func(t *dispatch.Task) { t.Target.Vars = v })
	}
	for _, p := range []string{"", ".", "/etc/passwd", "../play.yml", "ansible/../../x", "-v", "ansible/none.yml", "other.yml"} {
		bad(dispatch.Malformed, func(t *dispatch.Task) { t.Target.Playbook = p })
	}
	bad(dispatch.HostKey, func(t *dispatch.Task) { t.Target.Port = 1 })
	bad(dispatch.Credential, func(t *dispatch.Task) { t.Client, t.Target.Client = "globex", "globex" })
	bad(dispatch.Credential, func(t *dispatch.Task) { t.Target.Secret = "" })
	if _, err := os.Stat(ran); err == nil {
		t.Error("ansible-playbook was run")
	}
	// What is not refused is marked as no template.
	kept := filepath.Join(t.TempDir(), "inventory")
	x = s.ansible(t, root(t), `while [ "$1" != --inventory ]; do shift; done; cp "$2" '`+kept+`'`, somePlay)
	task := s.ansibleTask(`{"motd": "{{ of_the_profile }}"}`)
	task.Plan = template
	task.Packages = []dispatch.Package{{Name: template, Version: template}}
	task.Steps[0].Env = map[string]string{"EXTRA": template}
	x.Start(t.Context(), task, nil)
	b, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	var list any
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	if n := templates(t, list, false); n != 4 {
		t.Errorf("%d templates that are marked, wanted 4: %s", n, b)
	}
}

// templates counts texts with braces that are marked unsafe; one that is not is an error,
// but for the profile's own.
func templates(t *testing.T, v any, marked bool) int {
	t.Helper()
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for name, w := range v {
			if name != "motd" {
				n += templates(t, w, name == "__ansible_unsafe")
			}
		}
	case []any:
		for _, w := range v {
			n += templates(t, w, false)
		}
	case string:
		if strings.Contains(v, "{{") {
			if !marked {
				t.Errorf("%q is a template", v)
			}
			return 1
		}
	}
	return n
}

// TestR54AnsibleGetsNoSecretOfOurs: neither in its environment nor in its files; and
// nothing of a run stays.
func TestR54AnsibleGetsNoSecretOfOurs(t *testing.T) {
	s := serve(t)
	t.Setenv("CANARY_TOKEN", "canary-in-the-environment")
	t.Setenv("ANSIBLE_CALLBACKS_ENABLED", "canary-in-the-environment")
	t.Setenv("TMPDIR", t.TempDir())
	kept := t.TempDir()
	x := s.ansible(t, root(t), "env >'"+kept+"/env'; cp -r . '"+kept+"/files' 2>/dev/null; exit 0", somePlay)
	x.Start(t.Context(), s.ansibleTask(""), nil)
	key, err := os.ReadFile(s.file("key"))
	if err != nil {
		t.Fatal(err)
	}
	line, files := strings.Split(string(key), "\n")[2], 0
	err = filepath.WalkDir(kept, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		if strings.Contains(string(b), "canary") || strings.Contains(string(b), line) {
			t.Errorf("%s holds a secret", name)
		}
		files++
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
	env, _ := os.ReadFile(kept + "/env")
	for l := range strings.SplitSeq(string(env), "\n") {
		name, _, _ := strings.Cut(l, "=")
		if name != "" && !strings.HasPrefix(name, "ANSIBLE_") && !slices.Contains(strings.Fields("PATH HOME LC_ALL SSH_AUTH_SOCK TMPDIR PYTHONDONTWRITEBYTECODE PWD OLDPWD _ SHLVL"), name) {
			t.Errorf("%s is in its environment", name)
		}
	}
	if left, _ := filepath.Glob(os.Getenv("TMPDIR") + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestAnsibleEvents: no event is unknown, a host that no task was for is not done, and
// what fails is said.
func TestAnsibleEvents(t *testing.T) {
	s := serve(t)
	ok := `{"_event": "v2_runner_on_ok", "task": {"name": "x"}, "hosts": {"h1": {}}}`
	stats := func(failures, unreachable string) string {
		return `{"_event": "v2_playbook_on_stats", "stats": {"h1": {"failures": ` + failures + `, "unreachable": ` + unreachable + `}}}`
	}
	for name, c := range map[string]struct{ events, state, result, text string }{
		"nothing":     {"", "unreachable", "", "did not say"},
		"no stats":    {ok, "unreachable", "", "did not say"},
		"garbage":     {"{" + ok + "\nnull\n[]\n{}", "unreachable", "", "did not say"},
		"done":        {ok + "\n" + stats("0", "0"), "finished", "succeeded", ""},
		"too long":    {`{"_event": "` + strings.Repeat("x", 9<<20) + `"}` + "\n" + ok + "\n" + stats("0", "0"), "finished", "succeeded", ""},
		"untouched":   {stats("0", "0"), "finished", "failed", "no task for this host"},
		"another":     {strings.ReplaceAll(ok+"\n"+stats("0", "0"), "h1", "h2"), "unreachable", "", "did not say"},
		"failed":      {`{"_event": "v2_runner_on_failed", "task": {"name": "apt"}, "hosts": {"h1": {"msg": "no \u001b[31mroom"}}}` + "\n" + stats("1", "0"), "finished", "failed", `apt: no \u{1b}[31mroom`},
		"unreachable": {`{"_event": "v2_runner_on_unreachable", "task": {"name": "apt"}, "hosts": {"h1": {"msg": "gone"}}}` + "\n" + stats("0", "1"), "finished", "failed", "apt: gone"},
	} {
		file := filepath.Join(t.TempDir(), "events")
		if err := os.WriteFile(file, []byte(c.events+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		a := s.ansible(t, root(t), "cat '"+file+"'; exit 2", somePlay).Start(t.Context(), s.ansibleTask(""), nil)
		result, said := "", a.Text
		if a.Outcome != nil {
			result, said = a.Outcome.Result, said+a.Outcome.Why
		}
		if string(a.State) != c.state || result != c.result || !strings.Contains(said, c.text) {
			t.Errorf("%s: %s %s %q, wanted %s %s %q", name, a.State, result, said, c.state, c.result, c.text)
		}
	}
}

// TestAnsibleDiesWithItsContext: the whole process group, and then nothing is known.
func TestAnsibleDiesWithItsContext(t *testing.T) {
	s := serve(t)
	pids := filepath.Join(t.TempDir(), "pids")
	x := s.ansible(t, root(t), "echo $$ >'"+pids+"'; sleep 300 & echo $! >>'"+pids+"'; wait", somePlay)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan dispatch.Answer)
	go func() { answer <- x.Start(ctx, s.ansibleTask(""), nil) }()
	var b []byte
	until(t, "a task at work", func() bool {
		b, _ = os.ReadFile(pids)
		return strings.Count(string(b), "\n") == 2
	})
	cancel()
	if a := <-answer; a.State != dispatch.Unreachable {
		t.Errorf("%+v", a)
	}
	for pid := range strings.FieldsSeq(string(b)) {
		until(t, "the end of process "+pid, func() bool {
			stat, err := os.ReadFile("/proc/" + pid + "/stat")
			return err != nil || strings.Contains(string(stat), ") Z ")
		})
	}
}

// TestAnsibleForReal: a playbook of the authorised tip on a real host, with the wrapper
// around it; a second run of the same key is refused, and a failure is the host's.
func TestAnsibleForReal(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), root(t)
	tree := fstest.MapFS{
		"ansible/play.yml":                   {Data: []byte("- hosts: all\n  gather_facts: false\n  roles: [agent]\n")},
		"ansible/roles/agent/tasks/main.yml": {Data: []byte("- ansible.builtin.raw: echo {{ word }} >>'" + dir + "/effects'\n- ansible.builtin.raw: 'exit {{ code }}'\n")},
	}
	long(t)
	x := s.ansible(t, dir, "", tree)
	task := s.ansibleTask(`{"word": "once", "code": 0}`)
	task.Target.Vars = strings.Replace(task.Target.Vars, "{", `{"ansible_user": "`+s.user+`", "ansible_python_interpreter": "/usr/bin/python3", `, 1)
	task.Target.Journal = true
	if s.user != "root" {
		t.Skip("only root is root without sudo")
	}
	var steps []string
	finished(t, x.Start(t.Context(), task, func(step string) { steps = append(steps, step) }))
	if strings.Join(steps, " ") != "install" {
		t.Errorf("steps %v", steps)
	}
	refusedAs(t, x.Start(t.Context(), task, nil), dispatch.KnownKey)
	finished(t, x.Probe(t.Context(), task))
	failing := s.ansibleTask(strings.Replace(task.Target.Vars, `"code": 0`, `"code": 7`, 1))
	failing.Target.Journal = true
	a := x.Start(t.Context(), failing, nil)
	if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Failed || a.Outcome.Step != "install" || !strings.Contains(a.Outcome.Why, "non-zero return code") {
		t.Errorf("%+v %+v", a, a.Outcome)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "effects")); string(b) != "once\nonce\n" {
		t.Errorf("%q", b)
	}
}

// TestAnsibleThatStartsSlowly: on a busy machine a run takes long to reach its host. That is
// nobody's clock being off.
func TestAnsibleThatStartsSlowly(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), root(t)
	long(t)
	if s.user != "root" {
		t.Skip("only root is root without sudo")
	}
	slow := t.TempDir()
	for _, program := range []string{"sftp", "scp"} { // which carry our script there
		if err := os.WriteFile(filepath.Join(slow, program), []byte("#!/bin/sh\nsleep 12\nPATH=${PATH#*:} exec "+program+" \"$@\"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	x := s.ansible(t, dir, "sleep 12; PATH='"+slow+"':$PATH exec ansible-playbook \"$@\"", somePlay)
	task := s.ansibleTask(`{"ansible_user": "root", "ansible_python_interpreter": "/usr/bin/python3"}`)
	task.Target.Journal, task.NotAfter = true, time.Now().Unix()+300
	task.Steps = []dispatch.Step{{Name: "install", Run: []string{"true"}, Timeout: 600}}
	finished(t, x.Start(t.Context(), task, nil))
}

// TestAnsibleCutOff: the controller dies while the playbook runs. Whoever leads next
// finds the host waiting, ends that, and the task is interrupted; the one that runs the
// playbook finds it running, and so does one without a higher fence.
func TestAnsibleCutOff(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), root(t)
	if s.user != "root" {
		t.Skip("only root is root without sudo")
	}
	tree := fstest.MapFS{"ansible/play.yml": {Data: []byte("- hosts: all\n  gather_facts: false\n  tasks: [{ansible.builtin.raw: sleep 600}]\n")}}
	long(t)
	x, other := s.ansible(t, dir, "", tree), s.ansible(t, dir, "", tree)
	task := s.ansibleTask(`{"ansible_user": "root", "ansible_python_interpreter": "/usr/bin/python3"}`)
	task.Target.Journal = true
	ctx, cancel := context.WithCancel(t.Context())
	answer, step := make(chan dispatch.Answer, 1), make(chan string, 1)
	go func() { answer <- x.Start(ctx, task, func(name string) { step <- name }) }()
	select {
	case got := <-step:
		if got != "install" {
			t.Fatalf("step %q", got)
		}
	case a := <-answer:
		t.Fatalf("%+v, wanted it running", a)
	}
	for _, e := range []*executor.Ansible{x, other} {
		if a := e.Probe(t.Context(), task); a.State != dispatch.Running || a.At != "install" {
			t.Errorf("%+v, wanted it running", a)
		}
	}
	cancel()
	<-answer
	task.Fence++
	if a := other.Probe(t.Context(), task); a.State != dispatch.Interrupted {
		t.Errorf("%+v, wanted it interrupted", a)
	}
	next := s.ansibleTask("")
	next.Fence, next.Steps[0].Builtin, next.Steps[0].Run = task.Fence, "", []string{"true"}
	finished(t, other.Start(t.Context(), next, nil)) // the host is free again
}

// long is a test that runs the real Ansible several times, which takes seconds each.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("PATCHOPS_E2E") == "" {
		t.Skip("make e2e runs it: the real Ansible is slow")
	}
}

// TestX2HostKeysByAnsible: what ssh says of another host key comes with the answer, so that it
// is recorded, and nothing is taken as done or as not begun.
func TestX2HostKeysByAnsible(t *testing.T) {
	s := serve(t)
	const seen = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	event := `{"_event":"v2_runner_on_unreachable","task":{"name":"x"},"hosts":{"h1":{"unreachable":true,"msg":"REMOTE HOST IDENTIFICATION HAS CHANGED! It is ` + seen +
		`. Host key verification failed."}}}`
	a := s.ansible(t, root(t), "echo '"+event+"'; exit 4", somePlay).Start(t.Context(), s.ansibleTask(""), nil)
	if a.State != dispatch.Unreachable || a.Why != dispatch.HostKey || a.HostKey != seen {
		t.Errorf("%+v found, the key that was seen wanted", a)
	}
}
