package executor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/secret"
)

// Bounds of what is copied of the tree for a playbook.
const (
	mostFiles = 5000
	mostBytes = 64 << 20
)

func pinAddress(host string, port int) string {
	h, _ := makeHop("root", host, port)
	return h.address()
}

// connectionVars are what a profile may say about the connection; every other variable
// of Ansible's own could lead it to another host than the approved one.
var connectionVars = map[string]bool{
	"ansible_user": true, "ansible_python_interpreter": true, "ansible_become": true, "ansible_become_user": true, "ansible_become_method": true,
}

// playVars are the variables that the profile declares.
func playVars(t dispatch.Task) (map[string]any, error) {
	vars := map[string]any{}
	if t.Target.Vars != "" {
		if err := json.Unmarshal([]byte(t.Target.Vars), &vars); err != nil {
			return nil, fmt.Errorf("variables of the playbook: %w", err)
		}
	}
	for name := range vars {
		if !variable.MatchString(name) || strings.HasPrefix(name, "patchops_") || strings.HasPrefix(name, "ansible_") && !connectionVars[name] {
			return nil, fmt.Errorf("variable %q, wanted one of the playbook's own", Escape(name))
		}
	}
	return vars, nil
}

// loginUser is the account that the hosts are logged in to with.
func loginUser(t dispatch.Task, vars map[string]any) (string, error) {
	name := t.Target.User
	if v, ok := vars["ansible_user"]; ok {
		name, _ = v.(string)
	} else if name == "" {
		me, err := user.Current()
		if err != nil {
			return "", err
		}
		name = me.Username
	}
	if !userName.MatchString(name) {
		return "", fmt.Errorf("user %q, wanted an account's name", Escape(name))
	}
	return name, nil
}

// unsafe marks a text that Ansible must not read as a template.
func unsafe(s string) map[string]string { return map[string]string{"__ansible_unsafe": s} }

// inventory lists the hosts of a run. It is JSON, so nothing in it is anything but data.
func inventory(r *playRun) ([]byte, error) {
	hosts := map[string]map[string]any{}
	for i, j := range r.jobs {
		t := j.task
		packages := make([]any, 0, len(t.Packages))
		for _, p := range t.Packages {
			packages = append(packages, map[string]any{"name": unsafe(p.Name), "version": unsafe(p.Version)})
		}
		vars := map[string]any{}
		maps.Copy(vars, j.vars)
		for name, v := range stepEnv(t) {
			vars[name] = unsafe(v)
		}
		vars["ansible_host"], vars["ansible_user"] = unsafe(t.Target.Address), j.user
		vars["ansible_ssh_private_key_file"] = r.keyFile(i)
		if t.Target.Port != 0 {
			vars["ansible_port"] = t.Target.Port
		}
		vars["patchops_packages"] = packages
		vars["patchops_client"], vars["patchops_asset"], vars["patchops_plan"] = unsafe(t.Client), unsafe(t.Asset), unsafe(t.Plan)
		vars["patchops_script"], vars["patchops_become"], vars["patchops_ahead"] = r.scriptFile(i), j.user != "root", r.ahead
		hosts[j.host] = vars
	}
	return json.MarshalIndent(map[string]any{"patchops": map[string]any{"hosts": hosts}}, "", " ")
}

// stepEnv are the declared parameters of the step that the playbook stands for.
func stepEnv(t dispatch.Task) map[string]string {
	out := map[string]string{}
	for _, s := range t.Steps {
		for name, v := range s.Env {
			if s.Builtin == Playbook && variable.MatchString(name) && !strings.HasPrefix(name, "ansible_") {
				out[name] = v
			}
		}
	}
	return out
}

// keys writes the public halves, which say which key of the run's agent is whose.
func (r *playRun) keys() error {
	var all []error
	var known strings.Builder
	for i, j := range r.jobs {
		signer, err := ssh.ParsePrivateKey([]byte(j.keyFile))
		if err != nil {
			all = append(all, errors.New("a secret is no private key without a passphrase"))
			continue
		}
		all = append(all, os.WriteFile(r.keyFile(i), ssh.MarshalAuthorizedKey(signer.PublicKey()), 0o600))
		for _, line := range j.knownKeys {
			known.WriteString(line + "\n")
		}
	}
	return errors.Join(append(all, os.WriteFile(r.file("known_hosts"), []byte(known.String()), 0o600))...)
}

// prefix begins the names of runs' folders.
const prefix = "po-"

// sweep removes the folders of runs whose process was killed: they are ours, and nobody
// answers at their agent any more.
func sweep(folder string) {
	if folder == "" {
		folder = os.TempDir()
	}
	agents, err := filepath.Glob(filepath.Join(folder, prefix+"*", "agent"))
	if err != nil {
		return
	}
	for _, a := range agents {
		info, err := os.Lstat(filepath.Dir(a))
		if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 || !secret.Owned(info) {
			continue
		}
		c, err := net.Dial("unix", a)
		if err == nil {
			_ = c.Close()
		} else if errors.Is(err, syscall.ECONNREFUSED) {
			_ = os.RemoveAll(filepath.Dir(a))
		}
	}
}

// materialise copies what a playbook may read: its top folder in the tree of the
// authorised tip, and nothing of any working tree. It returns where the playbook is.
func (r *playRun) materialise(tree fs.FS, playbook string) (string, error) {
	if !fs.ValidPath(playbook) || playbook == "." || strings.HasPrefix(playbook, "-") {
		return "", fmt.Errorf("playbook %q, wanted a path in the repository", Escape(playbook))
	}
	top, _, below := strings.Cut(playbook, "/")
	if !below {
		top = "."
	}
	files, bytes := 0, int64(0)
	err := fs.WalkDir(tree, top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := r.file("tree/" + name)
		switch {
		case d.IsDir() && strings.HasPrefix(path.Base(name), ".") && name != ".":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(to, 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		b, err := fs.ReadFile(tree, name)
		files, bytes = files+1, bytes+int64(len(b))
		if files > mostFiles || bytes > mostBytes {
			return fmt.Errorf("folder %q has more than %d files or %d MiB: keep playbooks in a folder of their own", top, mostFiles, mostBytes>>20)
		}
		return errors.Join(err, os.WriteFile(to, b, 0o600))
	})
	if err != nil {
		return "", err
	}
	at := r.file("tree/" + playbook)
	if _, err := os.Stat(at); err != nil {
		return "", fmt.Errorf("playbook %q is not in the authorised tip", playbook)
	}
	return at, nil
}

func (r *playRun) file(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }
func (r *playRun) keyFile(i int) string    { return r.file(fmt.Sprintf("key-%d.pub", i)) }
func (r *playRun) scriptFile(i int) string { return r.file(fmt.Sprintf("script-%d", i)) }
