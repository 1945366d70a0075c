package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shadowConfig is all the configuration of a repository that git reads. It
// stands above the user's own, and below nothing.
const shadowConfig = `# Written by patchops; changes are lost.
[core]
	repositoryformatversion = 0
	bare = true
	hooksPath = /dev/null
	attributesFile = /dev/null
	fsmonitor = false
	commitGraph = false
	logAllRefUpdates = false
	fsync = reference
	bigFileThreshold = 8m
	deltaBaseCacheLimit = 32m
	packedGitWindowSize = 16m
	packedGitLimit = 256m
[advice]
	fetchShowForcedUpdates = false
[fetch]
	fsckObjects = true
	writeCommitGraph = false
	recurseSubmodules = false
[transfer]
	fsckObjects = true
[push]
	gpgSign = false
	followTags = false
	recurseSubmodules = no
	useForceIfIncludes = false
[submodule]
	recurse = false
[pack]
	threads = 1
[gc]
	auto = 0
[maintenance]
	auto = false
[http]
	followRedirects = false
	lowSpeedLimit = 100
	lowSpeedTime = 60
`

// shadow is a git folder beside the repository's own, with the same objects and
// refs but no hooks, grafts, attributes and none of its configuration (R40): git
// has no switch to ignore these. It is made as git's own contrib script
// git-new-workdir makes one, and made again where it was changed.
func (c *Clone) shadow() (string, error) {
	dir := filepath.Join(c.common, "patchops", "git")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{"objects", "refs", "packed-refs"} {
		if err := link(filepath.Join("..", "..", name), filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	for name, content := range map[string]string{"HEAD": "ref: refs/heads/patchops-nothing\n", "config": shadowConfig} {
		if err := settle(filepath.Join(dir, name), []byte(content)); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"hooks", "info", "shallow", "config.worktree", "commondir"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func link(target, name string) error {
	if got, err := os.Readlink(name); err == nil && got == target {
		return nil
	}
	err := os.Symlink(target, name)
	if got, now := os.Readlink(name); now == nil && got == target {
		return nil // made by another process meanwhile
	}
	return err
}

// settle writes a file unless it has that content, whole or not at all.
func settle(name string, content []byte) error {
	if got, err := os.ReadFile(name); err == nil && bytes.Equal(got, content) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// local runs a git that talks to nobody and reads no configuration but ours.
func (c *Clone) local(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	return c.run(ctx, job{args: args, stdin: stdin})
}

// talk runs a git that may talk to the remote.
func (c *Clone) talk(ctx context.Context, args ...string) ([]byte, error) {
	var protocols strings.Builder
	protocols.WriteString("https:ssh")
	for _, url := range []string{c.url, c.push} {
		if s := scheme(url); s != "https" && s != "ssh" {
			protocols.WriteString(":" + s)
		}
	}
	settings := [][2]string{
		{"remote." + c.remote + ".url", c.url}, {"remote." + c.remote + ".pushurl", c.push}, {"remote." + c.remote + ".fetch", c.branches()},
	}
	secret, err := c.sent(ctx)
	if err != nil {
		return nil, err
	}
	settings = append(settings, secret...)
	env := []string{"GIT_ALLOW_PROTOCOL=" + protocols.String(), fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	return c.run(ctx, job{args: args, remote: true, env: env})
}

// branches is the refspec of all branches.
func (c *Clone) branches() string { return "+refs/heads/*:refs/remotes/" + c.remote + "/*" }

func (c *Clone) run(ctx context.Context, j job) ([]byte, error) {
	dir, err := c.shadow()
	if err != nil {
		return nil, err
	}
	j.dir, j.gitDir = dir, dir
	return run(ctx, j)
}
