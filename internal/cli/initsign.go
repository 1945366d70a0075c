package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/patchops/patchops/internal/signature"
)

// publicKeys are the halves that may lie below ~/.ssh, the best first.
var publicKeys = []string{"id_ed25519.pub", "id_ed25519_sk.pub", "id_ecdsa.pub", "id_ecdsa_sk.pub"}

// publicKey is a person's SSH key: where it is, and what a Person document says.
type publicKey struct {
	file string // for user.signingkey: a file, or "key::" and the line
	line string // "ssh-ed25519 AAAA... comment"
}

// ownKey is the SSH key that the user's Git signs with, else the first below ~/.ssh;
// zero where there is none. Only public halves are read; the private one must be
// beside it, or an agent may hold it: else no commit could be made.
func (a *app) ownKey() publicKey {
	if a.gitConfig("", "gpg.format") == "ssh" {
		key := a.gitConfig("", "user.signingkey")
		if line, ok := strings.CutPrefix(key, "key::"); ok {
			return parsedKey(key, line)
		}
		if found := readKey(a.gitConfig("", "--type=path", "user.signingkey")); found.file != "" {
			return found
		}
	}
	home := a.env.Getenv("HOME")
	if !filepath.IsAbs(home) {
		return publicKey{}
	}
	for _, name := range publicKeys {
		file := filepath.Join(home, ".ssh", name)
		held := exists(strings.TrimSuffix(file, ".pub")) || a.env.Getenv("SSH_AUTH_SOCK") != ""
		if found := readKey(file); found.file != "" && held {
			return found
		}
	}
	return publicKey{}
}

// gitConfig is one value of the user's Git, or of a repository's.
func (a *app) gitConfig(dir string, args ...string) string {
	args = append([]string{"config", "--get"}, args...)
	if dir == "" {
		args = append([]string{"config", "--global"}, args[1:]...)
	} else {
		args = append([]string{"-C", dir}, args...)
	}
	cmd := exec.Command("git", args...)
	b, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// readKey reads the public half of a key; of a private one, the half beside it.
func readKey(file string) publicKey {
	if file == "" {
		return publicKey{}
	}
	if !strings.HasSuffix(file, ".pub") {
		file += ".pub"
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 16<<10 {
		return publicKey{}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return publicKey{}
	}
	return parsedKey(file, strings.TrimSpace(string(b)))
}

func parsedKey(file, line string) publicKey {
	if _, err := signature.ParseKey(line); err != nil || strings.ContainsAny(line, "\"\\\n\r") {
		return publicKey{}
	}
	return publicKey{file, line}
}

// signCommits has Git sign the commits of a new repository with a person's key, so
// that it is known whose work a change is (authority.md 2); or says how.
func (a *app) signCommits(dir string, key publicKey) {
	if key.file == "" {
		a.progress("commits are not signed, for no SSH key was found: make one by ssh-keygen -t ed25519, then, in there,")
		a.progress("  git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub && git config commit.gpgsign true")
		return
	}
	for _, setting := range [][2]string{{"gpg.format", "ssh"}, {"user.signingkey", key.file}, {"commit.gpgsign", "true"}} {
		if err := exec.Command("git", "-C", dir, "config", setting[0], setting[1]).Run(); err != nil {
			a.progress("patchops: git config %s: %v (commits are not signed)", setting[0], err)
			return
		}
	}
	a.progress("commits in it are signed with %s", key.file)
}
