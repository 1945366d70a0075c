package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/generate/logs"
	"github.com/patchops/patchops/internal/signature"
)

// perCommit makes and verifies what the log is not: one commit a record, the record
// its message, signed with an SSH key. All are written by one git fast-import, and
// read by one git log, so that no process is started for each, which favours them.
func (s settings) perCommit() ([]row, error) {
	dir := filepath.Join(s.work, "commits.git")
	if _, _, err := timed("git", "init", "--quiet", "--bare", dir); err != nil {
		return nil, err
	}
	begin := time.Now()
	var stream bytes.Buffer
	key := logs.Key("committer")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	total := int64(0)
	for n := range s.commits {
		line, err := withDefaults(n, at)
		if err != nil {
			return nil, err
		}
		total += int64(len(line))
		sig, err := signature.Sign(key, line, signature.Commits)
		if err != nil {
			return nil, err
		}
		message := string(line) + "\n\n" + sig
		fmt.Fprintf(&stream, "commit refs/heads/log\ncommitter x <x@y> %d +0000\ndata %d\n%s\n", at.Unix()+int64(n), len(message), message)
	}
	cmd := exec.Command("git", "-C", dir, "fast-import", "--quiet")
	cmd.Stdin = &stream
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("fast-import: %w: %s", err, out)
	}
	made := time.Since(begin)
	begin = time.Now()
	out, err := exec.Command("git", "-C", dir, "log", "--format=%B%x00", "refs/heads/log").Output()
	if err != nil {
		return nil, err
	}
	verified := 0
	for message := range strings.SplitSeq(string(out), "\x00") {
		line, sig, ok := strings.Cut(strings.TrimSpace(message), "\n\n")
		if !ok {
			continue
		}
		if _, err := signature.Verify([]byte(line), sig, signature.Commits); err != nil {
			return nil, err
		}
		verified++
	}
	if verified != s.commits {
		return nil, fmt.Errorf("%d commits verified of %d", verified, s.commits)
	}
	return []row{
		{"one signed commit per record: made", made, 0, s.commits, total},
		{"one signed commit per record: verified", time.Since(begin), 0, s.commits, total},
	}, nil
}

func withDefaults(n int, at time.Time) ([]byte, error) {
	r := sample(n, at)
	r.V, r.Seq = 1, int64(n)
	return r.Line()
}
